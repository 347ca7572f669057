import type { Duration, Runnable } from "../base/index.ts";
import type { Engine } from "../engine/index.ts";

/** What an engine may be without. */
export type EngineFeature =
  /** Handles and `observe` tell what happens. */
  | "events"
  /** Code that does other things than the record says is told from code that does the same. */
  | "code-changes"
  /** What kills its process again and again is not begun for ever. */
  | "set-aside";

/** An engine, its time, and what is on record. */
export interface EnginePlace extends AsyncDisposable {
  /** Nothing of it was called yet. A `once` step in doubt asks, and the third death in vain sets a message aside. */
  readonly engine: Engine;
  /** Milliseconds on the engine's clock, which go on across a death. */
  now(): number;
  /**
   * Lets time pass. Where the clock is a virtual one, it stands still but for this.
   *
   * @returns When at least so many milliseconds have passed on the engine's clock, and, as far as the place can tell, all
   *   that can be done until more pass is done. With 0 it lets things settle.
   */
  pass(ms: number): Promise<void>;
  /**
   * The process dies without notice: nothing that is under way, in the engine or in the bodies, may still reach the
   * record, and no timer of it fires. The cases do not touch this place afterwards; what it holds is for this function, or
   * for the next place, to free.
   *
   * @returns The next process, on what is on record, with these definitions. Where the engine was disposed before, that was
   *   a stop in good order.
   */
  kill(definitions: readonly Runnable<never, unknown>[]): Promise<EnginePlace>;
  /** The case has ended. Runs may be under way, and the engine may be disposed already. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface EngineUnderTest {
  /**
   * Gives a new place, where nothing is on record, and an engine that can go on by itself with these definitions. It is
   * disposed when its case ends.
   */
  open(definitions: readonly Runnable<never, unknown>[]): EnginePlace | Promise<EnginePlace>;
  /** Cases about these are left out, and their names say so. @default none */
  readonly lacks?: readonly EngineFeature[];
  /**
   * The shortest time that tells early from late on the engine's clock; cases wait some ten of them. Short where the clock is
   * a real one, such as `"100ms"`. @default "1m"
   */
  readonly tick?: Duration;
  /** How long a case may take before it fails. @default "4s" */
  readonly patience?: Duration;
}

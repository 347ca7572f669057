import type { Duration, Runnable } from "../base/index.ts";
import type { Engine } from "../engine/index.ts";

/** A feature that an engine may lack. */
export type EngineFeature =
  /** Handles and `observe` say what happens. */
  | "events"
  /** The engine distinguishes code that does other things than the record says from code that does the same. */
  | "code-changes"
  /** What kills its process again and again is not started for ever. */
  | "set-aside";

/** An engine, its time, and its record. */
export interface EnginePlace extends AsyncDisposable {
  /**
   * The engine, of which nothing has been called yet. A `once` step in doubt must ask. The third death in vain must set a message
   * aside.
   */
  readonly engine: Engine;
  /** Returns milliseconds on the engine's clock. They continue across a death. */
  now(): number;
  /**
   * Lets time pass. A virtual clock stands still except for this.
   *
   * @returns A promise that resolves when at least so many milliseconds have passed on the engine's clock and, as far as the
   *   place can tell, everything is done that can be done until more time passes. With 0, it lets things settle.
   */
  pass(ms: number): Promise<void>;
  /**
   * Lets the process die without notice. Nothing that is under way, in the engine or in the bodies, may still reach the record,
   * and no timer of the process fires. The cases do not touch this place afterwards. This function, or the next place, frees
   * whatever it holds.
   *
   * @returns The next process, on what is on record, with these definitions. If the engine was disposed before, that was a stop
   *   in good order.
   */
  kill(definitions: readonly Runnable<never, unknown>[]): Promise<EnginePlace>;
  /** Called when the case has ended. Runs may be under way, and the engine may be disposed already. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface EngineUnderTest {
  /**
   * Returns a new place with nothing on record, and with an engine that can continue by itself with these definitions. The place
   * is disposed when its case ends.
   */
  open(definitions: readonly Runnable<never, unknown>[]): EnginePlace | Promise<EnginePlace>;
  /** The features that the engine lacks. Cases about them are left out, and their names say so. @default none */
  readonly lacks?: readonly EngineFeature[];
  /**
   * The shortest time that distinguishes early from late on the engine's clock. Cases wait for some ten of them. If the clock is
   * a real one, make it short, such as `"100ms"`.
   *
   * @default "1m"
   */
  readonly tick?: Duration;
  /** How long a case may take before it fails. @default "4s" */
  readonly patience?: Duration;
}

import type { Runnable } from "../base/index.ts";
import type { EngineEvent } from "./events.ts";
import type { EngineStats } from "./stats.ts";

/** Runs definitions durably. `EmbeddedEngine` does so in this process. */
export interface Engine extends AsyncDisposable {
  /**
   * Starts a run.
   *
   * @returns At once; what goes wrong from then on, `run-exists` and an input that is not JSON included, rejects the
   *   handle's `result`.
   * @throws AitorError `engine-closed` after disposal.
   */
  start<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options?: StartOptions): RunHandle<Output>;

  /** `start` for those who want nothing but the result. */
  run<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options?: StartOptions): Promise<Output>;

  /**
   * Goes on with a run that its journal holds without an ending: what is on record is not done again. A run that has
   * ended gives its recorded result, and one that is under way in this engine is joined.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-mismatch` where another definition started it,
   *   `engine-closed`.
   */
  resume<Output>(runnable: Runnable<never, Output>, id: string): Promise<RunHandle<Output>>;

  /** What this engine has done since it was made, and how it stands: for a scrape, a health check, a test. */
  stats(): EngineStats;

  /**
   * Gives a listener every event of every run from now on, in order, each once it is recorded; also `step-progress` and
   * `run-halted`, which are not. For exporters: who wants one run's events iterates its handle.
   *
   * The listener is called where the event happens and is not waited for, so it should be quick; the event is not its
   * own to change. One that throws or rejects harms nothing, and is logged.
   *
   * @returns Ends it. Harmless the second time.
   */
  observe(listener: (event: EngineEvent) => void | Promise<void>): () => void;

  /** Stops accepting runs and halts those under way, which can be resumed elsewhere. Harmless the second time. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StartOptions {
  /** Unique in the journal. @default a random UUID */
  readonly id?: string;
  /** Cancels the run when it aborts; its reason is kept. */
  readonly signal?: AbortSignal;
}

/** A run that was started. Iterate it for its events, from the first on; leaving the loop does not cancel the run. */
export interface RunHandle<Output> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** Rejects with what the body threw, with `cancelled`, or with the error that halted the run. */
  readonly result: Promise<Output>;
  /** Ends the run at once; resolves when it has ended, with everything given back. Harmless after its end. */
  cancel(reason?: unknown): Promise<void>;
}

import type { Runnable } from "../base/index.ts";
import type { EngineEvent } from "./events.ts";

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

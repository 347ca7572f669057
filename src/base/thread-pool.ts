import { AitorError } from "./errors.ts";
import { invalidOption } from "./options.ts";

/**
 * Runs functions outside the event loop. `aitor/threads` has the pool that Aitor uses, on worker threads. Another
 * implementation must follow this contract.
 */
export interface ThreadPool extends AsyncDisposable {
  /**
   * Calls the default export of a module in a worker and resolves with its awaited result. Input and result are copied
   * (structured clone); the input is copied before this returns. Each worker loads the module once.
   *
   * Settles only when the call is over and nothing of it runs any more. The exception is a thread held in native code: it is
   * left to itself a second after an abort. An error that the function throws arrives with its name, message and stack, and
   * with its code if that is a text. A worker that dies takes its one call with it. Calls that wait, or run on other workers,
   * are not affected.
   *
   * @throws AitorError with a {@link ThreadErrorCode}, or `invalid-option`; what the function threw; or the signal's reason.
   */
  run(module: URL, input: readonly unknown[], options?: ThreadRunOptions): Promise<unknown>;
  /** Ends all workers at once. Calls that run or wait reject with `threads-closed`. A second call is harmless. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of one call in a {@link ThreadPool}. */
export interface ThreadRunOptions {
  /** Aborting it removes a waiting call from the queue, and ends the worker of a running call at once. @default none */
  readonly signal?: AbortSignal;
  /** Names the call in errors, such as the step's key. @default the module's file name */
  readonly name?: string;
  /**
   * Called with `true` before `run` returns, since the call waits for a worker, and with `false` when the call is about to
   * begin. If the call is stopped at that point and its function is never called, it is called with `true` again, before the
   * abort or the disposal returns. A pool that never calls this counts as one whose calls begin at once: a call that must
   * happen once is then in doubt when it runs out of time.
   */
  readonly onWait?: (waits: boolean) => void;
}

/**
 * Why a call in a worker failed, other than by what its function threw.
 * - `thread-died`: the worker ended before it answered; `data.reason` is `"memory"`, `"exit"` or `"error"`. Retryable.
 * - `thread-module`: the module cannot be loaded, or its default export is no function. Not retryable.
 * - `thread-clone`: an input or the result cannot be copied between threads. Not retryable.
 * - `thread-unavailable`: no worker can be started; nothing was called.
 * - `threads-closed`: the pool was disposed. Not retryable.
 */
export type ThreadErrorCode =
  | "thread-clone"
  | "thread-died"
  | "thread-module"
  | "thread-unavailable"
  | "threads-closed";

let provider: (() => Promise<ThreadPool>) | undefined;

/** Says where the process's pool comes from. `load` is called at each use and returns the same pool while it is open. */
export function provideThreadPool(load: () => Promise<ThreadPool>): void {
  provider = load;
}

/**
 * The pool that the process shares.
 *
 * @throws AitorError `no-thread-pool` where nothing provided one.
 */
export async function threadPool(): Promise<ThreadPool> {
  if (provider !== undefined) return provider();
  throw new AitorError({
    code: "no-thread-pool",
    message: "there is no thread pool for a thread task to run in",
    expected: 'a pool, as "aitor" and "aitor/threads" provide it when they are imported',
    got: "neither of them, only other parts of the package",
    fix: 'import "aitor/threads", or what you use of "aitor/flow" from "aitor"',
    retryable: false,
  });
}

/** Returns `module` where it is the URL of a file, else throws `invalid-option`. */
export function checkModule(module: URL, what: string): URL {
  if (typeof module?.href === "string" && module.protocol === "file:") return module;
  throw invalidOption(
    what,
    'the URL of a file: new URL("./hash.ts", import.meta.url)',
    typeof module?.href === "string" ? module.href : module,
  );
}

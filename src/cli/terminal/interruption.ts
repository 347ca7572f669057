import type { Clock } from "../../base/index.ts";
import { InterruptedError, leftText, stalledError, uncaughtError } from "./errors.ts";
import { backgroundClock } from "./background-clock.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const INTERRUPTED = 130;

/** One press of Ctrl-C under `npx` comes twice: from the terminal, and passed on by npm. Milliseconds. */
const ONE_PRESS = 500;

/**
 * What ends a command from outside: a signal, an error that nobody awaits, or an event loop with nothing left to do.
 * The first one aborts `signal`, so that the run stops and gives back what it took; a second signal ends the
 * process at once. Where a module ends the process, that is told, and is no success.
 */
export class Interruption implements Disposable {
  readonly #process: NodeJS.Process;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #exitAtOnce = false;
  #first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

  constructor(process: NodeJS.Process, clock: Clock = backgroundClock) {
    this.#process = process;
    this.#clock = clock;
    for (const signal of SIGNALS) process.on(signal, this.#signalled);
    process.on("uncaughtException", this.#threw);
    process.on("beforeExit", this.#stalled);
    process.on("exit", this.#left);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What `work` gives, or a rejection as soon as the command is interrupted. */
  async race<Out>(work: Promise<Out>): Promise<Out> {
    const { signal } = this;
    const interrupted = Promise.withResolvers<never>();
    const stop = (): void => interrupted.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      return await Promise.race([work, interrupted.promise]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  exitCodeOf(error: unknown): number {
    return error instanceof InterruptedError ? INTERRUPTED : 1;
  }

  /** The command's work is over: from now on one signal ends the process, and errors of leftovers do not count. */
  nothingLeftToLose(): void {
    this.#exitAtOnce = true;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) this.#process.off(signal, this.#signalled);
    this.#process.off("uncaughtException", this.#threw);
    this.#process.off("beforeExit", this.#stalled);
    this.#process.off("exit", this.#left);
  }

  readonly #signalled = (signal: NodeJS.Signals): void => {
    const at = this.#clock.monotonic();
    const isSamePress = signal === this.#first?.signal && at - this.#first.at < ONE_PRESS;
    if (isSamePress) return;
    if (this.#exitAtOnce || this.#first !== undefined) return this.#exit();
    this.#first = { signal, at };
    this.#controller.abort(new InterruptedError(signal));
  };

  #exit(): never {
    this.#process.off("exit", this.#left);
    // Below the terminal's ^C.
    if (this.#process.stderr.isTTY) this.#process.stderr.write("\n");
    this.#process.exit(INTERRUPTED);
  }

  readonly #threw = (error: unknown): void => {
    this.#controller.abort(uncaughtError(error));
  };

  /** Nothing but what is done at once counts any more. */
  readonly #left = (code: number): void => {
    if (this.#exitAtOnce) return;
    this.#process.stderr.write(leftText(code));
    if (code === 0) this.#process.exitCode = 1;
  };

  readonly #stalled = (): void => {
    this.#controller.abort(stalledError());
  };
}

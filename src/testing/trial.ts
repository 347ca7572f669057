import { AssertionError } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { messageOf } from "../base/index.ts";
import { failure } from "./conformance.ts";

/** One run of one case. It knows what the case has opened, and how long to wait for what never comes. */
export class Trial {
  readonly #patience: number;
  readonly #opened = new Set<AsyncDisposable>();
  readonly #late = Promise.withResolvers<void>();
  #over = false;

  /** @param patience Milliseconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Runs the case, and closes what the case has opened, however it ends. */
  async run(check: () => Promise<void>): Promise<void> {
    const timer = setTimeout(this.#late.resolve, this.#patience);
    try {
      await Promise.race([check(), this.#tooLate()]);
      await Promise.race([this.#close(), this.#tooLate()]);
    } catch (error) {
      await Promise.race([this.#close().catch(() => {}), this.#late.promise]);
      throw error instanceof AssertionError ? error : unforeseen(error);
    } finally {
      this.#over = true;
      clearTimeout(timer);
    }
  }

  /** Waits for a promise while there is patience, and then fails with `late()`. */
  within<Value>(awaited: Promise<Value>, late: () => Error): Promise<Value> {
    const failed = this.#late.promise.then(() => {
      throw late();
    });
    return Promise.race([awaited, failed]);
  }

  /** Closes the thing when the case ends, or now if the case has already ended without waiting for it. */
  protected opened<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.#opened.add(thing);
    if (this.#over) void this.#close().catch(() => {});
    return thing;
  }

  /** Notes that a thing is gone, or that the case closed it itself. */
  protected gone(thing: AsyncDisposable): void {
    this.#opened.delete(thing);
  }

  async #close(): Promise<void> {
    const opened = [...this.#opened];
    this.#opened.clear();
    await Promise.all(opened.map((thing) => thing[Symbol.asyncDispose]()));
  }

  /** Fails a turn later than `within`, which knows more about what did not come. */
  async #tooLate(): Promise<never> {
    await this.#late.promise;
    await setImmediate();
    throw failure(
      "the case did not end",
      `every promise to settle, and every reader to end, within ${this.#patience} ms`,
      "one that did not",
    );
  }
}

/** Wraps the subject's own error, in a case that asked for nothing that may fail. */
function unforeseen(cause: unknown): AssertionError {
  const error = failure("a call failed", "every call of this case to succeed", messageOf(cause));
  error.cause = cause;
  return error;
}

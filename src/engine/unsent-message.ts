import type { Leave } from "./run-context.ts";

/** A message that is to be sent, and may be taken back until then. */
export class UnsentMessage {
  #begun = false;
  #error: Error | undefined;
  #leave: Leave | undefined;
  readonly #onLooked: (() => void) | undefined;

  constructor(onLooked: (() => void) | undefined) {
    this.#onLooked = onLooked;
  }

  /** It is being recorded now. @throws What it was taken back with. */
  readonly begin: () => void = () => {
    if (this.#error !== undefined) throw this.#error;
    this.#begun = true;
  };

  /** There is no place for it yet. */
  readonly onWait: (leave: Leave) => void = (leave) => {
    this.#onLooked?.();
    if (this.#error === undefined) this.#leave = leave;
    else leave(this.#error);
  };

  /** @returns Whether it will not be sent; else it is on record, or will be. */
  takeBack(error: Error): boolean {
    if (this.#begun) return false;
    this.#error = error;
    this.#leave?.(error);
    return true;
  }
}

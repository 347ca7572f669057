/** A day: any time will do, as it is set again. Milliseconds. */
const LONG = 86_400_000;

/** Keeps the process while something waits whose answer comes through the journal: nothing else does. */
export class ProcessHold implements Disposable {
  #timer: NodeJS.Timeout | undefined;

  hold(): void {
    this.#timer ??= setInterval(() => {}, LONG);
  }

  release(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

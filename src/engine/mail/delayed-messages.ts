import type { Clock, Timer } from "../../base/index.ts";

/** The runs of messages that are not due, each with its timer. */
export class DelayedMessages {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** @param due Called when so many milliseconds have passed. */
  add(run: string, ms: number, due: () => void): void {
    const timer = this.#clock.timer(ms, () => {
      this.#timers.delete(run);
      due();
    });
    this.#timers.set(run, timer);
  }

  withdraw(run: string): void {
    this.#timers.get(run)?.cancel();
    this.#timers.delete(run);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }
}

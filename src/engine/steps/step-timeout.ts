import { type Clock, type StepContext, type Timer, turnOf } from "../../base/index.ts";

/** The time-out of an attempt: from the call of its function on, or, where that waits for its turn, from when that comes. */
export class StepTimeout implements Timer {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #over: () => void;
  #timer: Timer;
  #isCancelled = false;

  constructor(clock: Clock, ms: number, over: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#over = over;
    this.#timer = clock.timer(ms, over);
  }

  /** The function of the attempt was called, and has not given its result yet. */
  called(attempt: StepContext): void {
    const turn = turnOf(attempt);
    if (turn === undefined) return;
    this.#timer.cancel();
    const begin = (): void => {
      if (!this.#isCancelled) this.#timer = this.#clock.timer(this.#ms, this.#over);
    };
    // One that never comes fails the attempt itself.
    turn.then(begin, () => {});
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#timer.cancel();
  }
}

import type { Budget, Clock, Timer } from "../../base/index.ts";
import { NEVER } from "../model/wait.ts";

/** Milliseconds after which a budget whose time stands still is looked at again, at least. */
const STANDSTILL = 100;

/** Aborts when the caller does, and when the budget's time is over. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  readonly #unfollow: (() => void) | undefined;

  constructor(signal: AbortSignal | undefined, budget: Budget | undefined, clock: Clock) {
    this.#clock = clock;
    if (budget?.timed !== true) {
      this.signal = signal ?? NEVER;
      return;
    }
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#watch(budget, budget.timeLeft, controller);
    if (signal === undefined) return;
    const follow = (): void => controller.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow, { once: true });
    const unfollow = (): void => signal.removeEventListener("abort", follow);
    this.#unfollow = unfollow;
  }

  end(): void {
    this.#timer?.cancel();
    this.#unfollow?.();
  }

  /** What is left when the timer fires is left because the budget was suspended meanwhile. */
  #watch(budget: Budget, left: number, controller: AbortController): void {
    this.#timer = this.#clock.timer(left, () => {
      try {
        budget.checkTime();
      } catch (error) {
        return controller.abort(error);
      }
      const now = budget.timeLeft;
      this.#watch(budget, now < left ? now : Math.max(now, STANDSTILL), controller);
    });
  }
}

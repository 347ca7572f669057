import { type Duration, milliseconds, type StepContext, type Timer } from "../../base/index.ts";
import { stepTimeoutError } from "../record/errors.ts";
import type { RunContext } from "./run-context.ts";
import { timeLeft } from "../record/time-left.ts";

/**
 * What is left of the time for a reply, where its step began in a process that ended: that in which none ran counts, too. In
 * the process in which the step begins its own time-out holds.
 */
export class ReplyTime {
  /** To be called when a reply that is on record would have come, however late that is looked for; nothing where there is no such time. */
  readonly begins: (() => void) | undefined;
  /** It is over, with this error. */
  over: Error | undefined;
  #timer: Timer | undefined;
  readonly #late: PromiseWithResolvers<never> | undefined;

  constructor(run: Pick<RunContext, "clock" | "recovered">, step: StepContext, deadline: Duration | undefined) {
    const recorded = deadline === undefined ? undefined : run.recovered?.steps.get(step.key);
    if (deadline === undefined || recorded === undefined) return;
    const ms = milliseconds(deadline, "the deadline of an ask");
    const late = (this.#late = Promise.withResolvers<never>());
    late.promise.catch(() => {});
    const fire = (): void => late.reject((this.over = stepTimeoutError(step.key, ms)));
    const begins = (): void => {
      const left = timeLeft({ at: recorded.startedAt + ms, ms }, run.clock.now());
      this.#timer ??= run.clock.timer(left, fire);
    };
    this.begins = begins;
    step.defer(() => this.#timer?.cancel());
  }

  within<Out>(reply: Promise<Out>): Promise<Out> {
    return this.#late === undefined ? reply : Promise.race([reply, this.#late.promise]);
  }
}

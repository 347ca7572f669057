import { isAitorError, type StepContext, type Timer } from "../../base/index.ts";
import { stepTimeoutError } from "../record/errors.ts";
import type { RunContext } from "./run-context.ts";
import { type DueTime, timeLeft } from "../record/time-left.ts";

/**
 * The time that is left for a reply whose step began in an earlier process: time in which no process ran counts. In the process in
 * which the step begins, the step's own time-out holds.
 */
export class ReplyTime {
  /** Nothing where there is no such time. */
  readonly until: DueTime | undefined;
  /** To be called when a reply on record would have come, however late somebody looks for it; nothing where the step has just begun. */
  readonly begins: (() => void) | undefined;
  /** It is over, with this error. */
  over: Error | undefined;
  #timer: Timer | undefined;
  readonly #late: PromiseWithResolvers<never> | undefined;
  readonly #key: string;

  constructor(run: Pick<RunContext, "clock" | "recovered">, step: StepContext, ms: number | undefined) {
    this.#key = step.key;
    if (ms === undefined) return;
    const recorded = run.recovered?.steps.get(step.key);
    const until = (this.until = { at: (recorded?.startedAt ?? run.clock.now()) + ms, ms });
    if (recorded === undefined) return;
    const late = (this.#late = Promise.withResolvers<never>());
    late.promise.catch(() => {});
    const begins = (): void => {
      this.#timer ??= run.clock.timer(timeLeft(until, run.clock.now()), () => late.reject(this.#isOver(ms)));
    };
    this.begins = begins;
    step.defer(() => this.#timer?.cancel());
  }

  within<Out>(reply: Promise<Out>): Promise<Out> {
    const late = this.#late;
    if (late === undefined) return reply;
    const inTime = reply.catch((error: unknown) => {
      throw wasTooLate(error) ? this.#isOver((this.until as DueTime).ms) : error;
    });
    return Promise.race([inTime, late.promise]);
  }

  #isOver(ms: number): Error {
    return (this.over = stepTimeoutError(this.#key, ms));
  }
}

/** The message was withdrawn for that by whoever would have handled it. */
function wasTooLate(error: unknown): boolean {
  return isAitorError(error, "cancelled") && isAitorError(error.cause, "step-timeout");
}

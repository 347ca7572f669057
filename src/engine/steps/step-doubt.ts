import { type AitorError, messageOf, stepInDoubtError, type StepOptions, validate } from "../../base/index.ts";
import { stepAnswered } from "./answers.ts";
import type { Answer } from "../engine.ts";
import { doubtReason, type StepFailure } from "../record/errors.ts";
import type { RunContext } from "./run-context.ts";
import type { StepRecord } from "../record/step-record.ts";
import { notWaitingError } from "../record/wait-errors.ts";
import type { Wait } from "./waits.ts";

/** What became of a step that was in doubt. */
export interface DoubtAnswered {
  finished(result: unknown): void;
  failed(failure: StepFailure, cause: unknown): void;
  /** It is to be called once more. */
  again(): void;
}

/**
 * @param error Why it is in doubt, where that is not on record.
 * @param options The step's.
 */
export function askAbout(
  run: RunContext,
  key: string,
  error: AitorError | undefined,
  options: StepOptions | undefined,
  answered: DoubtAnswered,
): StepDoubt {
  const doubt = new StepDoubt(run, key, options, answered);
  run.waits.add(doubt);
  if (error !== undefined) void run.record("step-in-doubt", key, { why: doubtReason(error) });
  return doubt;
}

/** A step that must run once and may have happened: it waits to be told. */
export class StepDoubt implements Wait {
  readonly key: string;
  readonly #run: RunContext;
  readonly #options: StepOptions | undefined;
  readonly #answered: DoubtAnswered;

  constructor(run: RunContext, key: string, options: StepOptions | undefined, answered: DoubtAnswered) {
    this.#run = run;
    this.#options = options;
    this.key = key;
    this.#answered = answered;
  }

  async accept(given: Answer, by: string | undefined): Promise<void> {
    const answer = await this.#checked(given);
    if (!this.#run.waits.isOpen(this)) throw notWaitingError(this.#run.id, this.key, this.#run.waits.answerable);
    const { events, failed } = stepAnswered(this.key, answer, by, this.#run.freeze, this.#options?.caught);
    this.#run.waits.delete(this);
    await this.#run.recordAll(events);
    if ("value" in answer) this.#answered.finished(answer.value);
    else if (failed !== undefined) this.#answered.failed(failed.failure, failed.cause);
    else this.#answered.again();
  }

  async #checked(answer: Answer): Promise<Answer> {
    const schema = this.#options?.answer;
    if (schema === undefined || !("value" in answer)) return answer;
    return { value: await validate(schema, answer.value, `the answer to step "${this.key}"`) };
  }
}

/** A step that must run once is cut off: it may have happened, unless its start was still being recorded, or its work waited. */
export function recordCutOff(run: RunContext, key: string, called: boolean, why: AitorError): void {
  if (called) void run.record("step-abandoned", key, { why: messageOf(why) });
  else run.uncalled.push(key);
}

/** Why a step that must run once, and has no outcome on record, may have happened. */
export function recordedDoubt(key: string, { doubt }: StepRecord): AitorError {
  return stepInDoubtError(key, doubt === "abandoned" ? "it was begun and cut off" : "its process ended while it ran");
}

import { type AitorError, isAitorError } from "../base/index.ts";
import { isStepError, type StepError } from "../engine/index.ts";
import { type FailedTask, FlowError, type FlowProgress, isFlowError } from "./errors.ts";
import type { TaskReport } from "./flow-report.ts";
import type { FailureMode } from "./types.ts";

/** The outcome of a run that is over, however it ended. */
export interface FlowOutcome extends FlowProgress {
  /** What failed tasks threw, by task. */
  readonly failed: Readonly<Record<string, unknown>>;
  /** The skipped tasks, each with the failed tasks that caused this. */
  readonly skipped: Readonly<Record<string, readonly string[]>>;
  /** Makes the error of a run that was cancelled. */
  cancelled(cause: unknown): FlowError;
}

/** The result of a finished run of a flow. */
export class FlowResult<Output> {
  readonly output: Output;
  readonly #progress: FlowProgress;

  constructor(output: Output, progress: FlowProgress) {
    this.output = output;
    this.#progress = progress;
  }

  get runId(): string {
    return this.#progress.runId;
  }

  /** The flow's input. */
  get input(): unknown {
    return this.#progress.input;
  }

  /** Every task's result, by name. */
  get results(): Readonly<Record<string, unknown>> {
    return this.#progress.results;
  }

  /** Every task's state and duration, by name. {@link Aitorflow.toMermaid} draws them. */
  get tasks(): Readonly<Record<string, TaskReport>> {
    return this.#progress.tasks;
  }
}

/** The result of a run of a flow with `failure: "isolate"`, complete or not. */
export type IsolatedResult<Output> = Isolated & Outcome<Output>;

type Outcome<Output> =
  | { readonly complete: true; readonly output: Output }
  | { readonly complete: false; readonly output: undefined };

interface Isolated {
  readonly runId: string;
  /** The flow's input. */
  readonly input: unknown;
  /** The results of the tasks that succeeded, by name. */
  readonly results: Readonly<Record<string, unknown>>;
  /**
   * The errors of the tasks that failed, by name: a `StepError` for a step, a `FlowError` for a flow or the way of a choice. It is
   * another error if the task's own rules were broken, for example by a map over something that is no list.
   */
  readonly failed: Readonly<Record<string, StepError | FlowError | AitorError>>;
  /** The tasks that were skipped, by name, each with the failed tasks that caused this. */
  readonly skipped: Readonly<Record<string, readonly string[]>>;
  /** Every task's state and duration, by name. {@link Aitorflow.toMermaid} draws them. */
  readonly tasks: Readonly<Record<string, TaskReport>>;
}

/** The type of a run's result, by the flow's `failure` option. */
export type ResultOf<Output, Failure extends FailureMode> = Failure extends "isolate"
  ? IsolatedResult<Output>
  : FlowResult<Output>;

/**
 * Makes the result of a flow's run from that of its engine.
 *
 * @param live What is known of the run in this process.
 * @param recorded For a run that was begun before: reads its outcome from its record, which a failing replay does not reach.
 * @throws FlowError (rejects with) if it was cancelled or, with `failure: "stop"`, if a task failed.
 */
export async function flowResult<Output, Failure extends FailureMode>(
  { name, failure }: { readonly name: string; readonly failure: FailureMode },
  output: Promise<Output>,
  live: FlowOutcome,
  recorded?: () => Promise<FlowOutcome>,
): Promise<ResultOf<Output, Failure>> {
  const isolated = failure === "isolate";
  const whole = async (): Promise<FlowOutcome> => (live.runId === "" && recorded !== undefined ? recorded() : live);
  try {
    const result = await output;
    const outcome = await whole();
    return (isolated ? isolatedResult(outcome, result) : new FlowResult(result, outcome)) as ResultOf<Output, Failure>;
  } catch (error) {
    const isTask = isAitorError(error, "task-failed") && error.name === "FlowError";
    if (isTask && isolated) return isolatedResult(await whole()) as ResultOf<Output, Failure>;
    const isCancelled = isAitorError(error, "cancelled");
    if (!isTask && !isCancelled) throw error;
    if (recorded === undefined) throw isFlowError(error) ? error : live.cancelled(error);
    const outcome = await recorded();
    if (isCancelled) throw outcome.cancelled(isFlowError(error) ? error.cause : error);
    const failed = error.data as FailedTask;
    throw new FlowError(name, outcome, causeOf(error.cause, outcome.failed[failed.task]), failed);
  }
}

/**
 * Returns the error that the replay gave, if it is the same one. For a flow inside, that one has the results: the error on record
 * has none, and that of a resumed run not all.
 */
function causeOf(cause: unknown, replayed: unknown): unknown {
  const isSame =
    isFlowError(replayed) &&
    isAitorError(cause) &&
    replayed.message === cause.message &&
    failedStep(replayed) === failedStep(cause);
  return isSame ? replayed : cause;
}

/** The key of the step because of which flows failed, one inside the other. */
function failedStep(error: unknown): string | undefined {
  let cause = error;
  while (isAitorError(cause, "task-failed") && !isStepError(cause)) ({ cause } = cause);
  return isStepError(cause) ? cause.stepKey : undefined;
}

function isolatedResult<Output>(outcome: FlowOutcome, output?: Output): IsolatedResult<Output> {
  const { runId, input, results, skipped, tasks } = outcome;
  const failed = outcome.failed as Isolated["failed"];
  const complete = Object.keys(failed).length === 0;
  return { complete, output, runId, input, results, failed, skipped, tasks } as IsolatedResult<Output>;
}

import { AitorError, type AitorErrorOptions, type ErrorRecord, isAitorError, messageOf } from "../base/index.ts";
import { isStepError } from "../engine/index.ts";
import type { TaskReport } from "./flow-report.ts";

/** The error codes of `aitor/flow`. */
export type FlowErrorCode =
  | "cancelled"
  | "foreign-handle"
  | "invalid-flow"
  | "invalid-input"
  | "invalid-output"
  | "task-failed";

/** The progress of a flow when it stops. Its fields are read when they are needed. */
export interface FlowProgress {
  readonly runId: string;
  readonly input: unknown;
  readonly results: Readonly<Record<string, unknown>>;
  readonly tasks: Readonly<Record<string, TaskReport>>;
}

/** The error of a flow that did not finish: a task failed, or the flow was cancelled. What had finished is in `results`. */
export class FlowError extends AitorError<"task-failed" | "cancelled"> {
  /** The task that failed; `undefined` if the flow was cancelled. */
  readonly task: string | undefined;
  readonly #progress: FlowProgress;

  constructor(flow: string, progress: FlowProgress, cause: unknown, failed?: FailedTask) {
    const thrown = isStepError(cause) ? (cause.cause ?? cause) : cause;
    super({
      ...(failed === undefined ? cancellation(flow, (cause as Error).cause ?? cause) : failure(flow, failed, thrown)),
      cause,
    });
    this.name = "FlowError";
    this.task = failed?.task;
    this.#progress = progress;
  }

  get runId(): string {
    return this.#progress.runId;
  }

  /** The flow's input. */
  get input(): unknown {
    return this.#progress.input;
  }

  /** The results of the tasks that had finished, by name. */
  get results(): Readonly<Record<string, unknown>> {
    return this.#progress.results;
  }

  /** The progress of each task, by name. {@link Aitorflow.toMermaid} draws it. */
  get tasks(): Readonly<Record<string, TaskReport>> {
    return this.#progress.tasks;
  }
}

/** The `data` of a `FlowError`, by which a recorded one is recognised. */
export interface FailedTask {
  readonly task: string;
  /** For a mapped task: which element failed. */
  readonly element?: number;
}

function cancellation(flow: string, reason: unknown): AitorErrorOptions<"cancelled"> {
  return {
    code: "cancelled",
    message: `flow "${flow}" was cancelled: ${messageOf(reason)}`,
    expected: "no cancellation before the end",
    got: messageOf(reason),
    fix: "run it again if it is still wanted",
  };
}

/** Takes what was expected and what to do from the thrown error if it says so, since that knows best. */
function failure(flow: string, failed: FailedTask, thrown: unknown): AitorErrorOptions<"task-failed"> {
  const { task, element } = failed;
  const advised = isAitorError(thrown) ? thrown : undefined;
  const place = element === undefined ? "" : ` (element ${element})`;
  return {
    code: "task-failed",
    message: `task "${task}"${place} of flow "${flow}" failed: ${messageOf(thrown)}`,
    data: failed,
    expected: advised?.expected ?? "every task to finish",
    got: advised?.got ?? messageOf(thrown),
    fix: advised?.fix ?? "see the cause; what had finished is in the error's results",
  };
}

/** The task because of which a flow failed, the one inside of that which failed, and so on. */
export function failingTasks(error: ErrorRecord | undefined): string[] {
  const tasks: string[] = [];
  for (let each = error; each?.name === "FlowError"; each = each.cause) {
    const { task } = (each.data ?? {}) as { readonly task?: unknown };
    if (typeof task !== "string") break;
    tasks.push(task);
  }
  return tasks;
}

export function isFlowError(error: unknown): error is FlowError {
  return isAitorError(error) && error.name === "FlowError" && "tasks" in error;
}

/** Why a graph cannot run. */
export interface FlowProblem {
  readonly text: string;
  /** @default the problem says it itself */
  readonly fix?: string;
}

export function invalidFlowError(flow: string, problems: readonly FlowProblem[]): AitorError<"invalid-flow"> {
  const texts = problems.map(({ text }) => text);
  const fixes = new Set(problems.map(({ fix = "correct what is named" }) => fix));
  return new AitorError({
    code: "invalid-flow",
    message: `flow "${flow}" cannot run`,
    expected: "a graph of known tasks, at least one, each named once and reached, without a cycle",
    got: texts.join("; "),
    fix: [...fixes].join("; "),
    data: { problems: texts },
  });
}

export function foreignHandleError(flow: string, task: string, owner: string): AitorError<"foreign-handle"> {
  return new AitorError({
    code: "foreign-handle",
    message: `task "${task}" of flow "${flow}" was given a handle of another flow`,
    expected: `a handle that flow "${flow}" gave out`,
    got: owner,
    fix: "add the task to this flow too, and use the handle that this returns",
  });
}

export function notAListError(task: string, got: string): AitorError<"invalid-input"> {
  return new AitorError({
    code: "invalid-input",
    message: `task "${task}" is mapped over something that is no list`,
    expected: "an array, one element for each step",
    got,
    fix: "return an array from the task before it",
    retryable: false,
  });
}

export function batchResultError(task: string, expected: number, got: string): AitorError<"invalid-output"> {
  return new AitorError({
    code: "invalid-output",
    message: `task "${task}" did not give a result for each element of its batch`,
    expected: `an array of ${expected}, in the order of the elements`,
    got,
    fix: "return one result for each element that the task was given",
  });
}

import type { StepError } from "../engine/index.ts";
import type { FailureMode, FlowExecution } from "./flow-execution.ts";
import type { TaskReport } from "./flow-report.ts";

/** What a finished run of a flow gives. */
export class FlowResult<Output> {
  readonly output: Output;
  readonly #execution: FlowExecution;

  constructor(output: Output, execution: FlowExecution) {
    this.output = output;
    this.#execution = execution;
  }

  get runId(): string {
    return this.#execution.runId;
  }

  /** What the flow was given. */
  get input(): unknown {
    return this.#execution.input;
  }

  /** Every task's result, by name. */
  get results(): Readonly<Record<string, unknown>> {
    return this.#execution.results;
  }

  /** Every task's state and duration, by name; {@link Aitorflow.toMermaid} draws it. */
  get tasks(): Readonly<Record<string, TaskReport>> {
    return this.#execution.tasks;
  }
}

/** What a run of a flow with `failure: "isolate"` gives: all of it, or what could be had. */
export type IsolatedResult<Output> = Isolated & Outcome<Output>;

type Outcome<Output> =
  | { readonly complete: true; readonly output: Output }
  | { readonly complete: false; readonly output: undefined };

interface Isolated {
  readonly runId: string;
  /** What the flow was given. */
  readonly input: unknown;
  /** The results of the tasks that succeeded, by name. */
  readonly results: Readonly<Record<string, unknown>>;
  /** What the tasks that failed threw, by name. */
  readonly failed: Readonly<Record<string, StepError>>;
  /** The tasks that were skipped, by name, each with the failed tasks because of which it was. */
  readonly skipped: Readonly<Record<string, readonly string[]>>;
  /** Every task's state and duration, by name; {@link Aitorflow.toMermaid} draws it. */
  readonly tasks: Readonly<Record<string, TaskReport>>;
}

/** What a run gives, by what the flow does with failures. */
export type ResultOf<Output, Failure extends FailureMode> = Failure extends "isolate"
  ? IsolatedResult<Output>
  : FlowResult<Output>;

export function isolatedResult<Output>(execution: FlowExecution, output?: Output): IsolatedResult<Output> {
  const { runId, input, results, skipped, tasks } = execution;
  const failed = execution.failed as Readonly<Record<string, StepError>>;
  const complete = Object.keys(failed).length === 0;
  return { complete, output, runId, input, results, failed, skipped, tasks } as IsolatedResult<Output>;
}

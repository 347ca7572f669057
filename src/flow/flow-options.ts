import type { Engine, EngineEvent, StartOptions } from "../engine/index.ts";
import type { FailureMode } from "./types.ts";

export interface FlowOptions<Failure extends FailureMode = FailureMode> {
  /** How many steps run at the same time in the whole flow. @default 64 */
  readonly concurrency?: number;
  /**
   * What a failed task does to the others. `"stop"` cancels them, and the run rejects. `"isolate"` skips those that need its
   * result and finishes the rest; the run gives an {@link IsolatedResult}. @default "stop"
   */
  readonly failure?: Failure;
  /** The flow's version. Runs of another version are recognised by it. @default a hash of the graph: names, edges, maps, exits */
  readonly version?: string;
}

export interface FlowRunOptions extends StartOptions {
  /** The engine that runs the flow. @default the process's own, in memory, which keeps nothing of runs that have ended */
  readonly engine?: Engine;
}

/** A handle of a flow's run. Iterate it for the run's events. Leaving the loop does not cancel the run. */
export interface FlowHandle<Result> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** The run's result. Rejects with a `FlowError` if the run was cancelled or, with `failure: "stop"`, if a task failed. */
  readonly result: Promise<Result>;
  /** Ends the run at once. Resolves when the run has ended and everything it took is given back. */
  cancel(reason?: unknown): Promise<void>;
}

/** The input of an earlier run, and the results of the tasks that it had finished. */
export interface PreviousRun {
  readonly input: unknown;
  /**
   * The results, by task. A task that returned nothing has `undefined`, which JSON leaves out: store null for it if it must not
   * run again.
   */
  readonly results: Readonly<Record<string, unknown>>;
}

/** The arguments of a run. An input that may be `undefined` may be left out. */
export type RunArguments<Input> = undefined extends Input
  ? [input?: Input, options?: FlowRunOptions]
  : [input: Input, options?: FlowRunOptions];

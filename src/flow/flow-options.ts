import type { Engine, EngineEvent, StartOptions } from "../engine/index.ts";
import type { FailureMode } from "./types.ts";

export interface FlowOptions<Failure extends FailureMode = FailureMode> {
  /** Steps at the same time, over the whole flow. @default 64 */
  readonly concurrency?: number;
  /**
   * What a failed task does to the others: `"stop"` cancels them and rejects; `"isolate"` skips those that need its
   * result, finishes the rest, and gives an {@link IsolatedResult}. @default "stop"
   */
  readonly failure?: Failure;
  /** When it changes, old runs are told apart. @default a hash of the graph: names, edges, maps, exits */
  readonly version?: string;
}

export interface FlowRunOptions extends StartOptions {
  /** @default the process's own, in memory, which keeps nothing of runs that have ended */
  readonly engine?: Engine;
}

/** A run of a flow that was started. Iterate it for its events; leaving the loop does not cancel the run. */
export interface FlowHandle<Result> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** Rejects with a `FlowError` where the run was cancelled or, with `failure: "stop"`, a task failed. */
  readonly result: Promise<Result>;
  /** Ends the run at once; resolves when it has ended, with everything given back. */
  cancel(reason?: unknown): Promise<void>;
}

/** What an earlier run was given, and what it had finished. */
export interface PreviousRun {
  readonly input: unknown;
  /** By task. One that gave nothing has `undefined`, which JSON leaves out: where it must not run again, store null for it. */
  readonly results: Readonly<Record<string, unknown>>;
}

/** An input that may be `undefined` need not be given. */
export type RunArguments<Input> = undefined extends Input
  ? [input?: Input, options?: FlowRunOptions]
  : [input: Input, options?: FlowRunOptions];

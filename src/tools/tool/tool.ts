import type { Duration, Effect, RetryOptions, Run, Schema, StepContext } from "../../base/index.ts";
import type { Access } from "./access.ts";
import type { ApprovalRule } from "./approval-rule.ts";
import type { ToolInput } from "../schema/input-schema.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { ToolCallContext } from "./tool-context.ts";

/**
 * Where a tool runs. `"none"` means in this process, with all the rights of the process. There is no other isolation yet, and
 * a tool that asks for more is refused. Time-outs, caps and threads are no isolation.
 */
export type Isolation = "none";

/** The settings of a tool, which apply to each of its calls. */
export interface ToolSettings {
  /** What the tool touches. Policies decide by it. */
  readonly access: Access | readonly Access[];
  /** Groups tools for lists and policies. @default none */
  readonly category?: string;
  /** What a crash in the middle of a call means. @default "once", or "idempotent" if the tool only reads */
  readonly effect?: Effect;
  /**
   * Time for each attempt. For a tool that orchestrates, the time for the whole call, and time in which no process runs
   * counts, too. If a step that must run once is under way when the time is over, the time begins anew once the outcome of the
   * step is known.
   *
   * @default none
   */
  readonly timeout?: Duration;
  /**
   * The number of simultaneous calls in this process; others wait. For a tool that orchestrates, its waits count.
   * @default Infinity
   */
  readonly concurrency?: number;
  /** The number of attempts, or the whole policy. Not for the effect `once`, nor for a tool that orchestrates. @default 1 */
  readonly retry?: RetryOptions | number;
  /** The most characters of its output. A longer output becomes an artefact. @default the registry's, 20,000 */
  readonly maxOutput?: number;
  /** Where the tool runs. @default "none" */
  readonly isolation?: Isolation;
}

/**
 * A tool of which only the outside is known, as in lists and registries. Its name, description and schemas are read once, when
 * it is registered.
 */
export interface AnyTool extends ToolSettings {
  /** Up to 64 letters, digits, `_` and `-`, starting with a letter or `_`. Every provider accepts such names. */
  readonly name: string;
  /** What the tool does, and when to use it. For the model. */
  readonly description: string;
  readonly input: ToolInput;
  /** Checks what the tool returns. The schema's output is the value. @default none */
  readonly output?: Schema | JsonSchema;
  /** Whether a person must approve a call first. @default false */
  readonly approval?: ApprovalRule<never>;
  /**
   * The function of a tool whose call is one step of the run. It gets all it needs from its arguments and context. It may be
   * called again in another process if its effect allows that. What it throws becomes a failure that the model reads.
   */
  run?(args: never, step: StepContext, context: ToolCallContext): unknown;
  /**
   * Replaces `run` for a tool whose call is a scope of the run, in which it may wait, ask, and run flows. As with any body of
   * a run, it performs its effects through `run`, and is executed again when the run is resumed or replayed.
   */
  orchestrate?(args: never, run: Run, context: ToolCallContext): Promise<unknown>;
  /** Replaces `run`: a module whose default export is called with the arguments, in a worker thread. */
  readonly thread?: URL;
  /**
   * Connects the tool. Called once in this process, before the first call, however many calls and registries wait for it. If
   * it throws, the call fails with `tool-unavailable`, and the next call tries again.
   */
  open?(): void | PromiseLike<void>;
  /**
   * Disposes of the tool. Called when the last registry that has it releases it, after the calls under way. If it is
   * registered again, `open` is called again, but not before this is over.
   */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/**
 * A tool. Create one with `tool`. For a tool with a connection of its own, write a class:
 * `class Orders implements Tool<{ id: string }, Order>`. `Output` is what its function returns, `Value` is the result of the
 * output's schema for that.
 */
export interface Tool<Args = unknown, Output = unknown, Value = Output> extends AnyTool {
  readonly input: Schema<unknown, Args> | JsonSchema;
  readonly output?: Schema<unknown, Value> | JsonSchema;
  readonly approval?: ApprovalRule<Args>;
  run?(args: Args, step: StepContext, context: ToolCallContext): Output | PromiseLike<Output>;
  orchestrate?(args: Args, run: Run, context: ToolCallContext): Promise<Output>;
}

/** The definition of a tool that models get. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

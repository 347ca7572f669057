import type { Duration, Effect, RetryOptions, Run, Schema, StepContext } from "../../base/index.ts";
import type { Access } from "./access.ts";
import type { ApprovalRule } from "./approval-rule.ts";
import type { ToolInput } from "../schema/input-schema.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { ToolCallContext } from "./tool-context.ts";

/**
 * Where a tool runs: `"none"`, in this process, with all that the process may do. There is nothing else yet, and a tool
 * that asks for more is refused. Time-outs, caps and threads are no isolation.
 */
export type Isolation = "none";

/** What holds for each call of a tool. */
export interface ToolSettings {
  /** What it touches. Policies go by it. */
  readonly access: Access | readonly Access[];
  /** Groups tools for lists and policies. @default none */
  readonly category?: string;
  /** What a crash in the middle of a call means. @default "once", or "idempotent" where it only reads */
  readonly effect?: Effect;
  /**
   * Time for each attempt; of one that orchestrates, for the whole call, that in which no process runs included: where a
   * step that must run once is under way by then, it begins anew when it is known what became of that.
   *
   * @default none
   */
  readonly timeout?: Duration;
  /** Calls at the same time in this process; others wait. Of one that orchestrates, its waits count. @default Infinity */
  readonly concurrency?: number;
  /** Attempts in all, or the whole policy. Not for the effect `once`, nor for one that orchestrates. @default 1 */
  readonly retry?: RetryOptions | number;
  /** Characters of its output; what is longer becomes an artefact. @default the registry's, 20,000 */
  readonly maxOutput?: number;
  /** @default "none" */
  readonly isolation?: Isolation;
}

/**
 * A tool of which only the outside is known: what lists and registries hold. Its name, description and schemas are read
 * once, when it is registered.
 */
export interface AnyTool extends ToolSettings {
  /** Up to 64 letters, digits, `_` and `-`, a letter or `_` first: what every provider takes. */
  readonly name: string;
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  readonly input: ToolInput;
  /** Checks what the tool gives; what the schema makes of it is the value. @default none */
  readonly output?: Schema | JsonSchema;
  /** Whether a person has to say yes to a call first. @default false */
  readonly approval?: ApprovalRule<never>;
  /**
   * One step of the run. It gets all it needs from its arguments and context; it may be called again in another process
   * where its effect allows that. What it throws becomes a failure that the model reads.
   */
  run?(args: never, step: StepContext, context: ToolCallContext): unknown;
  /**
   * In place of `run`: a scope of the run, in which it may wait, ask, and run flows. As any body of a run it does its
   * effects through `run`, and is executed again when the run is resumed or replayed.
   */
  orchestrate?(args: never, run: Run, context: ToolCallContext): Promise<unknown>;
  /** In place of `run`: a module whose default export is called with the arguments, in a worker thread. */
  readonly thread?: URL;
  /**
   * Connects. Called before the first call in this process, once, however many calls and registries wait for it. Where it
   * throws, the call fails with `tool-unavailable`, and the next one tries again.
   */
  open?(): void | PromiseLike<void>;
  /**
   * Called when the last registry that has it lets it go, after the calls under way. Where it is registered again, `open` is
   * called again, not before this is over.
   */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/**
 * A tool. Make one with `tool`, or write a class, for what has a connection of its own:
 * `class Orders implements Tool<{ id: string }, Order>`. `Output` is what its function gives, `Value` what its output's
 * schema makes of that.
 */
export interface Tool<Args = unknown, Output = unknown, Value = Output> extends AnyTool {
  readonly input: Schema<unknown, Args> | JsonSchema;
  readonly output?: Schema<unknown, Value> | JsonSchema;
  readonly approval?: ApprovalRule<Args>;
  run?(args: Args, step: StepContext, context: ToolCallContext): Output | PromiseLike<Output>;
  orchestrate?(args: Args, run: Run, context: ToolCallContext): Promise<Output>;
}

/** A tool as models are told of it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

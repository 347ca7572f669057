import { onlyOptions, type Run, type Schema, type StepContext } from "../base/index.ts";
import type { ApprovalRule } from "./tool/approval-rule.ts";
import { compile } from "./tool/compiled-tool.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { ToolRegistry } from "./registry/registry.ts";
import type { AnyTool, Tool, ToolSettings } from "./tool/tool.ts";
import type { ToolCallContext } from "./tool/tool-context.ts";
import type { ToolResult } from "./tool/tool-result.ts";
import type { ToolCallOptions } from "./registry/tool-view.ts";

/** The type that a model has to write for a schema. */
export type GivenTo<Input> = Input extends Schema<infer Given, unknown> ? Given : unknown;
/** The type that a tool is called with: the schema's output. */
export type ArgsOf<Input> = Input extends Schema<unknown, infer Args> ? Args : unknown;

interface ToolHead<Name extends string, Given, Args, Output, Value> extends ToolSettings {
  /** Up to 64 letters, digits, `_` and `-`, starting with a letter or `_`. */
  readonly name: Name;
  /** What the tool does, and when to use it. For the model. */
  readonly description: string;
  /** Checks what the model writes: a Standard Schema of an object that provides its JSON Schema, or a JSON Schema. */
  readonly input: Schema<Given, Args> | JsonSchema;
  /** Checks what the tool returns. The schema's output is the value. @default none */
  readonly output?: Schema<Output, Value> | JsonSchema;
  /** Whether a person must approve a call first: always, or as the function decides. @default false */
  readonly approval?: ApprovalRule<NoInfer<Args>>;
}

/** A tool whose call is one step. */
export interface StepToolOptions<Name extends string, Given, Args, Output, Value = Awaited<Output>> extends ToolHead<
  Name,
  Given,
  Args,
  Output,
  Value
> {
  /**
   * Called once for each attempt of the step, with the checked arguments. It is not called if the call is on record. What it
   * throws is a failure that the model gets. It should stop when `step.abortSignal` aborts: its result is discarded then.
   */
  readonly run: (args: NoInfer<Args>, step: StepContext, context: ToolCallContext) => Output | PromiseLike<Output>;
  readonly orchestrate?: never;
  readonly thread?: never;
}

/** A tool whose call is a scope, in which it may wait, ask, and run flows. */
export interface ScopeToolOptions<Name extends string, Given, Args, Output, Value = Awaited<Output>> extends Omit<
  ToolHead<Name, Given, Args, Output, Value>,
  "effect" | "retry"
> {
  /**
   * Executed from its beginning again when its run is resumed. It must perform its effects through steps of `run` and
   * otherwise depend only on its arguments. What it throws is a failure that the model gets. `run.abortSignal` aborts when the
   * call is cancelled or its time is over.
   */
  readonly orchestrate: (args: NoInfer<Args>, run: Run, context: ToolCallContext) => Promise<Output>;
  readonly effect?: never;
  readonly retry?: never;
  readonly run?: never;
  readonly thread?: never;
}

/** A tool whose call is one step, in a worker thread. The type of its value comes from `output`. */
export interface ThreadToolOptions<Name extends string, Given, Args, Output, Value = Awaited<Output>> extends ToolHead<
  Name,
  Given,
  Args,
  Output,
  Value
> {
  /** The module whose default export is the function, which takes the arguments: `new URL("./hash.ts", import.meta.url)`. */
  readonly thread: URL;
  readonly run?: never;
  readonly orchestrate?: never;
}

/** A tool that `tool` created. A call returns a `Value`, the output schema's result for what the function returns. */
export interface DefinedTool<Name extends string, Given, Args, Value, Output = Value> extends Tool<
  Args,
  Output,
  Value
> {
  readonly name: Name;
  /** Calls the tool without an agent, in a run of its own. For tests. */
  readonly call: (args: Given, options?: ToolCallOptions) => Promise<ToolResult<Value>>;
}

/** Those of a tool that there is may be given again. */
const OPTIONS: ReadonlySet<string> = new Set([
  "name",
  "description",
  "input",
  "output",
  "access",
  "category",
  "effect",
  "timeout",
  "concurrency",
  "retry",
  "maxOutput",
  "isolation",
  "approval",
  "run",
  "orchestrate",
  "thread",
  "open",
  "call",
] satisfies (keyof AnyTool | "call")[]);

/**
 * Creates a tool from its input and its function. `run` is one step. `orchestrate` is a scope of the run. `thread` is one step
 * that runs in a worker thread, which ends with a time-out or an abort.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`; `no-json-schema` for an input that cannot be shown to a model;
 *   `isolation-unavailable`.
 */
export function tool<const Name extends string, Given, Args, Output, Value = Awaited<Output>>(
  options:
    | StepToolOptions<Name, Given, Args, Output, Value>
    | ScopeToolOptions<Name, Given, Args, Output, Value>
    | ThreadToolOptions<Name, Given, Args, Output, Value>,
): DefinedTool<Name, Given, Args, Value, Awaited<Output>> {
  const isNamed = typeof options?.name === "string";
  onlyOptions(options, OPTIONS, isNamed ? `an option of tool "${options.name}"` : "an option of a tool");
  const made: AnyTool = Object.freeze({
    ...options,
    call: async (args: unknown, callOptions?: ToolCallOptions) => {
      const registry = new ToolRegistry({ tools: [made] });
      try {
        return await registry.call(options.name, args, callOptions);
      } finally {
        const disposal = registry[Symbol.asyncDispose]();
        // This call may be a part of the one under way, which whoever took the tool away waits for.
        if (compile(made).lifetime?.isBusy === true) disposal.catch(() => {});
        else await disposal;
      }
    },
  }) as AnyTool;
  compile(made);
  return made as DefinedTool<Name, Given, Args, Value, Awaited<Output>>;
}

import {
  atLeast,
  callInThread,
  checkModule,
  type Effect,
  invalidOption,
  invalidOptionGot,
  nonEmpty,
  type RetryOptions,
  type Run,
  type StepContext,
  stepSettings,
} from "../../base/index.ts";
import { type Access, accessList } from "./access.ts";
import type { ApprovalRule } from "./approval-rule.ts";
import { isolationError } from "../schema/errors.ts";
import { InputSchema } from "../schema/input-schema.ts";
import { type OutputCheck, outputCheck } from "./output.ts";
import { ownCopy } from "./own-copy.ts";
import { Places } from "./places.ts";
import type { Judged } from "./policy.ts";
import type { AnyTool, ToolDefinition } from "./tool.ts";
import type { ToolCallContext } from "./tool-context.ts";
import { ToolLifetime } from "./tool-lifetime.ts";

/** Calls a tool whose work is one step, or a scope. */
export type ToolWork =
  | { readonly kind: "step"; call(args: unknown, step: StepContext, context: ToolCallContext): unknown }
  | { readonly kind: "scope"; call(args: unknown, run: Run, context: ToolCallContext): Promise<unknown> };

/** Options of each step of a tool, checked. */
interface ToolStepOptions {
  readonly effect: Effect;
  readonly caught: true;
  readonly timeout?: number;
  readonly retry?: RetryOptions | number;
}

const NAME = /^[A-Za-z_][\w-]{0,63}$/;
const RESERVED = ["__proto__", "constructor", "prototype"];

/** A tool, checked and read once. */
export class CompiledTool implements Judged {
  readonly tool: AnyTool;
  readonly name: string;
  readonly description: string;
  readonly access: readonly Access[];
  readonly category: string | undefined;
  readonly input: InputSchema;
  readonly outputCheck: OutputCheck | undefined;
  readonly work: ToolWork;
  readonly step: ToolStepOptions;
  readonly maxOutput: number | undefined;
  readonly approval: ApprovalRule<unknown> | undefined;
  readonly definition: ToolDefinition;
  readonly places: Places | undefined;
  /** Present where there is something to open or to dispose. */
  readonly lifetime: ToolLifetime | undefined;

  /** @throws AitorError `invalid-option`, `invalid-duration`, `no-json-schema`, `isolation-unavailable`. */
  constructor(tool: AnyTool) {
    const name = toolName(tool?.name);
    const { category, concurrency, isolation, maxOutput, approval } = tool;
    if (isolation !== undefined && isolation !== "none") throw isolationError(name, isolation);
    this.tool = tool;
    this.name = name;
    this.description = nonEmpty(tool.description, `the description of tool "${name}"`);
    this.access = accessList(tool.access, `access of tool "${name}"`);
    this.category = category === undefined ? undefined : nonEmpty(category, `category of tool "${name}"`);
    const { effect = this.access.every((each) => each === "read") ? "idempotent" : "once" } = tool;
    this.work = toolWork(tool, name, effect);
    this.step = stepOptions(tool, name, effect, this.work.kind);
    this.input = new InputSchema(name, tool.input);
    this.outputCheck = outputCheck(name, tool.output);
    this.maxOutput = maxOutput === undefined ? undefined : atLeast(1, maxOutput, `maxOutput of tool "${name}"`);
    this.approval = approvalRule(approval, name);
    this.definition = Object.freeze({ name, description: this.description, inputSchema: this.input.shown });
    const limit = atLeast(1, concurrency ?? Infinity, `concurrency of tool "${name}"`);
    this.places = limit === Infinity ? undefined : new Places(limit);
    const isHeld = tool.open !== undefined || tool[Symbol.asyncDispose] !== undefined;
    this.lifetime = isHeld ? new ToolLifetime(tool) : undefined;
  }
}

const compiled = new WeakMap<AnyTool, CompiledTool>();

/** One for each tool, whoever asks: what it holds (its connection, its places) is shared by all registries. */
export function compile(tool: AnyTool): CompiledTool {
  const known = typeof tool === "object" && tool !== null ? compiled.get(tool) : undefined;
  if (known !== undefined) return known;
  const made = new CompiledTool(tool);
  compiled.set(tool, made);
  return made;
}

/** Returns a name that every provider takes. @throws AitorError `invalid-option`. */
export function toolName(name: unknown): string {
  if (typeof name === "string" && NAME.test(name) && !RESERVED.includes(name)) return name;
  throw invalidOption("the name of a tool", "up to 64 letters, digits, _ and -, a letter or _ first", name);
}

function toolWork(tool: AnyTool, name: string, effect: Effect): ToolWork {
  const given = (["run", "orchestrate", "thread"] as const).filter((way) => tool[way] !== undefined);
  if (given.length !== 1) {
    throw invalidOptionGot(
      `what tool "${name}" does`,
      "one of run, orchestrate and thread",
      given.join(" and ") || "none of them",
    );
  }
  const { thread } = tool;
  if (thread !== undefined) {
    checkModule(thread, `the module of tool "${name}"`);
    return { kind: "step", call: (args, step) => callInThread(thread, [args], step, effect) };
  }
  const way = given[0] as "run" | "orchestrate";
  if (typeof tool[way] !== "function") throw invalidOption(`${way} of tool "${name}"`, "a function", tool[way]);
  if (way === "run" && tool.retry !== undefined) {
    // What an attempt did to its arguments is not what the next one is called with.
    return {
      kind: "step",
      call: (args, step, context) => tool.run?.(ownCopy(args, new Map()) as never, step, context),
    };
  }
  return way === "run"
    ? { kind: "step", call: (args, step, context) => tool.run?.(args as never, step, context) }
    : { kind: "scope", call: async (args, run, context) => tool.orchestrate?.(args as never, run, context) };
}

function stepOptions(tool: AnyTool, name: string, effect: Effect, kind: ToolWork["kind"]): ToolStepOptions {
  const { timeout, retry } = tool;
  // Not all of the tool, which may have them of its class.
  const given = { effect, ...(timeout !== undefined && { timeout }), ...(retry !== undefined && { retry }) };
  const { timeout: ms } = stepSettings(given, "tool", name);
  for (const option of ["effect", "retry"] as const) {
    if (kind === "step" || tool[option] === undefined) continue;
    const fix = "give it to the steps that the tool makes";
    throw invalidOption(`${option} of tool "${name}"`, "none, for a tool that orchestrates", tool[option], fix);
  }
  return { effect, caught: true, ...(ms !== undefined && { timeout: ms }), ...(retry !== undefined && { retry }) };
}

function approvalRule(approval: unknown, name: string): ApprovalRule<unknown> | undefined {
  if (approval === undefined || typeof approval === "boolean" || typeof approval === "function") {
    return approval as ApprovalRule<unknown> | undefined;
  }
  throw invalidOption(`approval of tool "${name}"`, "true, false, or a function of the arguments", approval);
}

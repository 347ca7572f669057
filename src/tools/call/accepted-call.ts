import type { ArgumentLimits } from "./argument-limits.ts";
import { approves } from "../tool/approval.ts";
import { readArguments } from "./call-arguments.ts";
import type { CompiledTool } from "../tool/compiled-tool.ts";
import { ownCopy } from "../tool/own-copy.ts";
import { answer, type Policies, type ToolRequest } from "../tool/policy.ts";
import { callContext, type ToolCall, type ToolCallContext, type ToolContext } from "../tool/tool-context.ts";
import { failure, type ToolFailure } from "../schema/tool-failure.ts";

/** What calls are judged by. */
export interface Judgement {
  readonly policies: Policies;
  readonly limits: ArgumentLimits;
}

/** A call that was looked at. */
export interface JudgedCall {
  readonly tool: CompiledTool;
  readonly context: ToolCallContext;
  /** As the model wrote them; nothing where they cannot be read. */
  readonly given?: unknown;
  /** As the schema made them, the tool's own; nothing where they do not fit. */
  readonly args?: unknown;
  readonly refusal?: ToolFailure;
  /** Why it has to be approved. */
  readonly approval?: string;
}

/** Looks at all of a call but whether it was approved. A promise only where the tool's schema is asynchronous. */
export function judge(
  tool: CompiledTool,
  call: ToolCall,
  given: ToolContext,
  { policies, limits }: Judgement,
): JudgedCall | Promise<JudgedCall> {
  const context = callContext({ id: call.id, name: tool.name }, given);
  const refused = policies.mayUse(tool) ? undefined : denied(tool.name, "the policy does not allow it");
  const read = readArguments(call.args, tool.name, limits);
  if ("failure" in read) return { tool, context, refusal: refused ?? read.failure };
  const judged = { tool, context, given: read.value };
  // A schema may hand on what it checks, and a tool may write to what it is called with: the record is of what was given.
  const checked = tool.input.check(ownCopy(read.value));
  const settle = (settled: Awaited<typeof checked>): JudgedCall => {
    if ("failure" in settled) return { ...judged, refusal: refused ?? settled.failure };
    const accepted = { ...judged, args: settled.args };
    if (refused !== undefined) return { ...accepted, refusal: refused };
    return byPolicy(accepted, policies);
  };
  return checked instanceof Promise ? checked.then(settle) : settle(checked);
}

function byPolicy(judged: JudgedCall & { readonly args: unknown }, policies: Policies): JudgedCall {
  const { tool, context, given, args } = judged;
  const { name, access, category, approval: own } = tool;
  if (policies.isEmpty && (own === undefined || own === false)) return judged;
  const request: ToolRequest = { tool: name, access, category, args: given, context };
  const verdict = policies.refusal(tool, request);
  if (verdict !== undefined) return { ...judged, refusal: denied(name, verdict) };
  const approval =
    policies.approval(tool, request) ??
    answer(() => (typeof own === "function" ? own(args, context) : own), "the tool asks for it");
  return approval === undefined ? judged : { ...judged, approval };
}

/** The refusal of a call that has to be approved and was not. */
export function unlessApproved(
  judged: JudgedCall,
  { approval, run }: { readonly approval: ToolContext["approval"]; readonly run: string },
): ToolFailure | undefined {
  if (judged.refusal !== undefined || judged.approval === undefined) return judged.refusal;
  const { tool, context, given: args } = judged;
  const subject = { tool: tool.name, args, tenant: context.tenant, run, call: context.call.id };
  if (approves(approval, subject, context.clock.now())) return undefined;
  return failure("approval-required", `tool "${tool.name}" was not called: it needs a person's approval`, {
    expected: approval === undefined ? "an approval" : "an approval of this very call that has not expired",
    got: approval === undefined ? "none" : "another one",
    fix: `the reason is: ${judged.approval}`,
  });
}

function denied(tool: string, reason: string): ToolFailure {
  return failure("denied", `tool "${tool}" was not called: ${reason}`, { fix: "go on without it" });
}

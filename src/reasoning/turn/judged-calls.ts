import type { Budget } from "../../base/index.ts";
import { approvalHash, type ToolFailure } from "../../tools/index.ts";
import { type ToolCallPart, toolCallsOf } from "../../llm/index.ts";
import { called, saidBy } from "./hook-check.ts";
import { isUsual, withoutOversized } from "./oversized-calls.ts";
import type { TurnChange } from "./reasoning-options.ts";
import { deadlineOf } from "./solving-budget.ts";
import { type SolvingContext, valuesOf } from "./solving-context.ts";
import type { ToolSet } from "./tool-set.ts";
import type { TurnAbout } from "../result/turn-about.ts";
import { type ApprovalAsked, callId, type ThinkRecord } from "../memory/turn-record.ts";

interface Judging {
  readonly context: SolvingContext;
  readonly allowed: TurnChange["tools"];
  readonly budget: Budget | undefined;
}

/**
 * Looks at each call of the reply once. What is found is recorded with the reply. Returns a promise only if there is something to
 * look at.
 */
export function judgedCalls(
  record: ThinkRecord,
  about: TurnAbout,
  judging: Judging,
): ThinkRecord | Promise<ThinkRecord> {
  const { hooks, tools } = judging.context.settings;
  const isFree = judging.allowed === undefined && hooks?.beforeTool === undefined;
  const isPlain = (part: ToolCallPart): boolean =>
    isUsual(part.broken ?? part.input) &&
    tools.has(part.name) &&
    !tools.mayAsk(part.name) &&
    unfinished(record, part) === undefined;
  return isFree && toolCallsOf(record.message).every(isPlain) ? record : judged(record, about, judging);
}

async function judged(
  record: ThinkRecord,
  about: TurnAbout,
  { context: solving, allowed, budget }: Judging,
): Promise<ThinkRecord> {
  const { settings, clock } = solving;
  const { hooks, tools, tenant, approvalMs } = settings;
  const approvals: Record<string, ApprovalAsked> = {};
  const values = valuesOf(solving);
  const context = { agent: about.agent, clock, ...(values && { values }) };
  const looked = withoutOversized(record.message, ({ name, input, broken }, place) =>
    tools.check({ id: callId(about.turn, place), name, args: broken ?? input }, context),
  );
  const { message, failures } = looked instanceof Promise ? await looked : looked;
  const refused: Record<string, string | ToolFailure> = { ...failures };
  for (const [index, part] of toolCallsOf(record.message).entries()) {
    const { name, input, broken } = part;
    const place = index + 1;
    if (place in failures) continue;
    const call = { id: callId(about.turn, place), name, args: broken ?? input };
    const refusal =
      unfinished(record, part) ??
      notOffered(name, tools, allowed) ??
      (hooks?.beforeTool &&
        saidBy("beforeTool", await called("beforeTool", () => hooks.beforeTool?.({ ...about, call })))) ??
      // Whether there is such a tool is decided here: when the run goes on, there may be one.
      (tools.has(name) ? undefined : await tools.check(call, context));
    if (refusal !== undefined) {
      refused[place] = refusal;
      continue;
    }
    const request = await tools.needsApproval(call, context);
    if (request === undefined) continue;
    const expires = Math.min(clock.now() + approvalMs, deadlineOf(budget));
    const of = { tenant, expires, run: about.run, call: call.id };
    approvals[place] = { ...request, hash: approvalHash({ tool: request.tool, args: request.args, ...of }), expires };
  }
  // What is not kept of the arguments is not kept in the text either.
  const { raw, ...kept } = record;
  return {
    ...kept,
    message,
    ...(raw !== undefined && message === record.message && { raw }),
    ...(Object.keys(approvals).length > 0 && { approvals }),
    ...(Object.keys(refused).length > 0 && { refused }),
  };
}

/**
 * Returns why a call is not to be made, if the turn does not have its tool. A tool that does not exist at all is handled
 * elsewhere.
 */
function notOffered(name: string, tools: ToolSet, allowed: TurnChange["tools"]): string | undefined {
  if (allowed === undefined || allowed.includes(name)) return undefined;
  const isThere = tools.definitions().some((tool) => tool.name === name);
  return isThere ? "it is not one of the tools of this turn" : undefined;
}

/** Returns why a call is not to be made, if its reply did not come to its end. */
function unfinished({ finishReason }: ThinkRecord, { name, broken }: ToolCallPart): ToolFailure | undefined {
  if (finishReason === "filtered") return heldBack(name);
  return broken !== undefined && finishReason === "length" ? cutOff(name) : undefined;
}

/** Nobody knows what else the model wrote, nor what the provider objected to. */
function heldBack(tool: string): ToolFailure {
  const message = `tool "${tool}" was not called: the provider's filter held back the reply it stands in. Go on in another way.`;
  return { code: "held-back", message };
}

/** For a call in the middle of which the model reached its limit of output. The same call again would be cut off again. */
function cutOff(tool: string): ToolFailure {
  const message = `tool "${tool}" was not called: your reply was cut off within its arguments, it was longer than you may write. Call it with less, such as one part at a time.`;
  return { code: "broken-json", message };
}

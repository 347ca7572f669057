import type { AgentContext } from "../agent/index.ts";
import { type EventEnvelope, isAitorError, messageOf, type Spend } from "../base/index.ts";
import { RunUsage } from "../engine/index.ts";
import { addTotals, NO_USAGE, type UsageTotals } from "../llm/index.ts";
import { placeInTurn, type ReactOutcome, spentBy, THINK } from "../reasoning/index.ts";
import { clipped } from "../tools/index.ts";
import type { PlanOutcome } from "./plan-outcome.ts";

/** What came back from a sub-agent: short, and never all that it saw. A JSON value. */
export interface DelegationReport {
  readonly agent: string;
  /** Its run, whose record tells all of it. Absent where it never began. */
  readonly run?: string;
  readonly status: ReactOutcome["status"] | "cancelled";
  /** Why it ended, where that was not by an answer. */
  readonly reason?: string;
  /** Its answer, or what it said last. */
  readonly text: string;
  /** The text is not the whole answer. */
  readonly cut?: true;
  /** With all that it delegated itself. */
  readonly spent: Spend;
  /** US dollars; absent where that is not known. */
  readonly cost?: number;
  readonly usage: UsageTotals;
}

/** What is told of a run that has an outcome. */
export function reportOf(agent: string, outcome: ReactOutcome, longest: number): DelegationReport {
  const { run, status, reason, answer, partial, usage, cost, error } = outcome;
  const { plan } = outcome as { readonly plan?: PlanOutcome };
  const whole = status === "answered" ? textOf(answer) : (partial ?? "");
  const spent = spentBy(outcome);
  const why = status === "answered" ? undefined : `${reason}${error === undefined ? "" : `: ${error.message}`}`;
  return {
    agent,
    run,
    status,
    ...(why !== undefined && { reason: clipped(why, 500) }),
    ...clippedText(whole, longest),
    spent: { ...spent, steps: spent.steps + (plan?.agents.steps ?? 0) },
    ...(cost !== undefined && { cost }),
    usage,
  };
}

/** What is told of one that failed, or never began: its record says what it used. */
export async function reportOfFailure(
  agent: string,
  error: unknown,
  ctx: Pick<AgentContext<unknown>, "events" | "runId">,
): Promise<DelegationReport> {
  const { stepKey } = error as { readonly stepKey?: string };
  const run = stepKey === undefined ? undefined : `${ctx.runId}/${stepKey}`;
  const { usage, steps } = await usedIn(run === undefined ? [] : ctx.events(run));
  return {
    agent,
    ...(run !== undefined && { run }),
    status: isAitorError(error, "cancelled") ? "cancelled" : "failed",
    reason: clipped(messageOf(error), 500),
    text: "",
    spent: { steps, tokens: usage.inputTokens + usage.outputTokens, usd: usage.cost },
    ...(usage.unpriced === 0 && { cost: usage.cost }),
    usage,
  };
}

async function usedIn(
  events: AsyncIterable<EventEnvelope> | readonly EventEnvelope[],
): Promise<{ usage: UsageTotals; steps: number }> {
  const own = new RunUsage();
  let delegated = NO_USAGE;
  let steps = 0;
  for await (const event of events) {
    own.take(event);
    const { type, key, data } = event;
    if (type === "usage-added") {
      const added = data as { readonly usage: UsageTotals; readonly steps?: number };
      delegated = addTotals(delegated, added.usage);
      steps += added.steps ?? 0;
    } else if (type === "step-finished" && placeInTurn(key)?.name === THINK) steps++;
  }
  return { usage: addTotals(own.totals, delegated), steps };
}

function textOf(answer: unknown): string {
  return typeof answer === "string" ? answer : (JSON.stringify(answer) ?? "");
}

function clippedText(text: string, longest: number): Pick<DelegationReport, "text" | "cut"> {
  return text.length <= longest ? { text: text.toWellFormed() } : { text: clipped(text, longest), cut: true };
}

import type { AgentContext } from "../../agent/index.ts";
import { type Amounts, clipped, isAitorError, messageOf, type Spend } from "../../base/index.ts";
import { isStepError, RunUsage } from "../../engine/index.ts";
import { addTotals, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { isThink, placeInTurn, type ReactOutcome, spentBy, type UsageAdded } from "../../reasoning/index.ts";
import type { PlanOutcome } from "../plan/plan-outcome.ts";
import { valueText } from "../plan/value-text.ts";

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
  /** With all that it delegated itself, and with what was cut off as it was reserved. */
  readonly spent: Spend;
  /** How much of that is not known but reserved. */
  readonly estimated?: Amounts;
  /** US dollars; absent where that is not known. */
  readonly cost?: number;
  readonly usage: UsageTotals;
}

/** What is told of a run that has an outcome. */
export function reportOf(agent: string, outcome: ReactOutcome, longest: number): DelegationReport {
  const { run, status, reason, answer, partial, usage, cost, error } = outcome;
  const { plan } = outcome as { readonly plan?: PlanOutcome };
  const whole = status === "answered" ? valueText(answer) : (partial ?? "");
  const spent = spentBy(outcome);
  const estimated = outcome.spent?.estimated;
  const why = status === "answered" ? undefined : `${reason}${error === undefined ? "" : `: ${error.message}`}`;
  return {
    agent,
    run,
    status,
    ...(why !== undefined && { reason: clipped(why, 500) }),
    ...clippedText(whole, longest),
    spent: { ...spent, steps: spent.steps + (plan?.agents.steps ?? 0) },
    ...(estimated !== undefined && { estimated }),
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
  const { usage, steps } = run === undefined ? NOTHING_USED : await usedIn(run, ctx);
  return {
    agent,
    ...(run !== undefined && { run }),
    status: isAitorError(error, "cancelled") ? "cancelled" : "failed",
    reason: clipped(messageOf(thrownIn(error)), 500),
    text: "",
    spent: { steps, tokens: usage.inputTokens + usage.outputTokens, usd: usage.cost },
    ...(usage.unpriced === 0 && { cost: usage.cost }),
    usage,
  };
}

/** What went wrong in a step, and in steps below it: their keys say nothing to a model. */
function thrownIn(error: unknown): unknown {
  let thrown = error;
  while (isStepError(thrown) && thrown.cause !== undefined) thrown = thrown.cause;
  return thrown;
}

interface Used {
  readonly usage: UsageTotals;
  readonly steps: number;
}

const NOTHING_USED: Used = { usage: NO_USAGE, steps: 0 };

/** With all below it: what was cut off with it has not told what it used. */
async function usedIn(run: string, ctx: Pick<AgentContext<unknown>, "events">): Promise<Used> {
  const own = new RunUsage();
  let used = NOTHING_USED;
  const untold = new Set<string>();
  for await (const event of ctx.events(run)) {
    own.take(event);
    const { type, key, data } = event;
    if (type === "step-started") {
      const { child } = data as { readonly child?: string };
      if (child !== undefined) untold.add(child);
    } else if (type === "usage-added") {
      const { usage, steps = 0, run: below = "" } = data as UsageAdded;
      used = together(used, { usage, steps });
      untold.delete(below);
    } else if (type === "step-finished" && isThink(placeInTurn(key))) {
      used = together(used, { usage: NO_USAGE, steps: 1 });
    }
  }
  for (const child of untold) used = together(used, await usedIn(child, ctx));
  return together(used, { usage: own.totals, steps: 0 });
}

function together(a: Used, b: Used): Used {
  return { usage: addTotals(a.usage, b.usage), steps: a.steps + b.steps };
}

function clippedText(text: string, longest: number): Pick<DelegationReport, "text" | "cut"> {
  return text.length <= longest ? { text: text.toWellFormed() } : { text: clipped(text, longest), cut: true };
}

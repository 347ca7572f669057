import type { Amounts, Budget, Run, Spend, StepContext } from "../../base/index.ts";

/** What a step spent of its run's budget. On record, so that a run that goes on has spent the same. */
export interface RecordedSpend extends Amounts {
  /** How much of it is not known. @default nothing */
  readonly estimated?: Amounts;
}

/** Whether something of it is limited that a model's call spends: else calls do not count in it. */
export function countsCalls(budget: Budget | undefined): budget is Budget {
  return budget !== undefined && (budget.limited("tokens") || budget.limited("usd") || budget.timed);
}

/**
 * A step that asks a model. What it spent of the budget is on record with what came of it, and is spent again where the step is
 * not; each call is on record before it is made, so that one that a crash cuts off has spent what was reserved.
 */
export function spendingStep<Asked extends object>(
  turn: Run,
  name: string,
  budget: Budget | undefined,
  ask: (step: StepContext) => Promise<Asked & { readonly spent?: RecordedSpend }>,
): Promise<Asked> {
  return countsCalls(budget) ? countedStep(turn, name, budget, ask) : turn.step(name, ask);
}

async function countedStep<Asked extends object>(
  turn: Run,
  name: string,
  budget: Budget,
  ask: (step: StepContext) => Promise<Asked & { readonly spent?: RecordedSpend }>,
): Promise<Asked> {
  let isNew = false;
  const asking = async (step: StepContext): Promise<Asked & { readonly spent?: RecordedSpend }> => {
    isNew = true;
    const { spent, estimated } = budget;
    const asked = await ask(step);
    return { ...asked, spent: spentSince(budget, { spent, estimated }) };
  };
  const record = await turn.step(name, asking, { metered: true });
  // It was spent, whatever is left: nothing is asked for, and all of it counts.
  if (!isNew)
    budget.count({ spent: { ...NOTHING, ...record.spent }, estimated: { ...NOTHING, ...record.spent?.estimated } });
  return record;
}

type Told = Pick<Budget, "spent" | "estimated">;

/** What was spent since then. */
function spentSince(now: Told, before: Told): RecordedSpend {
  const spent = difference(now.spent, before.spent);
  const estimated = difference(now.estimated, before.estimated);
  const isSure = estimated.tokens === 0 && estimated.usd === 0;
  return isSure ? spent : { ...spent, estimated };
}

const NOTHING: Spend = { steps: 0, tokens: 0, usd: 0 };

function difference(now: Spend, before: Spend): { readonly tokens: number; readonly usd: number } {
  return { tokens: now.tokens - before.tokens, usd: now.usd - before.usd };
}

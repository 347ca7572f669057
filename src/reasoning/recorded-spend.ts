import type { Amounts, Budget } from "../base/index.ts";

/** What a step spent of its run's budget. On record, so that a run that goes on has spent the same. */
export type RecordedSpend = Amounts;

/** Whether something of it is limited that a model's call spends: else calls do not count in it. */
export function countsCalls(budget: Budget | undefined): budget is Budget {
  return budget !== undefined && (budget.limited("tokens") || budget.limited("usd") || budget.timeLeft !== Infinity);
}

/** What was spent since then. */
export function spentSince(budget: Budget, before: Budget["spent"]): RecordedSpend {
  return { tokens: budget.spent.tokens - before.tokens, usd: budget.spent.usd - before.usd };
}

/** Counts again what is on record as spent. */
export async function spendRecorded(budget: Budget | undefined, spent: RecordedSpend | undefined): Promise<void> {
  if (budget === undefined || spent === undefined) return;
  // It was spent, whatever is left: nothing is asked for, and all of it counts.
  const reservation = await budget.reserve({});
  reservation.settle(spent);
}

import { NO_USAGE, type UsageTotals } from "../../llm/index.ts";

/** What model calls used, by model. Figures that are 0 may be left out. */
export type UsageSums = Readonly<Record<string, Partial<UsageTotals>>>;

export function sumsOf(models: ReadonlyMap<string, UsageTotals>): UsageSums {
  return Object.fromEntries([...models].map(([model, totals]) => [model, withoutZeros(totals)]));
}

export function totalsOf(sums: Partial<UsageTotals>): UsageTotals {
  return { ...NO_USAGE, ...sums };
}

function withoutZeros(totals: UsageTotals): Partial<UsageTotals> {
  const sums: { -readonly [Name in keyof UsageTotals]?: number } = {};
  for (const name of Object.keys(totals) as (keyof UsageTotals)[]) if (totals[name] !== 0) sums[name] = totals[name];
  return sums;
}

/** Without what is no amount. */
export function onlyAmounts<Amounts extends object>(amounts: Amounts): Partial<Amounts> {
  if (Object.values(amounts).every(isAmount)) return amounts;
  const entries = Object.entries(amounts).filter(([, amount]) => isAmount(amount));
  return Object.fromEntries(entries) as Partial<Amounts>;
}

export function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

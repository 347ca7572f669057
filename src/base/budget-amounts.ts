import { invalidOption } from "./options.ts";

/** A measure that a budget counts in advance. */
export type Measure = "steps" | "tokens" | "usd";

export const MEASURES: readonly Measure[] = ["steps", "tokens", "usd"];

/** An amount of each measure. */
export interface Spend {
  readonly steps: number;
  /** Input and output tokens together. */
  readonly tokens: number;
  /** US dollars. */
  readonly usd: number;
}

/** Some of the amounts. A measure that is absent counts as 0. */
export type Amounts = Partial<Spend>;

/** Less than this many dollars buys nothing; sums may be off by it. */
export const LEAST_USD = 1e-9;

export const NOTHING: Spend = { steps: 0, tokens: 0, usd: 0 };

export function plus(a: Spend, b: Amounts): Spend {
  return { steps: a.steps + (b.steps ?? 0), tokens: a.tokens + (b.tokens ?? 0), usd: a.usd + (b.usd ?? 0) };
}

/** @throws AitorError `invalid-option` for what is no number: no limit would hold for it, nor for what is spent after it. */
export function checkedAmounts(amounts: Amounts, of: string): Spend {
  for (const each of MEASURES) {
    const { [each]: amount = 0 } = amounts;
    if (!(typeof amount === "number" && amount >= 0)) throw invalidOption(`${each} ${of}`, "a number ≥ 0", amount);
  }
  return plus(NOTHING, amounts);
}

/** Without the last digits of dollars, which depend on the order of a sum. */
export function rounded({ steps, tokens, usd }: Spend): Spend {
  return { steps, tokens, usd: Number(usd.toFixed(12)) };
}

export function minus(a: Spend, b: Spend): Spend {
  return { steps: a.steps - b.steps, tokens: a.tokens - b.tokens, usd: a.usd - b.usd };
}

/** Returns the smaller amount of each measure. */
export function least(a: Spend, b: Spend): Spend {
  return { steps: Math.min(a.steps, b.steps), tokens: Math.min(a.tokens, b.tokens), usd: Math.min(a.usd, b.usd) };
}

/** Sums of dollars are off by some 1e-16 of themselves. */
const ROUNDING = 1e-12;

/** Returns the first measure of which the amount is more than is free. */
export function exceeding(amount: Spend, free: Spend): Measure | undefined {
  for (const each of MEASURES) {
    if (amount[each] > 0 && amount[each] > free[each] + ROUNDING * Math.abs(free[each])) return each;
  }
  return undefined;
}

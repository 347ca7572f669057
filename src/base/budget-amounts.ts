import { invalidOption } from "./options.ts";

/** What a budget counts in advance. */
export type Measure = "steps" | "tokens" | "usd";

export const MEASURES: readonly Measure[] = ["steps", "tokens", "usd"];

export interface Spend {
  readonly steps: number;
  /** Input and output together. */
  readonly tokens: number;
  /** US dollars. */
  readonly usd: number;
}

/** What is absent is 0. */
export type Amounts = Partial<Spend>;

/** Dollars that buy nothing: what sums are off by. */
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

/** Of each measure the smaller amount. */
export function least(a: Spend, b: Spend): Spend {
  return { steps: Math.min(a.steps, b.steps), tokens: Math.min(a.tokens, b.tokens), usd: Math.min(a.usd, b.usd) };
}

/** Sums of dollars are off by some 1e-16 of themselves. */
const ROUNDING = 1e-12;

/** The first measure of which there is more than is free. */
export function exceeding(amount: Spend, free: Spend): Measure | undefined {
  for (const each of MEASURES) {
    if (amount[each] > 0 && amount[each] > free[each] + ROUNDING * Math.abs(free[each])) return each;
  }
  return undefined;
}

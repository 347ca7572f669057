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

export const NOTHING: Spend = { steps: 0, tokens: 0, usd: 0 };

export function plus(a: Spend, b: Amounts): Spend {
  return { steps: a.steps + (b.steps ?? 0), tokens: a.tokens + (b.tokens ?? 0), usd: a.usd + (b.usd ?? 0) };
}

/** Without the last digits of dollars, which depend on the order of a sum. */
export function rounded({ steps, tokens, usd }: Spend): Spend {
  return { steps, tokens, usd: Number(usd.toFixed(12)) };
}

export function minus(a: Spend, b: Spend): Spend {
  return { steps: a.steps - b.steps, tokens: a.tokens - b.tokens, usd: a.usd - b.usd };
}

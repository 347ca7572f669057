import type { Draft } from "../../base/index.ts";

/** The tokens of one call, as its provider counts them. An absent figure is not known, which is not the same as 0. */
export interface Usage {
  /** All tokens that the model read, cached or not. */
  readonly inputTokens?: number;
  /** The part of the input that came from the provider's cache. */
  readonly cachedTokens?: number;
  /** The part of the input that was written to the provider's cache. */
  readonly cacheWriteTokens?: number;
  /** All tokens that the model wrote, reasoning included. */
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
}

const FIELDS = ["inputTokens", "cachedTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens"] as const;

/** The figures that a provider tells: what is no number of tokens is not known, and what else it says is left out. */
export function toldFigures(usage: Usage | undefined): Usage {
  const told = (usage ?? {}) as Readonly<Record<string, unknown>>;
  const figures: Draft<Usage> = {};
  for (const name of FIELDS) {
    const value = told[name];
    if (typeof value === "number" && value >= 0 && value < Infinity) figures[name] = value;
  }
  return figures;
}

/**
 * Sums over calls. A figure is the sum of what is known. `unpriced`, `estimated` and `unmetered` count the calls that it
 * lacks.
 */
export interface UsageTotals {
  /** Requests that reached a provider. */
  readonly calls: number;
  /** How many of these requests got no answer. */
  readonly failed: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** In US dollars, for the calls whose price is known. */
  readonly cost: number;
  /** The number of calls that spent tokens and whose price is not known. */
  readonly unpriced: number;
  /** The number of calls whose tokens are an estimate because they were cut off. */
  readonly estimated: number;
  /** The number of calls whose tokens are not known: their provider gave no figures, or their process died. */
  readonly unmetered: number;
}

export const NO_USAGE: UsageTotals = {
  calls: 0,
  failed: 0,
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cost: 0,
  unpriced: 0,
  estimated: 0,
  unmetered: 0,
};

/** A call from which totals are summed: a `ModelCall`. */
export interface Metered {
  readonly outcome: "answered" | "failed" | "aborted";
  readonly usage: Usage;
  readonly cost?: number;
  readonly estimated?: true;
}

export function addUsage(totals: UsageTotals, call: Metered): UsageTotals {
  const { usage, cost } = call;
  const spent = tokensOf(usage) !== 0;
  return {
    calls: totals.calls + 1,
    failed: totals.failed + (call.outcome === "answered" ? 0 : 1),
    inputTokens: totals.inputTokens + (usage.inputTokens ?? 0),
    cachedTokens: totals.cachedTokens + (usage.cachedTokens ?? 0),
    cacheWriteTokens: totals.cacheWriteTokens + (usage.cacheWriteTokens ?? 0),
    outputTokens: totals.outputTokens + (usage.outputTokens ?? 0),
    reasoningTokens: totals.reasoningTokens + (usage.reasoningTokens ?? 0),
    cost: totals.cost + (cost ?? 0),
    unpriced: totals.unpriced + (cost === undefined && spent ? 1 : 0),
    estimated: totals.estimated + (call.estimated === true ? 1 : 0),
    unmetered: totals.unmetered + (tokensOf(usage) === undefined ? 1 : 0),
  };
}

/** Returns the sum of two totals, such as those of a run and those kept of older runs. */
export function addTotals(a: UsageTotals, b: UsageTotals): UsageTotals {
  const totals: Draft<UsageTotals> = { ...NO_USAGE };
  for (const name of Object.keys(NO_USAGE) as (keyof UsageTotals)[]) totals[name] = a[name] + b[name];
  return totals;
}

/** Input and output together, where both are known. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number | undefined {
  return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
}

/** The usage of several calls that made one answer: a figure is known where it is known of each. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const sums: Draft<Usage> = { ...usages[0] };
  for (const usage of usages.slice(1)) {
    for (const name of FIELDS) {
      const [sum, value] = [sums[name], usage[name]];
      if (sum !== undefined && value !== undefined) sums[name] = sum + value;
      else delete sums[name];
    }
  }
  return sums;
}

import type { ModelCall } from "./model-call.ts";
import { addTotals, addUsage, NO_USAGE, type UsageTotals } from "./usage.ts";

/** The usage in total, by model, and by model and key. */
export interface UsageReport {
  readonly total: UsageTotals;
  readonly models: Readonly<Record<string, UsageTotals>>;
  /** By model, then by key. */
  readonly keys: Readonly<Record<string, Readonly<Record<string, UsageTotals>>>>;
}

/** Counts the calls of a process. */
export class UsageMeter {
  #total = NO_USAGE;
  readonly #models = new Map<string, Map<string, UsageTotals>>();

  add(call: ModelCall): void {
    this.#total = addUsage(this.#total, call);
    const keys = this.#models.get(call.model) ?? new Map<string, UsageTotals>();
    this.#models.set(call.model, keys);
    keys.set(call.key, addUsage(keys.get(call.key) ?? NO_USAGE, call));
  }

  report(): UsageReport {
    const models: [string, UsageTotals][] = [];
    const keys: [string, Record<string, UsageTotals>][] = [];
    for (const [model, byKey] of this.#models) {
      models.push([model, [...byKey.values()].reduce((a, b) => addTotals(a, b), NO_USAGE)]);
      keys.push([model, Object.fromEntries(byKey)]);
    }
    return { total: this.#total, models: Object.fromEntries(models), keys: Object.fromEntries(keys) };
  }
}

import type { EventEnvelope } from "../../base/index.ts";
import { addTotals, addUsage, type Metered, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import type { EventData, RunStart } from "./events.ts";
import { isAmount, onlyAmounts, sumsOf, type UsageSums } from "./usage-sums.ts";

/** The type of the events that are counted: each is one request to a provider. */
const CALLED = "model-called";

/** Was made, and its process died before its end: nobody knows what it used. */
const CUT_OFF: Metered = { outcome: "aborted", usage: {} };

/**
 * What the model calls of one run used: the fold of its events. Calls that a fork has copied are counted for the run that made them.
 * Where a metered step begins again and has recorded no call since its last start, that call was cut off: it counts as one of the
 * model that the step calls next.
 */
export class RunUsage {
  readonly #models = new Map<string, UsageTotals>();
  /** Metered steps without a call since they began, and how many of their calls were cut off before. */
  readonly #asking = new Map<string, number>();
  /** Events to come that are copies of another run's: its calls are counted there. */
  #copied = 0;

  take({ type, key, data }: EventEnvelope): void {
    if (this.#copied > 0) this.#copied--;
    else if (type === CALLED) this.#add(key, data);
    else if (type === "step-started") this.#started(key, data as EventData<"step-started">);
    else if (type === "run-paused") this.#asking.clear();
    else if (type === "run-started") this.#copied = (data as RunStart).forkedFrom?.copied ?? 0;
  }

  /** Nothing where no model was called. */
  get sums(): UsageSums | undefined {
    return this.#models.size === 0 ? undefined : sumsOf(this.#models);
  }

  /** Of all models together. */
  get totals(): UsageTotals {
    return [...this.#models.values()].reduce(addTotals, NO_USAGE);
  }

  #started(key: string, { metered }: EventData<"step-started">): void {
    if (metered !== true) return;
    const before = this.#asking.get(key);
    this.#asking.set(key, before === undefined ? 0 : before + 1);
  }

  /** An event of that type may be anybody's: what is no call counts as none. */
  #add(key: string, data: unknown): void {
    const called = (data ?? {}) as Partial<Metered> & { readonly model?: unknown };
    const { model, outcome, usage, cost, estimated } = called;
    if (typeof model !== "string" || typeof usage !== "object" || usage === null || outcome === undefined) return;
    const call: { -readonly [Key in keyof Metered]: Metered[Key] } = { outcome, usage: onlyAmounts(usage) };
    if (isAmount(cost)) call.cost = cost;
    if (estimated === true) call.estimated = estimated;
    let totals = addUsage(this.#models.get(model) ?? NO_USAGE, call);
    for (let cut = this.#asking.get(key) ?? 0; cut > 0; cut--) totals = addUsage(totals, CUT_OFF);
    this.#asking.delete(key);
    this.#models.set(model, totals);
  }
}

/** How a model call ended, where the event is one. */
export function callOutcome({ type, data }: EventEnvelope): Metered["outcome"] | undefined {
  return type === CALLED ? (data as Partial<Metered> | undefined)?.outcome : undefined;
}

/** The usage that a run has on record. */
export async function usageOnRecord(events: AsyncIterable<EventEnvelope>): Promise<UsageSums | undefined> {
  const usage = new RunUsage();
  for await (const event of events) usage.take(event);
  return usage.sums;
}

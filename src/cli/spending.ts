import type { Journal } from "../journal/index.ts";
import { addTotals, addUsage, type Metered, NO_USAGE } from "../llm/index.ts";
import { recordedPlanning } from "../planning/index.ts";

/** What was spent, as far as it is known. */
export class Spending {
  #tokens: number;
  /** US dollars; nothing once something has no price. */
  #cost: number | undefined;

  constructor(spent: { readonly tokens: number; readonly cost: number | undefined } = { tokens: 0, cost: 0 }) {
    this.#tokens = spent.tokens;
    this.#cost = spent.cost;
  }

  get tokens(): number {
    return this.#tokens;
  }

  get cost(): number | undefined {
    return this.#cost;
  }

  add({ tokens = 0, cost }: { readonly tokens?: number; readonly cost?: number }): void {
    this.#tokens += tokens;
    this.#cost = cost === undefined || this.#cost === undefined ? undefined : this.#cost + cost;
  }
}

/** What is on record of a run and those of its sub-agents. */
export async function spentIn(journal: Journal, run: string): Promise<Spending> {
  let usage = NO_USAGE;
  for await (const { type, data } of journal.read(run)) {
    if (type === "model-called") usage = addUsage(usage, data as Metered);
  }
  for (const agent of (await recordedPlanning(journal, run)).agents) usage = addTotals(usage, agent.usage);
  const { inputTokens, outputTokens, cost, unpriced } = usage;
  return new Spending({ tokens: inputTokens + outputTokens, cost: unpriced === 0 ? cost : undefined });
}

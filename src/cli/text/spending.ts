import { RunUsage } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { addTotals } from "../../llm/index.ts";
import type { RecordedAgent } from "../../planning/index.ts";

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

/**
 * What is on record of a run and those of its sub-agents.
 *
 * @param agents Those that are listed for it; for a fork there are others among them, of the run that it is a fork of.
 */
export async function spentIn(journal: Journal, run: string, agents: readonly RecordedAgent[]): Promise<Spending> {
  const own = new RunUsage();
  for await (const event of journal.read(run)) own.take(event);
  const below = agents.filter((agent) => agent.run.startsWith(`${run}/`)).map(({ usage }) => usage);
  const { inputTokens, outputTokens, cost, unpriced } = below.reduce(addTotals, own.totals);
  return new Spending({ tokens: inputTokens + outputTokens, cost: unpriced === 0 ? cost : undefined });
}

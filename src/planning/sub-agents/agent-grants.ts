import { type Amounts, type Budget, LEAST_USD, type Measure, MEASURES, type Spend } from "../../base/index.ts";

/** What a sub-agent was granted, and the budget in which it is spent. */
interface Granted {
  readonly grant: Amounts;
  budget: Budget | undefined;
}

/** What a sub-agent spent, and how much of it is not known but reserved. */
interface Spending {
  readonly spent: Spend;
  readonly estimated?: Amounts;
}

/**
 * Shares what is left of a planner's budget out among its sub-agents, so that all of them together cannot spend what it keeps
 * for itself. A grant is a limit; what is not spent of it is there for those that come later.
 */
export class AgentGrants {
  readonly #reserve: number;
  readonly #open = new Map<string, Granted>();
  #ended = 0;
  #next = Promise.withResolvers<void>();

  /** @param reserve The part that the planner keeps. */
  constructor(reserve: number) {
    this.#reserve = reserve;
  }

  /** Some have what they were granted: what they leave of it is there later. */
  get areOut(): boolean {
    return this.#open.size > 0;
  }

  /** How many have come back. */
  get ended(): number {
    return this.#ended;
  }

  /** Waits until more have come back than had then. @throws Why the signal aborts. */
  async back(then: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#ended > then) return;
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    signal.addEventListener("abort", resolve, { once: true });
    await Promise.race([this.#next.promise, aborted]);
    signal.removeEventListener("abort", resolve);
    signal.throwIfAborted();
  }

  /**
   * What one of so many sub-agents may spend; nothing where nothing is left now.
   *
   * @param share In place of an equal part of what is left.
   */
  next(id: string, budget: Budget, beside: number, share: number | undefined): Amounts | undefined {
    const left = budget.available;
    const grant: { -readonly [Name in Measure]?: number } = {};
    for (const measure of MEASURES) {
      if (!budget.limited(measure)) continue;
      const whole = budget.limits[measure] ?? left[measure];
      const free = left[measure] - whole * this.#reserve - this.#out(measure);
      // Of steps that are fewer than sub-agents, some get one each: a part of one is good for nobody.
      const part =
        share === undefined ? Math.max(free / Math.max(1, beside), Math.min(free, LEAST[measure])) : free * share;
      const amount = measure === "usd" ? part : Math.floor(part);
      if (amount < (measure === "usd" ? LEAST_USD : 1)) return undefined;
      grant[measure] = amount;
    }
    if (budget.timeLeft === 0) return undefined;
    this.#open.set(id, { grant, budget: undefined });
    return grant;
  }

  /** The budget of what was granted, now or before a restart. */
  begin(id: string, grant: Amounts, above: Budget): Budget {
    const budget = above.child(id, grant);
    // Nothing goes on in it but what is below.
    budget.rest(true);
    this.#open.set(id, { grant, budget });
    return budget;
  }

  /** What one spent, as far as it told, or its budget counted in this process: the more of both. */
  counted(id: string, told: Spending): Spending {
    const budget = this.#open.get(id)?.budget;
    if (budget === undefined) return told;
    const { spent, estimated } = budget;
    const unsure = most(told.estimated ?? {}, estimated);
    return {
      spent: { ...most(told.spent, spent), steps: told.spent.steps },
      ...((unsure.tokens > 0 || unsure.usd > 0) && { estimated: unsure }),
    };
  }

  /**
   * It has come back, for others.
   *
   * @param told What was spent of it, also in a process that ended: that is counted now. Nothing where nobody knows, or it did not begin.
   */
  end(id: string, told?: Spending): void {
    const budget = this.#open.get(id)?.budget;
    this.#open.delete(id);
    if (budget !== undefined && told !== undefined) settle(budget, told);
    this.#ended++;
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Granted, neither spent nor reserved yet. */
  #out(measure: Measure): number {
    let out = 0;
    for (const { grant, budget } of this.#open.values()) {
      const used = budget === undefined ? 0 : budget.spent[measure] + budget.reserved[measure];
      out += Math.max(0, (grant[measure] ?? 0) - used);
    }
    return out;
  }
}

function settle(budget: Budget, { spent, estimated = {} }: Spending): void {
  budget.count({ spent: lacking(spent, budget.spent), estimated: lacking(estimated, budget.estimated) });
  budget.close();
}

function lacking(told: Amounts, known: Spend): Spend {
  return each((measure) => Math.max(0, (told[measure] ?? 0) - known[measure]));
}

function most(a: Amounts, b: Amounts): Spend {
  return each((measure) => Math.max(a[measure] ?? 0, b[measure] ?? 0));
}

function each(amount: (measure: Measure) => number): Spend {
  return { steps: amount("steps"), tokens: amount("tokens"), usd: amount("usd") };
}

/** Less than this is not shared out. */
const LEAST: Readonly<Record<Measure, number>> = { steps: 1, tokens: 0, usd: 0 };

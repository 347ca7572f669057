import { type Amounts, Budget, type BudgetState, type Duration, milliseconds, type Spend } from "../../base/index.ts";
import type { ReactLimits, ReactTask } from "../memory/react-message.ts";
import type { ReasoningSettings } from "./reasoning-settings.ts";
import type { SolvingContext } from "./solving-context.ts";
import type { TurnState } from "../memory/turn-record.ts";

type Limits = ReasoningSettings["limits"];

export const NOTHING_SPENT: Spend = { steps: 0, tokens: 0, usd: 0 };

/**
 * What a run may use, below the budget of the caller that delegated it. It begins with the first turn, at what is on record as
 * spent.
 */
export class SolvingBudget {
  readonly limits: Limits;
  readonly #ctx: SolvingContext["ctx"];
  readonly #clock: SolvingContext["clock"];
  readonly #recorded: SolvingContext["recorded"];
  #current: Budget | undefined;

  constructor({
    ctx,
    clock,
    recorded,
    settings,
    task,
  }: Pick<SolvingContext, "ctx" | "clock" | "recorded" | "settings" | "task">) {
    this.limits = withinLimits(settings.limits, task);
    this.#ctx = ctx;
    this.#clock = clock;
    this.#recorded = recorded;
  }

  /** `undefined` before the first turn. */
  get current(): Budget | undefined {
    return this.#current;
  }

  get spent(): Spend {
    return this.#current?.spent ?? NOTHING_SPENT;
  }

  /** How much of what was spent is not known but reserved. */
  get estimated(): Spend {
    return this.#current?.estimated ?? NOTHING_SPENT;
  }

  /** Begins the budget if it has not begun. @returns Whether there are steps for a turn. */
  allows({ turns, budget }: TurnState): boolean {
    if (this.#current === undefined) {
      const { errors: _, ...limits } = this.limits;
      const before = budget ?? { ...NOTHING_ELSE, spent: { steps: turns, tokens: 0, usd: 0 } };
      this.#current = this.#begun(limits, { ...before, time: before.time + this.#recorded.time });
    }
    return turns < this.limits.steps && this.#current.available.steps >= 1;
  }

  /** A turn has thought. */
  spendStep(): void {
    const budget = this.#current as Budget;
    if (budget.available.steps >= 1) budget.spend({ steps: 1 });
  }

  /** Returns what is to be recorded after so many turns; `undefined` if it is known from their number. */
  recorded(turns: number): BudgetState | undefined {
    const budget = this.#current as Budget;
    const { limits } = budget;
    const plain = !budget.limited("tokens") && !budget.limited("usd") && limits.time === undefined;
    return plain && budget.spent.steps === turns ? undefined : budget.toJSON();
  }

  /** Whoever delegated this has it from there what was spent before a restart. */
  #begun(limits: Omit<Limits, "errors">, state: BudgetState): Budget {
    const above = this.#ctx.handed.budget;
    const budget = above === undefined ? new Budget(limits, { clock: this.#clock, state }) : above.child("run", limits);
    if (above !== undefined) budget.count(state);
    // The time in which nothing but what comes from outside is waited for does not count, in whatever it delegated too.
    if (budget.timed) this.#ctx.onRest((resting) => budget.rest(resting));
    return budget;
  }
}

/** Returns the first deadline of a budget and those above it, in milliseconds since 1970; `Infinity` if there is none. */
export function deadlineOf(budget: Budget | undefined): number {
  return Math.min(Infinity, ...(budget?.path() ?? []).map(({ limits }) => limits.deadline ?? Infinity));
}

const NOTHING_ELSE = { estimated: NOTHING_SPENT, reserved: NOTHING_SPENT, time: 0 };

/** Returns the narrower of each limit. A grant is the most that there is. */
function withinLimits(own: Limits, { limits, grant }: ReactTask): Limits {
  if (limits === undefined && grant === undefined) return own;
  const merged: Record<string, unknown> = { ...own };
  const narrow = (given: ReactLimits | Amounts = {}): void => {
    for (const [name, limit] of Object.entries(given)) {
      const known = merged[name];
      if (known === undefined || (limit !== undefined && amount(limit) < amount(known))) merged[name] = limit;
    }
  };
  narrow(limits);
  narrow(grant);
  return merged as unknown as Limits;
}

/** Of a limit, which may be a duration such as `"5m"`. */
function amount(limit: unknown): number {
  return typeof limit === "number" ? limit : milliseconds(limit as Duration, "a limit");
}

import type { Measure } from "./budget-amounts.ts";
import { AitorError, cancelledError, isAitorError } from "./errors.ts";

/** The `data` of a `budget-exceeded` error. */
export interface BudgetExcess {
  /** The budget that has the limit: `budget`, or the path of a child below it, such as `budget/research`. */
  readonly budget: string;
  readonly measure: Measure | "time" | "deadline";
  readonly limit: number;
  readonly spent: number;
  /** The amount that was requested beyond that. */
  readonly wanted?: number;
}

export function budgetExceededError(
  budget: string,
  measure: BudgetExcess["measure"],
  limit: number,
  spent: number,
  wanted?: number,
): AitorError<"budget-exceeded"> {
  const left = Math.max(0, limit - spent);
  return new AitorError({
    code: "budget-exceeded",
    message: `${budget} has no ${measure === "deadline" ? "time" : measure} left for this`,
    expected: EXPECTED[measure](limit),
    got:
      wanted === undefined
        ? `${shown(measure, spent)} of it`
        : `${shown(measure, spent)} spent, ${shown(measure, left)} left, ${shown(measure, wanted)} wanted`,
    fix: `raise the limit "${measure}", or go on with what there is`,
    retryable: false,
    data: { budget, measure, limit, spent, ...(wanted !== undefined && { wanted }) } satisfies BudgetExcess,
  });
}

/** Returns whether a budget's limit caused the error. Its `data` says which limit. */
export function isBudgetExceeded(
  error: unknown,
): error is AitorError<"budget-exceeded"> & { readonly data: BudgetExcess } {
  return isAitorError(error, "budget-exceeded");
}

/** Returns why a wait ended: a budget whose time is over, as itself; anything else as a cancel. */
export function abandonedError(reason: unknown): Error {
  return isBudgetExceeded(reason) ? reason : cancelledError("waiting for the budget", reason);
}

const EXPECTED: Readonly<Record<BudgetExcess["measure"], (limit: number) => string>> = {
  steps: (limit) => `at most ${limit} steps`,
  tokens: (limit) => `at most ${limit} tokens`,
  usd: (limit) => `at most ${limit} US dollars`,
  time: (limit) => `an end within ${limit} ms`,
  deadline: (limit) => `an end before ${new Date(limit).toISOString()}`,
};

function shown(measure: BudgetExcess["measure"], value: number): string {
  if (measure === "usd") return `$${Number(value.toPrecision(6))}`;
  if (measure === "deadline") return new Date(value).toISOString();
  return measure === "time" ? `${Math.round(value)} ms` : String(value);
}

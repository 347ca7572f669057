import { type Amounts, MEASURES, type Measure, plus, rounded, type Spend } from "./budget-amounts.ts";
import type { Clock } from "./clock.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { invalidOption, onlyOptions } from "./options.ts";

/** The limits of a budget. */
export interface BudgetLimits {
  /** Steps of reasoning, or whatever the owner of the budget counts. @default no limit */
  readonly steps?: number;
  /** Input and output tokens together. @default no limit */
  readonly tokens?: number;
  /** US dollars. @default no limit */
  readonly usd?: number;
  /** Running time: time in which the budget is suspended does not count. @default no limit */
  readonly time?: Duration;
  /** The latest end, in milliseconds since 1970, whether or not the budget is suspended meanwhile. @default none */
  readonly deadline?: number;
}

/** Options of a budget. */
export interface BudgetOptions {
  /** The clock that measures time. @default the system's */
  readonly clock?: Clock;
  /** The state that `toJSON` returned. The budget continues with what was spent. @default nothing spent */
  readonly state?: BudgetState | undefined;
}

/** The state of a budget as a JSON value, for the journal. */
export interface BudgetState {
  readonly spent: Spend;
  /** How much of `spent` was settled at the reserved amount because the true amount is not known. */
  readonly estimated: Spend;
  /** The amounts reserved and not settled yet. */
  readonly reserved: Spend;
  /** Running time so far, in milliseconds. */
  readonly time: number;
  /** The amounts from which the budget's share was taken, if it was made with `share`. Measures without a limit are absent. */
  readonly shareOf?: Amounts;
  /** The states of child budgets, by name. */
  readonly children?: Readonly<Record<string, BudgetState>>;
}

/** Returns the state of a budget to record. */
export function budgetState(
  { spent, estimated, reserved }: Pick<BudgetState, "spent" | "estimated" | "reserved">,
  time: number,
  children: Readonly<Record<string, BudgetState>>,
  shareOf: Spend | undefined,
): BudgetState {
  const amounts = { spent: rounded(spent), estimated: rounded(estimated), reserved: rounded(reserved) };
  return {
    ...amounts,
    time,
    ...(shareOf && { shareOf: limited(rounded(shareOf)) }),
    ...(Object.keys(children).length > 0 && { children }),
  };
}

/** An amount set aside, which nobody else can spend. */
export interface Reservation {
  readonly amount: Spend;
  /**
   * Ends the reservation and counts the true amount as spent. If the true amount is not known, all that was reserved counts as
   * spent and is marked as estimated. Only the first call counts.
   *
   * @param estimated How much of the actual amount is not known. @default nothing
   * @throws AitorError `invalid-option` for amounts that are not numbers; the reservation stays as it was.
   */
  settle(actual?: Amounts, estimated?: Amounts): void;
}

/** Checked limits. `Infinity` means no limit. */
export interface Caps {
  readonly amounts: Spend;
  /** Milliseconds. */
  readonly time: number;
  readonly deadline: number;
}

/** The names of everything that may be limited. */
export const BUDGET_LIMITS: readonly (keyof BudgetLimits)[] = [...MEASURES, "time", "deadline"];

const KNOWN: ReadonlySet<string> = new Set(BUDGET_LIMITS);

/**
 * @param of Names in errors whose they are.
 * @param where Names in errors the option that they are in, such as `limits.`.
 * @throws AitorError `invalid-option` or `invalid-duration`.
 */
export function caps(limits: BudgetLimits, of: string, where = ""): Caps {
  onlyOptions(limits, KNOWN, `a limit ${of}`);
  const cap = (measure: Measure): number => {
    const { [measure]: limit = Infinity } = limits;
    if (typeof limit === "number" && limit >= 0) return limit;
    throw invalidOption(`${where}${measure} ${of}`, "a number ≥ 0", limit);
  };
  const amounts = { steps: cap("steps"), tokens: cap("tokens"), usd: cap("usd") };
  const { time, deadline } = limits;
  if (deadline !== undefined && !Number.isFinite(deadline)) {
    throw invalidOption(`${where}deadline ${of}`, "milliseconds since 1970", deadline);
  }
  return {
    amounts,
    time: time === undefined ? Infinity : milliseconds(time, `${where}time ${of}`),
    deadline: deadline ?? Infinity,
  };
}

/**
 * Returns the amounts from which a budget's share is taken: those that were available at first. If these are not on record, it
 * is what is available without the budget's own spending.
 */
export function shareable(available: Spend, state: BudgetState | undefined): Spend {
  if (state === undefined) return available;
  return { ...plus(plus(available, state.spent), state.reserved), ...state.shareOf };
}

/** A part, above 0 up to 1, of what is left, within a budget's own limits. @throws AitorError `invalid-option`. */
export function sharedLimits(share: number, left: Spend, own: BudgetLimits, name: string): BudgetLimits {
  if (!(share > 0 && share <= 1)) throw invalidOption(`share of ${name}`, "a number above 0, up to 1", share);
  const part = (measure: Measure): number => Math.min(left[measure] * share, own[measure] ?? Infinity);
  return {
    ...(part("steps") !== Infinity && { steps: Math.max(0, Math.floor(part("steps"))) }),
    ...(part("tokens") !== Infinity && { tokens: Math.max(0, Math.floor(part("tokens"))) }),
    ...(part("usd") !== Infinity && { usd: Math.max(0, part("usd")) }),
  };
}

function limited(amounts: Spend): Amounts {
  return Object.fromEntries(MEASURES.filter((each) => amounts[each] !== Infinity).map((each) => [each, amounts[each]]));
}

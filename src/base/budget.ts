import { BudgetAccount } from "./budget-account.ts";
import {
  type Amounts,
  checkedAmounts,
  exceeding,
  least,
  type Measure,
  minus,
  NOTHING,
  plus,
  type Spend,
} from "./budget-amounts.ts";
import { abandonedError, budgetExceededError } from "./budget-error.ts";
import {
  type BudgetLimits,
  type BudgetOptions,
  type BudgetState,
  budgetState,
  type Caps,
  caps,
  type Reservation,
  shareable,
  sharedLimits,
} from "./budget-limits.ts";
import { BudgetQueue, type Queued, type Waiter } from "./budget-queue.ts";
import { type Clock, clockOf } from "./clock.ts";
import { nonEmpty } from "./options.ts";
import { RunningTime } from "./running-time.ts";

/*
 * What a tree of agents may spend. Money and tokens are reserved before they are spent and settled afterwards. So
 * simultaneous calls cannot together spend what each of them alone might. This is pure arithmetic: nothing here knows models.
 *
 * - A reservation counts in its budget and in all budgets above, from the moment that it is granted.
 * - While others hold reservations, one that does not fit waits: most calls cost less than was reserved. It is refused, or
 *   cut down, only when none is out. Those that wait are served in order, so small ones do not starve a large one.
 * - An amount that is not known afterwards is settled at the reservation, and marked as estimated. So is one that a crash cut
 *   off: the state on record names it.
 * - Spending can exceed a limit only by as much as a settled amount exceeds its reservation.
 */

/** Where a child stands. */
interface Place {
  readonly above: Budget;
  readonly name: string;
  readonly clock: Clock;
  readonly queue: BudgetQueue;
  /** The amounts from which its share was taken. */
  readonly shareOf?: Spend;
}

/** Limits, the amounts spent so far, and the child budgets that share the limits. */
export class Budget implements Queued {
  readonly name: string;
  readonly limits: BudgetLimits;
  /** Whether `time` or `deadline` limits it, here or above. */
  readonly timed: boolean;
  /** The budget that holds up the first waiting reservation here; for the queue of budgets. */
  blockedAt: Budget | undefined;
  readonly #caps: Caps;
  readonly #clock: Clock;
  readonly #parent: Budget | undefined;
  readonly #queue: BudgetQueue;
  /** Made with the first. */
  #children: Map<string, Budget> | undefined;
  #states: Readonly<Record<string, BudgetState>>;
  readonly #shareOf: Spend | undefined;
  readonly #account = new BudgetAccount();
  readonly #time: RunningTime;

  /** @param place For `child` alone, which makes those below. @throws AitorError `invalid-option` or `invalid-duration`. */
  constructor(limits: BudgetLimits, options: BudgetOptions = {}, place?: Place) {
    this.name = place?.name ?? "budget";
    this.limits = limits;
    this.#caps = caps(limits, `of ${this.name}`);
    this.#clock = clockOf(options.clock ?? place?.clock, `clock of ${this.name}`);
    this.#parent = place?.above;
    this.timed = Math.min(this.#caps.time, this.#caps.deadline) !== Infinity || this.#parent?.timed === true;
    this.#queue = place?.queue ?? new BudgetQueue();
    const { state } = options;
    if (state !== undefined) this.#account.count(state);
    this.#time = new RunningTime(this.#clock, state?.time ?? 0, place && place.above.#time);
    this.#states = state?.children ?? {};
    this.#shareOf = place?.shareOf;
  }

  get spent(): Spend {
    return this.#account.spent;
  }

  /** The part of `spent` that is not known but was taken from the reservation. */
  get estimated(): Spend {
    return this.#account.estimated;
  }

  /** The amounts reserved now, here and below. */
  get reserved(): Spend {
    return this.#account.reserved;
  }

  /** The amounts that could be reserved now, here and in all budgets above; `Infinity` for a measure without a limit. */
  get available(): Spend {
    return this.#parent === undefined ? this.#free() : least(this.#free(), this.#parent.available);
  }

  /** Milliseconds until the earlier of `time` and `deadline` is over, here or above: 0 or more, or `Infinity`. */
  get timeLeft(): number {
    if (!this.timed) return Infinity;
    const { time, deadline } = this.#caps;
    const own = Math.min(time - this.#time.elapsed, deadline - this.#clock.now());
    return Math.max(0, Math.min(own, this.#parent?.timeLeft ?? Infinity));
  }

  /** Returns whether this budget, or one above, limits that measure. */
  limited(measure: Measure): boolean {
    return this.#caps.amounts[measure] !== Infinity || this.#parent?.limited(measure) === true;
  }

  /**
   * Returns a budget below this one. What the child spends counts here, too. `share` is the part, above 0 up to 1, of what is
   * available here now. The same name returns the same budget, and after a restart a budget that continues: its share is then
   * a part of what was available when it was first made.
   */
  child(name: string, limits: BudgetLimits & { readonly share?: number } = {}): Budget {
    nonEmpty(name, "the name of a child budget");
    const known = this.#children?.get(name);
    if (known !== undefined) return known;
    const { share, ...own } = limits;
    const state = Object.hasOwn(this.#states, name) ? this.#states[name] : undefined;
    const place = { above: this, name: `${this.name}/${name}`, clock: this.#clock, queue: this.#queue };
    let child: Budget;
    if (share === undefined) {
      child = new Budget(own, { state }, place);
    } else {
      const shareOf = shareable(this.available, state);
      const shared = sharedLimits(share, shareOf, own, this.name);
      child = new Budget({ ...own, ...shared }, { state }, { ...place, shareOf });
    }
    (this.#children ??= new Map()).set(name, child);
    return child;
  }

  /**
   * Reserves an amount before it is spent. Waits while the amount does not fit because others hold reservations.
   *
   * @param shrink Returns a smaller amount that would do, at most `available`, or nothing. Called if `wanted` does not fit and
   *   nobody else holds a reservation. It must not throw.
   * @throws AitorError (rejects with) `budget-exceeded` if the amount does not fit; if the signal aborts first, `cancelled`,
   *   or the signal's reason if that is a `budget-exceeded`; `invalid-option`.
   */
  reserve(
    wanted: Amounts,
    options: {
      readonly shrink?: (available: Spend) => Amounts | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Reservation> {
    const { shrink, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abandonedError(signal.reason));
      const full = checkedAmounts(wanted, `to reserve of ${this.name}`);
      const attempt = (): boolean => {
        const decided = this.#decide(full, shrink);
        if (decided === undefined) return false;
        signal?.removeEventListener("abort", abandon);
        if ("error" in decided) reject(decided.error);
        else resolve(decided.reservation);
        return true;
      };
      const waiter: Waiter = { budget: this, attempt };
      const abandon = (): void => {
        this.#queue.waiters.delete(waiter);
        reject(abandonedError(signal?.reason));
        this.#queue.drain();
      };
      if (!this.#queue.blocks(this) && attempt()) return;
      this.#queue.waiters.add(waiter);
      signal?.addEventListener("abort", abandon, { once: true });
    });
  }

  /** Counts an amount. @throws AitorError `budget-exceeded` if it does not fit, `invalid-option`; then nothing counts. */
  spend(amount: Amounts): void {
    const full = checkedAmounts(amount, `to spend of ${this.name}`);
    const lacking = this.#lacking(full);
    if (lacking !== undefined) throw lacking.budget.#refusal(lacking.measure, full);
    for (const budget of this.path()) budget.#account.take(full);
  }

  /**
   * Counts, here and in all budgets above, the state of this budget that is on record from before a restart. Amounts reserved
   * then may have been spent and count as such. For budgets that are made anew below one that does not know of them.
   */
  count(state: Partial<BudgetState>): void {
    for (const budget of this.path()) budget.#account.count(state);
    this.#time.add(state.time ?? 0);
    this.#states = { ...this.#states, ...state.children };
  }

  /** Closes the budget: nothing more will be spent from it. The budget above forgets it, but keeps what was spent. */
  close(): void {
    this.#time.over();
    const siblings = this.#parent === undefined ? undefined : this.#parent.#children;
    for (const [name, budget] of siblings ?? []) if (budget === this) siblings?.delete(name);
  }

  /** Checks the time. @throws AitorError `budget-exceeded` if the time or the deadline, here or above, is over. */
  checkTime(): void {
    for (const budget of this.timed ? this.path() : []) {
      const { time, deadline } = budget.#caps;
      const running = budget.#time.elapsed;
      const now = budget.#clock.now();
      if (running >= time) throw budgetExceededError(budget.name, "time", time, running);
      if (now >= deadline) throw budgetExceededError(budget.name, "deadline", deadline, now);
    }
  }

  /** Stops the running `time`, here and below, until `resume`. */
  suspend(): void {
    this.#time.suspend();
    for (const child of this.#children?.values() ?? []) child.suspend();
  }

  resume(): void {
    this.#time.resume();
    for (const child of this.#children?.values() ?? []) child.resume();
  }

  /** Says whether the spender rests or works. `time` stands still while nobody works here or below. */
  rest(resting: boolean): void {
    this.#time.rest(resting);
  }

  /** Returns the state. Dollars are rounded to 1e-12, so that sums of the same amounts in another order are equal. */
  toJSON(): BudgetState {
    const below = [...(this.#children ?? [])].map(([name, child]): [string, BudgetState] => [name, child.toJSON()]);
    const children = { ...this.#states, ...Object.fromEntries(below) };
    return budgetState(this.#account, this.#time.elapsed, children, this.#shareOf);
  }

  /** Returns this budget and those above it. */
  path(): Budget[] {
    const path: Budget[] = [this];
    for (let above = this.#parent; above !== undefined; above = above.#parent) path.push(above);
    return path;
  }

  #decide(
    wanted: Spend,
    shrink: ((available: Spend) => Amounts | undefined) | undefined,
  ): { reservation: Reservation } | { error: Error } | undefined {
    this.blockedAt = undefined;
    const lacking = this.#lacking(wanted);
    if (lacking === undefined) return { reservation: this.#grant(wanted) };
    // Where it would not fit with all reservations given back, waiting helps only what can shrink, and that is decided then.
    if (lacking.budget.#account.out > 0) {
      this.blockedAt = lacking.budget;
      return undefined;
    }
    const smaller = shrink?.(this.available);
    const amount = smaller === undefined ? undefined : plus(NOTHING, smaller);
    if (amount !== undefined && this.#lacking(amount) === undefined) return { reservation: this.#grant(amount) };
    return { error: lacking.budget.#refusal(lacking.measure, wanted) };
  }

  #grant(amount: Spend): Reservation {
    const path = this.path();
    for (const budget of path) budget.#account.reserve(amount);
    let open = true;
    return {
      amount,
      settle: (actual, estimated = NOTHING) => {
        if (!open) return;
        const of = `spent of ${this.name}`;
        const spent = actual === undefined ? amount : checkedAmounts(actual, of);
        const unsure = actual === undefined ? amount : checkedAmounts(estimated, of);
        open = false;
        for (const budget of path) budget.#account.settle(amount, spent, unsure);
        this.#queue.drain();
      },
    };
  }

  /** The first budget on the way up in which the amount does not fit; one with reservations out goes first. */
  #lacking(amount: Spend): { budget: Budget; measure: Measure } | undefined {
    const measure = exceeding(amount, this.#free());
    const own = measure && { budget: this, measure };
    if (own !== undefined && this.#account.out > 0) return own;
    const above = this.#parent === undefined ? undefined : this.#parent.#lacking(amount);
    return own === undefined || (above !== undefined && above.budget.#account.out > 0) ? above : own;
  }

  #free(): Spend {
    return minus(minus(this.#caps.amounts, this.#account.spent), this.#account.reserved);
  }

  #refusal(measure: Measure, wanted: Spend): Error {
    return budgetExceededError(this.name, measure, this.#caps.amounts[measure], this.spent[measure], wanted[measure]);
  }
}

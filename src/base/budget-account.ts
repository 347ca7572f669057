import { minus, NOTHING, plus, type Spend } from "./budget-amounts.ts";
import type { BudgetState } from "./budget-limits.ts";

/** What was spent from one budget, and what is reserved of it. */
export class BudgetAccount {
  spent: Spend = NOTHING;
  /** The part of `spent` that is not known but was taken from the reservation. */
  estimated: Spend = NOTHING;
  reserved: Spend = NOTHING;
  /** The number of open reservations. */
  out = 0;

  /** Counts the amounts on record from before a restart. What was reserved then may have been spent. */
  count({ spent = NOTHING, estimated = NOTHING, reserved = NOTHING }: Partial<BudgetState>): void {
    this.spent = plus(plus(this.spent, spent), reserved);
    this.estimated = plus(plus(this.estimated, estimated), reserved);
  }

  take(amount: Spend): void {
    this.spent = plus(this.spent, amount);
  }

  reserve(amount: Spend): void {
    this.reserved = plus(this.reserved, amount);
    this.out++;
  }

  settle(reserved: Spend, spent: Spend, estimated: Spend): void {
    this.out--;
    this.reserved = this.out === 0 ? NOTHING : minus(this.reserved, reserved);
    this.spent = plus(this.spent, spent);
    this.estimated = plus(this.estimated, estimated);
  }
}

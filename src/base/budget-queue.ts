/** What the queue needs to know of a budget. */
export interface Queued {
  /** The budget that holds up the first waiting reservation here. @internal */
  readonly blockedAt: Queued | undefined;
  /** This budget and those above it. */
  path(): readonly Queued[];
}

export interface Waiter {
  readonly budget: Queued;
  /** Tries again. Returns whether the wait is over, with a grant or a refusal. */
  attempt(): boolean;
}

/** The order of all waiting reservations in one tree of budgets. */
export class BudgetQueue {
  readonly waiters: Set<Waiter> = new Set();

  /** Tries all waiters in order. A waiter whose path contains a budget at which an earlier one waits keeps waiting. */
  drain(): void {
    const blocked = new Set<Queued>();
    for (const waiter of this.waiters) {
      if (waiter.budget.path().some((budget) => blocked.has(budget)) || !waiter.attempt()) {
        const at = waiter.budget.blockedAt;
        if (at !== undefined) blocked.add(at);
      } else {
        this.waiters.delete(waiter);
      }
    }
  }

  blocks(budget: Queued): boolean {
    if (this.waiters.size === 0) return false;
    const path = budget.path();
    for (const waiter of this.waiters) {
      const at = waiter.budget.blockedAt;
      if (at !== undefined && path.includes(at)) return true;
    }
    return false;
  }
}

/** A budget, as far as those who wait are concerned. */
export interface Queued {
  /** The budget at which the first who waits here is held up. @internal */
  readonly blockedAt: Queued | undefined;
  /** This budget and those above it. */
  path(): readonly Queued[];
}

export interface Waiter {
  readonly budget: Queued;
  /** Tries again; whether it is done, with a grant or a refusal. */
  attempt(): boolean;
}

/** Order among all who wait in one tree. */
export class BudgetQueue {
  readonly waiters: Set<Waiter> = new Set();

  /** Those whose way leads through a budget at which an earlier one waits go on waiting. */
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

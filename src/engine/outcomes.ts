import { cancelledError } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { type Ending, RecoveredRun } from "./recovery.ts";

interface Waiter {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for the ending of which run, whether that is under way or not. */
export class Outcomes {
  readonly #journal: Journal;
  readonly #waiters = new Map<string, Waiter[]>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** What the run gives, or rejects with, when it has an ending on record. */
  of(run: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(run);
      if (waiters === undefined) this.#waiters.set(run, [{ resolve, reject }]);
      else waiters.push({ resolve, reject });
    });
  }

  settle(run: string, ending: Ending): void {
    const waiters = this.#waiters.get(run);
    if (waiters === undefined) return;
    this.#waiters.delete(run);
    for (const { resolve, reject } of waiters) {
      if ("output" in ending) resolve(ending.output);
      else reject(ending.error);
    }
  }

  /** Settles them where the run has an ending on record already, or was forgotten since it was found. */
  async settleAsRecorded(run: string): Promise<void> {
    if (!this.#waiters.has(run)) return;
    const recovered = await RecoveredRun.read(this.#journal.read(run));
    const ending =
      recovered === undefined ? { error: cancelledError(`run "${run}"`, "it was forgotten") } : recovered.ending;
    if (ending !== undefined) this.settle(run, ending);
  }

  /** Nobody will be answered any more. */
  rejectAll(error: Error): void {
    const all = [...this.#waiters.values()].flat();
    this.#waiters.clear();
    for (const { reject } of all) reject(error);
  }
}

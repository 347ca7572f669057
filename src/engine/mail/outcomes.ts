import { cancelledError } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type Ending, RecoveredRun } from "../record/recovered-run.ts";

/** What those are told who wait for a run: its ending; or that it will have none here. */
export type Outcome = Ending | { readonly halted: Error };

type Waiter = (outcome: Outcome) => void;

/** Who waits for the ending of which run, whether that is under way or not. */
export class Outcomes {
  readonly #journal: Journal;
  readonly #waiters = new Map<string, Waiter[]>();
  /** Why nobody is answered any more. */
  #over: Error | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  of(run: string): Promise<Outcome> {
    if (this.#over !== undefined) return Promise.resolve({ error: this.#over });
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(run);
      if (waiters === undefined) this.#waiters.set(run, [resolve]);
      else waiters.push(resolve);
    });
  }

  settle(run: string, outcome: Outcome): void {
    const waiters = this.#waiters.get(run);
    if (waiters === undefined) return;
    this.#waiters.delete(run);
    for (const tell of waiters) tell(outcome);
  }

  /** Settles them where the run has an ending on record already, or was forgotten since it was found. */
  async settleAsRecorded(run: string): Promise<void> {
    if (!this.#waiters.has(run)) return;
    const recovered = await RecoveredRun.read(this.#journal.read(run));
    const ending =
      recovered === undefined ? { error: cancelledError(`run "${run}"`, "it was forgotten") } : recovered.ending;
    if (ending !== undefined) this.settle(run, ending);
  }

  /** Nobody will be answered any more, nor who comes yet, such as one whose message was being recorded. */
  failAll(error: Error): void {
    this.#over = error;
    const all = [...this.#waiters.values()].flat();
    this.#waiters.clear();
    for (const tell of all) tell({ error });
  }
}

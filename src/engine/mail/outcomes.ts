import { cancelledError } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type Ending, RecoveredRun } from "../record/recovered-run.ts";

/** What those are told who wait for a run: its ending; or that it will have none here. */
export type Outcome = Ending | { readonly halted: Error };

interface Waiter {
  readonly who: object;
  readonly tell: (outcome: Outcome) => void;
}

interface Awaited {
  readonly waiters: Waiter[];
  /** It was told, too, or asked in another process: it is handled, whether anybody waits for its reply here or not. */
  told: boolean;
}

/** Who waits for the ending of which run, whether that is under way or not. */
export class Outcomes {
  readonly #journal: Journal;
  readonly #awaited = new Map<string, Awaited>();
  /** Why nobody is answered any more. */
  #over: Error | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  of(run: string, who: object, told: boolean): Promise<Outcome> {
    if (this.#over !== undefined) return Promise.resolve({ error: this.#over });
    return new Promise((tell) => {
      const waiter: Waiter = { who, tell };
      const awaited = this.#awaited.get(run);
      if (awaited === undefined) this.#awaited.set(run, { waiters: [waiter], told });
      else awaited.waiters.push(waiter);
    });
  }

  isAwaited(run: string): boolean {
    return (this.#awaited.get(run)?.waiters.length ?? 0) > 0;
  }

  /** Somebody who does not wait here wants a run that has not ended to go on: that holds for all who ask later. */
  told(run: string): void {
    const awaited = this.#awaited.get(run);
    if (awaited === undefined) this.#awaited.set(run, { waiters: [], told: true });
    else awaited.told = true;
  }

  /**
   * Somebody waits no longer.
   *
   * @returns Whether nobody else wants the run to go on: it is to be ended, which tells who waited. Else that one is told the error.
   */
  leave(run: string, who: object, error: Error): boolean {
    const awaited = this.#awaited.get(run);
    if (awaited === undefined) return false;
    const { waiters, told } = awaited;
    const place = waiters.findIndex((each) => each.who === who);
    // Its signal and its deadline may both have ended it.
    if (place === -1) return false;
    if (!told && waiters.length === 1) return true;
    for (const { tell } of waiters.splice(place, 1)) tell({ error });
    return false;
  }

  settle(run: string, outcome: Outcome): void {
    const awaited = this.#awaited.get(run);
    if (awaited === undefined) return;
    this.#awaited.delete(run);
    for (const { tell } of awaited.waiters) tell(outcome);
  }

  /** Settles them where the run has an ending on record already, or was forgotten since it was found. */
  async settleAsRecorded(run: string): Promise<void> {
    if (!this.isAwaited(run)) return;
    const recovered = await RecoveredRun.read(this.#journal.read(run));
    const ending =
      recovered === undefined ? { error: cancelledError(`run "${run}"`, "it was forgotten") } : recovered.ending;
    if (ending !== undefined) this.settle(run, ending);
  }

  /** Nobody will be answered any more, nor who comes yet, such as one whose message was being recorded. */
  failAll(error: Error): void {
    this.#over = error;
    const all = [...this.#awaited.values()].flatMap(({ waiters }) => waiters);
    this.#awaited.clear();
    for (const { tell } of all) tell({ error });
  }
}

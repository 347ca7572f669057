import type { Journal } from "../../journal/index.ts";
import { headOf } from "../record/run-head.ts";

/** Runs that stopped without an ending on record, and what waits for one. */
export class StoppedRuns {
  readonly #journal: Journal;
  readonly #waiting = new Map<string, () => void>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Resolves when the run has an ending on record, or is no longer on record. Also where the journal fails: who appends next is told. */
  async endingOf(run: string): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#waiting.set(run, resolve));
    try {
      if ((await headOf(this.#journal, run))?.ended === false) await ended;
    } catch {
      // Nothing is known of the run then.
    } finally {
      this.#waiting.delete(run);
    }
  }

  ended(run: string): void {
    this.#waiting.get(run)?.();
  }
}

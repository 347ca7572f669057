import type { RecoveredRun } from "../record/recovered-run.ts";

/** What is said into a run from outside (`engine.note`), until the run takes in nothing more. */
export class Notes {
  readonly #run: { readonly recovered: Pick<RecoveredRun, "closed"> | undefined };
  #underWay: Promise<void> | undefined;
  #closed = false;

  constructor(run: { readonly recovered: Pick<RecoveredRun, "closed"> | undefined }) {
    this.#run = run;
  }

  /** Nothing is taken in any more. */
  get closed(): boolean {
    return this.#closed || this.#run.recovered?.closed === true;
  }

  /** Nothing where all that was said is recorded. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  close(): void {
    this.#closed = true;
  }

  /** @param recorded Nothing where it is on record already. */
  take(recorded: void | Promise<void>): void | Promise<void> {
    if (recorded === undefined) return;
    const over = (): void => {
      if (this.#underWay === settled) this.#underWay = undefined;
    };
    const settled: Promise<void> = recorded.then(over, over);
    this.#underWay = settled;
    return recorded;
  }
}

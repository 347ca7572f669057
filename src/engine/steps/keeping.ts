import { AitorError, type CommitPoint, type EventEnvelope, type Keeper, type KeptChange } from "../../base/index.ts";

/** Whoever keeps a state along with a run, if anybody does. */
export class Keeping {
  readonly #failed: (error: unknown) => void;
  #keeper: Keeper | undefined;

  /** @param failed Told of what a keeper throws where it does not keep anything from being recorded. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** @throws AitorError `invalid-value` where somebody does already. */
  begin(keeper: Keeper, run: string): void {
    if (this.#keeper !== undefined) throw takenError(run);
    this.#keeper = keeper;
  }

  /** Whether what is kept can be recorded at the end of a turn. @throws (or rejects with) why it cannot. */
  check(): void | Promise<void> {
    return this.#keeper?.check?.();
  }

  /** What is recorded at a commit point along with it. */
  change(point: CommitPoint): KeptChange | undefined {
    return this.#keeper?.commit(point);
  }

  /** What was to be recorded is. */
  committed(point: CommitPoint): void {
    this.#tell((keeper) => keeper.committed(point));
  }

  /** Appends what is recorded at a commit point, with what is kept. */
  commit(point: CommitPoint, append: (change: KeptChange | undefined) => void | Promise<void>): void | Promise<void> {
    const change = this.change(point);
    const appended = append(change);
    if (change === undefined) return appended;
    return appended === undefined ? this.committed(point) : appended.then(() => this.committed(point));
  }

  resumedBehind(seq: number): void {
    this.#tell((keeper) => keeper.resumedBehind(seq));
  }

  replayed(key: string): void {
    this.#tell((keeper) => keeper.replayed(key));
  }

  recorded(event: EventEnvelope): void {
    if (this.#keeper !== undefined) this.#tell((keeper) => keeper.recorded(event));
  }

  halted(): void {
    this.#tell((keeper) => keeper.halted());
  }

  #tell(what: (keeper: Keeper) => void): void {
    if (this.#keeper === undefined) return;
    try {
      what(this.#keeper);
    } catch (error) {
      this.#failed(error);
    }
  }
}

function takenError(run: string): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `run "${run}" has somebody who keeps a state along with it already`,
    expected: "one call of run.keep in a run",
    got: "a second one",
    fix: "keep both states in one",
    retryable: false,
  });
}

import { AitorError, type CommitPoint, type EventEnvelope, type Keeper, type KeptChange } from "../base/index.ts";

/** Whoever keeps a state along with a run, if anybody does. */
export class Keeping {
  #keeper: Keeper | undefined;

  /** @throws AitorError `invalid-value` where somebody does already. */
  begin(keeper: Keeper, run: string): void {
    if (this.#keeper !== undefined) throw takenError(run);
    this.#keeper = keeper;
  }

  /** Appends what is recorded at a commit point, with what is kept. */
  commit(point: CommitPoint, append: (change: KeptChange | undefined) => void | Promise<void>): void | Promise<void> {
    const keeper = this.#keeper;
    if (keeper === undefined) return append(undefined);
    const change = keeper.commit(point);
    const appended = append(change);
    if (change === undefined) return appended;
    if (appended === undefined) return keeper.committed(point);
    return appended.then(() => keeper.committed(point));
  }

  resumedBehind(seq: number): void {
    this.#keeper?.resumedBehind(seq);
  }

  replayed(key: string): void {
    this.#keeper?.replayed(key);
  }

  recorded(event: EventEnvelope): void {
    this.#keeper?.recorded(event);
  }

  halted(): void {
    this.#keeper?.halted();
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

import type { EventEnvelope } from "./event.ts";
import type { HeadChange } from "./head-change.ts";

/**
 * Who keeps a state that changes along with a run and is recorded with it: an agent's memory. Given to `run.keep`; the
 * engine calls it, never two at a time, and what it throws halts the run, unless that has ended by then.
 */
export interface Keeper {
  /**
   * Called when a turn or a loop is about to end, and awaited; several at a time where loops are side by side. What it throws,
   * or rejects with, the loop throws: nothing is recorded then, and the run is not halted.
   */
  check?(): void | Promise<void>;
  /**
   * Called right before a commit point is recorded: the end of a turn, of a loop, of the run. What it returns is recorded
   * in the same append, before the commit point itself. Its events have their `seq` once `committed` is called.
   */
  commit(point: CommitPoint): KeptChange | undefined;
  /** What the last `commit` returned is durable. Not called where it returned nothing. */
  committed(point: CommitPoint): void;
  /**
   * A resumed run goes on after the commit point, or the decision between branches, that has this `seq`. Not everything
   * before it is executed again.
   */
  resumedBehind(seq: number): void;
  /** A step, timer or signal with this key gave what is on record of it. */
  replayed(key: string): void;
  /** An event of the run was recorded just now. */
  recorded(event: EventEnvelope): void;
  /** The run stopped without an ending on record: what was not recorded did not happen. */
  halted(): void;
}

export type CommitPoint =
  | { readonly type: "turn-finished" | "loop-finished"; readonly loop: string }
  | { readonly type: "run-finished" | "run-failed" | "run-cancelled" };

/** What is recorded along with a run, in other streams than the run's. */
export interface KeptChange {
  readonly events: readonly EventEnvelope[];
  readonly heads: readonly HeadChange[];
}

/** What a keeper can ask of its run. */
export interface KeptRun {
  /**
   * Nothing is open in the run but turns of loops: what is changed now is changed at the same place when the run is
   * resumed. In a step's function, in a branch, or beside an open step, it may not be.
   */
  readonly alone: boolean;
}

import type { EventEnvelope } from "./event.ts";
import type { HeadChange } from "./head-change.ts";

/**
 * Keeps a state that changes along with a run and is recorded with it, such as an agent's memory. Pass it to `run.keep`. The
 * engine calls it, never twice at a time. What it throws halts the run, unless the run has ended by then.
 */
export interface Keeper {
  /**
   * Called and awaited when a turn or a loop is about to end; several at a time if loops are side by side. If it throws or
   * rejects, the loop throws that: nothing is recorded then, and the run is not halted.
   */
  check?(): void | Promise<void>;
  /**
   * Called directly before a commit point is recorded: the end of a turn, of a loop, of the run. What it returns is recorded
   * in the same append, before the commit point itself. Its events have their `seq` once `committed` is called.
   */
  commit(point: CommitPoint): KeptChange | undefined;
  /** Called when what the last `commit` returned is durable. Not called if it returned nothing. */
  committed(point: CommitPoint): void;
  /**
   * Called when a resumed run continues after the commit point, or the decision between branches, with this `seq`. Not
   * everything before it is executed again.
   */
  resumedBehind(seq: number): void;
  /** Called when a step, timer or signal with this key returned what is on record of it. */
  replayed(key: string): void;
  /** Called when an event of the run was recorded just now. */
  recorded(event: EventEnvelope): void;
  /** Called when the run stopped without an ending on record: what was not recorded did not happen. */
  halted(): void;
}

export type CommitPoint =
  | { readonly type: "turn-finished" | "loop-finished"; readonly loop: string }
  | { readonly type: "run-finished" | "run-failed" | "run-cancelled" };

/** What is recorded along with a run, in streams other than the run's. */
export interface KeptChange {
  readonly events: readonly EventEnvelope[];
  readonly heads: readonly HeadChange[];
}

/** What a keeper can ask of its run. */
export interface KeptRun {
  /**
   * Whether nothing is open in the run but turns of loops. A change made now is then made at the same place when the run is
   * resumed. In a step's function, in a branch, or beside an open step, it may not be.
   */
  readonly alone: boolean;
}

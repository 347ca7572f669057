import type { HeadChange } from "../../journal/index.ts";
import type { RunStarted } from "../record/events.ts";

/** What is recorded with the ending of a run: that the next one of its key begins. */
export interface Following {
  readonly event: RunStarted;
  readonly head: HeadChange;
  /** The `seq` of the last event of its stream. */
  readonly last: number;
  /** It is on record. */
  recorded(): void;
}

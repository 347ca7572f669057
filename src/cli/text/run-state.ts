import type { RunState } from "../../engine/index.ts";

/** A run's state for people: `interrupted` where it was cut off with its process. */
export type ShownState = RunState | "interrupted";

/** What `aitor runs --state` takes; `unfinished` are all that have not ended. */
export type ListedState = ShownState | "unfinished";

const STATES: Readonly<Record<ListedState, true>> = {
  unfinished: true,
  queued: true,
  running: true,
  interrupted: true,
  suspended: true,
  finished: true,
  failed: true,
  cancelled: true,
  "set-aside": true,
  "sent-again": true,
};

export const LISTED_STATES: readonly ListedState[] = Object.keys(STATES) as ListedState[];

/** @param held Whether a process holds the journal. @param awake What it waits for, where it is suspended, goes on or has ended. @default false */
export function shownState(onRecord: RunState, held: boolean, awake = false): ShownState {
  const state = awake && onRecord === "suspended" ? "running" : onRecord;
  return state === "running" && !held ? "interrupted" : state;
}

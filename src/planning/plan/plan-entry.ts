import { isMet, STATUSES, type Todo, type TodoStatus } from "./todo.ts";

/** A todo, with the counts that are kept so that nothing has to be looked up. */
export interface Entry {
  readonly todo: Todo;
  readonly rank: Rank;
  /** The status that was last set for the todo itself: never `blocked`, and of no meaning if there are children. */
  readonly own: TodoStatus;
  /** How many of its dependencies are not met; one more if its parent waits. */
  readonly unmet: number;
  /** How many of those are bad; one more if its parent has such. */
  readonly bad: number;
  /** Its children by status. */
  readonly tally: Tally | undefined;
}

/** Where a todo stands among others. */
export interface Rank {
  readonly id: string;
  /** The number of its addition, from 1. */
  readonly number: number;
  /** The parent's number; 0 without one. */
  readonly parent: number;
  /** 0 is the most urgent. */
  readonly priority: number;
  /** The places of its parents and its own, from the top: each among its siblings. */
  readonly path: readonly number[];
}

/** The statuses, with `pending` in two: what can start now, and what waits or has children. */
export const LANES = [
  "ready",
  "waiting",
  "blocked",
  "in-progress",
  "completed",
  "failed",
  "skipped",
  "cancelled",
] as const;

export type Lane = (typeof LANES)[number];

export type Tally = Readonly<Record<TodoStatus, number>>;

export const NOTHING: Tally = Object.freeze(
  Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<TodoStatus, number>,
);

export function statusOf({ own, bad, tally }: Entry): TodoStatus {
  if (tally === undefined) return own === "pending" && bad > 0 ? "blocked" : own;
  const over = tally.completed + tally.failed + tally.skipped + tally.cancelled;
  if (tally["in-progress"] > 0 || (tally.pending > 0 && over > 0)) return "in-progress";
  for (const status of ["pending", "blocked", "failed", "cancelled", "completed"] as const) {
    if (tally[status] > 0) return status;
  }
  return "skipped";
}

export function laneOf({ todo: { status }, unmet, tally }: Entry): Lane {
  if (status !== "pending") return status;
  return unmet === 0 && tally === undefined ? "ready" : "waiting";
}

export function recounted(entry: Entry, unmet: number, bad: number): Entry {
  return { ...entry, unmet: entry.unmet + unmet, bad: entry.bad + bad };
}

export function retallied(entry: Entry, from: TodoStatus, to: TodoStatus): Entry {
  const { tally } = entry;
  if (tally === undefined) return entry;
  return { ...entry, tally: { ...tally, [from]: tally[from] - 1, [to]: tally[to] + 1 } };
}

export function withChild(entry: Entry, status: TodoStatus): Entry {
  const tally: Tally = entry.tally ?? NOTHING;
  return {
    ...entry,
    own: "pending",
    tally: { ...tally, [status]: tally[status] + 1 },
    todo: { ...entry.todo, childCount: entry.todo.childCount + 1 },
  };
}

/** When the last child leaves, the todo is to be done itself, unless all of it has been done. */
export function withoutChild(entry: Entry, status: TodoStatus): Entry {
  const childCount = entry.todo.childCount - 1;
  if (childCount === 0 && isMet(entry.todo.status)) {
    return { ...entry, own: entry.todo.status, tally: undefined, todo: { ...entry.todo, childCount } };
  }
  const { startedAt: _, endedAt: __, ...bare } = entry.todo;
  if (childCount === 0) return { ...entry, tally: undefined, todo: { ...bare, childCount } };
  const tally = entry.tally as Tally;
  return { ...entry, tally: { ...tally, [status]: tally[status] - 1 }, todo: { ...entry.todo, childCount } };
}

import type { Tally } from "./plan-entry.ts";
import type { PlanState } from "./plan-state.ts";
import { isOver, PRIORITIES, STATUSES, type TodoPriority } from "./todo.ts";

/** How far a plan is. Todos with children are headings and do not count. */
export interface PlanProgress {
  readonly total: number;
  /** The number of todos that are completed, failed, skipped or cancelled. */
  readonly over: number;
  /** The fraction of all that is over, from 0 to 1; 0 for an empty plan. */
  readonly fraction: number;
  /** The number of pending todos that can start now. */
  readonly ready: number;
  readonly byStatus: Tally;
  /**
   * - `empty`: the plan has no todos.
   * - `open`: something is ready or in progress.
   * - `stuck`: something is left, and all of it is blocked.
   * - `over`: nothing is left.
   */
  readonly state: "empty" | "open" | "stuck" | "over";
}

export interface PlanStatistics extends PlanProgress {
  /** The number of todos, including those with children. */
  readonly todos: number;
  readonly headings: number;
  /** The number of levels. */
  readonly depth: number;
  readonly byPriority: Readonly<Record<TodoPriority, number>>;
  /** The starts of all todos. More than the todos if some were tried again. */
  readonly attempts: number;
  /** The mean time of todos that were started and completed, from the last start on; 0 if there are none. */
  readonly meanMs: number;
  readonly longestMs: number;
  /** In all, since the plan began. */
  readonly added: number;
  readonly dropped: number;
}

/** Takes what is counted already. */
export function progressOf({ leaves, lanes, entries }: PlanState): PlanProgress {
  let [total, over] = [0, 0];
  for (const status of STATUSES) {
    total += leaves[status];
    if (isOver(status)) over += leaves[status];
  }
  const ready = lanes.ready.size;
  const left = total === over ? "over" : "stuck";
  const state = ready > 0 || leaves["in-progress"] > 0 ? "open" : left;
  return {
    total,
    over,
    fraction: total === 0 ? 0 : over / total,
    ready,
    byStatus: { ...leaves },
    state: entries.size === 0 ? "empty" : state,
  };
}

/** Looks at every todo. */
export function statisticsOf(state: PlanState): PlanStatistics {
  const byPriority = Object.fromEntries(PRIORITIES.map((priority) => [priority, 0])) as Record<TodoPriority, number>;
  let [headings, depth, attempts, timed, sum, longestMs] = [0, 0, 0, 0, 0, 0];
  for (const { todo, tally } of state.entries.values()) {
    depth = Math.max(depth, todo.depth + 1);
    if (tally !== undefined) headings++;
    else byPriority[todo.priority]++;
    attempts += todo.attempts;
    const { status, startedAt, endedAt } = todo;
    if (tally !== undefined || status !== "completed" || startedAt === undefined || endedAt === undefined) continue;
    const ms = Math.max(0, endedAt - startedAt);
    [timed, sum, longestMs] = [timed + 1, sum + ms, Math.max(longestMs, ms)];
  }
  return {
    ...progressOf(state),
    todos: state.entries.size,
    headings,
    depth,
    byPriority,
    attempts,
    meanMs: timed === 0 ? 0 : sum / timed,
    longestMs,
    added: state.added,
    dropped: state.dropped,
  };
}

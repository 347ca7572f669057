import { clipped } from "../../base/index.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanProgress } from "./plan-progress.ts";
import type { Todo } from "./todo.ts";
import type { TodoPlan } from "./todo-plan.ts";
import { valueText } from "./value-text.ts";

/**
 * How a todo ended.
 * - `unfinished`: it was started, and there is no result.
 * - `never-started`: nothing but the end of the run kept it from being started.
 * - `dropped`: it was taken out of the plan.
 * - `split`: it was started, and then split into parts, which have ends of their own.
 */
export type TodoEnd =
  | "done"
  | "failed"
  | "skipped"
  | "cancelled"
  | "blocked"
  | "unfinished"
  | "never-started"
  | "dropped"
  | "split";

/** How a todo ended, in short. */
export interface TodoOutcome {
  readonly id: string;
  readonly content: string;
  readonly end: TodoEnd;
  /** The result. For a todo that failed, or was split, what there was by then. */
  readonly result?: string;
  /** Why it failed, was left out, dropped or given up, or what it waits for. */
  readonly reason?: string;
  /** The sub-agent that worked on it last, and the run in which it did. */
  readonly agent?: string;
  readonly run?: string;
  /** US dollars, for the last run. */
  readonly cost?: number;
  /** The tokens of requests and replies, for the last run. */
  readonly tokens?: number;
}

/** The outcome of a plan. Every todo is in it once, except for headings that were never started themselves. */
export interface PlanOutcome {
  /** The todos as they stand in the plan, then those that were dropped from it. */
  readonly todos: readonly TodoOutcome[];
  /** The progress of the plan as it is in the end. */
  readonly progress: PlanProgress;
  /** What sub-agents took in this run. It is a part of the run's usage. */
  readonly agents: { readonly runs: number; readonly steps: number };
}

/** What a sub-agent's run leaves in the metadata of a todo. */
export interface TodoRun {
  readonly agent: string;
  readonly run?: string;
  readonly cost?: number;
  readonly tokens?: number;
  /** What there was when the run failed. */
  readonly partial?: string;
  /** The run was at the todo when the planner's run ended. */
  readonly cutOff?: true;
  /** The runs before this one that were cut off at the todo, one after the other. */
  readonly cutOffBefore?: readonly string[];
}

const LONGEST = 500;

/** Returns the outcome of every todo. @param dropped The outcomes of todos that were taken out of the plan. */
export function planOutcome(
  plan: TodoPlan,
  dropped: readonly TodoOutcome[],
  agents: PlanOutcome["agents"],
): PlanOutcome {
  const todos = plan
    .todos()
    .filter(isAccounted)
    .map((todo) => outcomeOf(plan, todo));
  return { todos: [...todos, ...dropped], progress: plan.progress(), agents };
}

/** Returns the outcomes of the todos that events take out of a plan. */
export function droppedBy(plan: TodoPlan, events: readonly PlanEvent[]): TodoOutcome[] {
  const dropped: TodoOutcome[] = [];
  let before = plan;
  for (const event of events) {
    if (event.type === "todo-dropped") {
      for (const todo of withAllBelow(before, event.id)) {
        if (isAccounted(todo)) dropped.push(droppedOutcome(before, todo, event.reason));
      }
    }
    before = before.apply([event]);
  }
  return dropped;
}

/** A heading that was started is counted: somebody worked on it before it became a heading. */
function isAccounted({ childCount, attempts }: Todo): boolean {
  return childCount === 0 || attempts > 0;
}

function withAllBelow(plan: TodoPlan, id: string): Todo[] {
  const todo = plan.get(id);
  return todo === undefined ? [] : [todo, ...plan.children(id).flatMap((child) => withAllBelow(plan, child.id))];
}

function droppedOutcome(plan: TodoPlan, todo: Todo, why: string): TodoOutcome {
  const reason = todo.error === undefined ? why : `${why}; it had failed: ${todo.error}`;
  return { ...outcomeOf(plan, todo), end: "dropped", reason: clipped(reason, LONGEST) };
}

function outcomeOf(plan: TodoPlan, todo: Todo): TodoOutcome {
  const { id, content, result } = todo;
  const { agent, run, cost, tokens, partial } = lastRunOf(todo);
  const end = endOf(todo);
  const text = end === "done" ? result : partial;
  const reason = reasonOf(plan, todo, end);
  return {
    id,
    content: clipped(content, LONGEST),
    end,
    ...(text !== undefined && { result: clipped(valueText(text), LONGEST) }),
    ...(reason !== undefined && { reason: clipped(reason, LONGEST) }),
    ...(agent !== undefined && { agent }),
    ...(run !== undefined && { run }),
    ...(cost !== undefined && { cost }),
    ...(tokens !== undefined && { tokens }),
  };
}

/** Returns what is known of the last run that worked on it. */
export function lastRunOf({ metadata }: Todo): Partial<TodoRun> {
  const run: Partial<TodoRun> = metadata?.["lastRun"] ?? {};
  return run;
}

/** Returns the runs that were cut off at a todo, one after the other, its last run last. Empty if the last run ended. */
export function cutOffRunsOf({ run, cutOff, cutOffBefore = [] }: Partial<TodoRun>): readonly string[] {
  return cutOff === true && run !== undefined ? [...cutOffBefore, run] : [];
}

function endOf({ status, attempts, childCount }: Todo): TodoEnd {
  if (childCount > 0) return "split";
  switch (status) {
    case "completed":
      return "done";
    case "in-progress":
      return "unfinished";
    case "pending":
      return attempts > 0 ? "unfinished" : "never-started";
    default:
      return status;
  }
}

function reasonOf(plan: TodoPlan, { id, error, reason }: Todo, end: TodoEnd): string | undefined {
  if (end === "done") return undefined;
  if (end === "failed") return error;
  if (end === "split") return error ?? reason;
  if (end !== "blocked" && end !== "never-started") return reason ?? error;
  const waitsFor = plan.waitsFor(id).map((todo) => `${todo.id} (${todo.status})`);
  return waitsFor.length === 0 ? reason : `it waits for ${waitsFor.slice(0, 10).join(", ")}`;
}

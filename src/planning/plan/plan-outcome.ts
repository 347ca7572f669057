import { clipped } from "../../base/index.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanProgress } from "./plan-progress.ts";
import type { Todo } from "./todo.ts";
import type { TodoPlan } from "./todo-plan.ts";
import { valueText } from "./value-text.ts";

/**
 * What became of a todo. `unfinished`: it was begun, and there is no result; `never-started`: nothing kept it from being begun
 * but the end of the run; `dropped`: it was taken out of the plan; `split`: it was begun, and then split into parts, which have
 * ends of their own.
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

/** What became of a todo, in short. */
export interface TodoOutcome {
  readonly id: string;
  readonly content: string;
  readonly end: TodoEnd;
  /** What came of it. Of one that failed, or was split, what there was by then. */
  readonly result?: string;
  /** Why it failed, was left out, dropped or given up; what it waits for. */
  readonly reason?: string;
  /** Who was at it last, in which run. */
  readonly agent?: string;
  readonly run?: string;
  /** US dollars, of the last run. */
  readonly cost?: number;
  /** Of requests and replies, of the last run. */
  readonly tokens?: number;
}

/** What became of a plan: every todo is there once but for headings that were never begun themselves. */
export interface PlanOutcome {
  /** As they stand in the plan, and then those that were dropped from it. */
  readonly todos: readonly TodoOutcome[];
  /** Of the plan as it is in the end. */
  readonly progress: PlanProgress;
  /** What sub-agents took in this run; it is a part of the run's usage. */
  readonly agents: { readonly runs: number; readonly steps: number };
}

/** What a sub-agent's run leaves in the metadata of a todo. */
export interface TodoRun {
  readonly agent: string;
  readonly run?: string;
  readonly cost?: number;
  readonly tokens?: number;
  /** What there was when it failed. */
  readonly partial?: string;
  /** It was at the todo when the planner's run ended. */
  readonly cutOff?: true;
  /** Runs that were cut off at it one after the other, before this one. */
  readonly cutOffBefore?: readonly string[];
}

const LONGEST = 500;

/** Accounts for every todo. @param dropped What was taken out of the plan. */
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

/** What became of those todos that events take out of a plan. */
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

/** Of a heading that was begun, somebody was at it before it became one. */
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

/** What is known of the last run that was at it. */
export function lastRunOf({ metadata }: Todo): Partial<TodoRun> {
  const run: Partial<TodoRun> = metadata?.["lastRun"] ?? {};
  return run;
}

/** The runs that were cut off at a todo one after the other, the last one of it last; none where that one ended. */
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

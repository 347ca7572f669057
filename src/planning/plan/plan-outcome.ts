import { clipped } from "../../tools/index.ts";
import type { PlanProgress } from "./plan-progress.ts";
import type { Todo } from "./todo.ts";
import type { TodoPlan } from "./todo-plan.ts";

/**
 * What became of a todo. `unfinished`: it was begun, and there is no result; `never-started`: nothing kept it from being begun
 * but the end of the run.
 */
export type TodoEnd = "done" | "failed" | "skipped" | "cancelled" | "blocked" | "unfinished" | "never-started";

/** What became of a todo, in short. */
export interface TodoOutcome {
  readonly id: string;
  readonly content: string;
  readonly end: TodoEnd;
  /** What came of it. Of one that failed, what there was by then. */
  readonly result?: string;
  /** Why it failed, was left out or given up; what it waits for. */
  readonly reason?: string;
  /** Who was at it last, in which run. */
  readonly agent?: string;
  readonly run?: string;
  /** US dollars, of the last run. */
  readonly cost?: number;
  /** Of requests and replies, of the last run. */
  readonly tokens?: number;
}

/** What became of a plan: every todo that is no heading is there once. */
export interface PlanOutcome {
  readonly todos: readonly TodoOutcome[];
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
}

const LONGEST = 500;

/** Accounts for every todo. */
export function planOutcome(plan: TodoPlan, agents: PlanOutcome["agents"]): PlanOutcome {
  const todos = plan
    .todos()
    .filter(({ childCount }) => childCount === 0)
    .map((todo) => outcomeOf(plan, todo));
  return { todos, progress: plan.progress(), agents };
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
    ...(text !== undefined && { result: clipped(typeof text === "string" ? text : JSON.stringify(text), LONGEST) }),
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

function endOf({ status, attempts }: Todo): TodoEnd {
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
  if (end !== "blocked" && end !== "never-started") return reason ?? error;
  const waitsFor = plan.waitsFor(id).map((todo) => `${todo.id} (${todo.status})`);
  return waitsFor.length === 0 ? reason : `it waits for ${waitsFor.slice(0, 10).join(", ")}`;
}

import { cutOffRunsOf, lastRunOf, type TodoRun } from "../plan/plan-outcome.ts";
import { isOver } from "../plan/todo.ts";
import type { TodoPlan } from "../plan/todo-plan.ts";
import { addressOf } from "./agent-address.ts";

/** A todo that a sub-agent is at. */
export interface TodoUnderWay {
  readonly todo: string;
  /** The sub-agent's. Absent in what was recorded before this was known. */
  readonly run?: string;
}

/** The plan with who is at its todos, as what has ended has it. */
export function withRunsOf(
  plan: TodoPlan,
  underWay: readonly TodoUnderWay[],
  about: Pick<TodoRun, "cutOff"> = {},
): TodoPlan {
  let now = plan;
  for (const { todo: id, run } of underWay) {
    const todo = now.get(id);
    // Another one may have the id by now; what is over has its last run.
    if (run === undefined || todo === undefined || todo.attempts === 0 || isOver(todo.status)) continue;
    const last = lastRunOf(todo);
    const { partial } = last;
    const { agent } = addressOf(run);
    const cutOffBefore = cutOffRunsOf(last);
    const lastRun: TodoRun = {
      agent,
      run,
      ...(partial !== undefined && { partial }),
      ...about,
      ...(cutOffBefore.length > 0 && { cutOffBefore }),
    };
    const changes = { metadata: { ...todo.metadata, lastRun } };
    now = now.apply([{ type: "todo-edited", at: todo.createdAt, id, changes }]);
  }
  return now;
}

/** Whether it can be one: what is read from elsewhere may be anything. */
function isTodoUnderWay(value: unknown): value is TodoUnderWay {
  if (typeof value !== "object" || value === null) return false;
  const { todo, run } = value as Readonly<Record<string, unknown>>;
  return typeof todo === "string" && (run === undefined || typeof run === "string");
}

/** @param value What was read: in older records, ids alone. */
export function readUnderWay(value: unknown): readonly TodoUnderWay[] {
  if (!Array.isArray(value)) return [];
  return value.map((each: unknown) => (typeof each === "string" ? { todo: each } : each)).filter(isTodoUnderWay);
}

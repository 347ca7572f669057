import { checkJson } from "../../base/index.ts";
import { hasChildrenError, notReadyError, statusError } from "./errors.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { Entry } from "./plan-entry.ts";
import { childrenOf, type PlanState, unmetOf, withAllBelow } from "./plan-state.ts";
import { entryOf, planStep, type PlanStep } from "./plan-step.ts";
import { isMet, isOver, type TodoStatus } from "./todo.ts";
import { checkError, checkText, why } from "./todo-checks.ts";

export function startTodo(state: PlanState, id: string, assignee: string | undefined, at: number): PlanStep {
  const entry = leaf(state, id, "started");
  if (entry.todo.status === "in-progress") throw statusError(id, "started", "a todo that is not begun", "in-progress");
  checkCanGoOn(state, entry, "started");
  const who = assignee === undefined ? {} : { assignee: checkText(assignee, "the assignee") };
  return planStep(state, [{ type: "todo-started", at, id, ...who }], [id]);
}

export function completeTodo(state: PlanState, id: string, result: unknown, at: number): PlanStep {
  checkCanGoOn(state, leaf(state, id, "completed"), "completed");
  checkJson(result, `the result of todo "${id}"`, false);
  return planStep(state, [{ type: "todo-completed", at, id, ...(result !== undefined && { result }) }], [id]);
}

export function failTodo(state: PlanState, id: string, error: string, at: number): PlanStep {
  checkCanGoOn(state, leaf(state, id, "failed"), "failed");
  return planStep(state, [{ type: "todo-failed", at, id, error: checkError(error, "the error") }], [id]);
}

/** What is not completed of a todo and all below it: also what failed. */
export function skipTodo(state: PlanState, id: string, reason: string, at: number): PlanStep {
  const expected = "a todo that is to be done, or that failed or was cancelled";
  return leave(state, id, "skipped", expected, (status) => !isMet(status), {
    type: "todo-skipped",
    at,
    reason: checkText(reason, "the reason"),
  });
}

/** What is not over of a todo and all below it. */
export function cancelTodo(state: PlanState, id: string, reason: string, at: number): PlanStep {
  return leave(state, id, "cancelled", "a todo that is not over", (status) => !isOver(status), {
    type: "todo-cancelled",
    at,
    reason: checkText(reason, "the reason"),
  });
}

export function reopenTodo(state: PlanState, id: string, reason: string | undefined, at: number): PlanStep {
  const { status } = leaf(state, id, "reopened").todo;
  if (status === "pending" || status === "blocked") {
    throw statusError(id, "reopened", "a todo that is in progress or over", status);
  }
  return planStep(state, [{ type: "todo-reopened", at, id, ...why(reason) }], [id]);
}

type Leaving = Extract<PlanEvent, { readonly type: "todo-skipped" | "todo-cancelled" }>;

function leave(
  state: PlanState,
  id: string,
  command: string,
  expected: string,
  counts: (status: TodoStatus) => boolean,
  event: Omit<Leaving, "id">,
): PlanStep {
  const entry = entryOf(state, id);
  const left = [...withAllBelow(state, [entry]).values()].filter(
    ({ todo, tally }) => tally === undefined && counts(todo.status),
  );
  if (left.length === 0) throw statusError(id, command, expected, entry.todo.status);
  const ids = left.map(({ todo }) => todo.id);
  return planStep(
    state,
    ids.map((each) => ({ ...event, id: each })),
    ids,
  );
}

/** It is in progress, or ready. */
function checkCanGoOn(state: PlanState, entry: Entry, command: string): void {
  const { id, status } = entry.todo;
  if (isOver(status)) throw statusError(id, command, "a todo that is not over", status);
  if (status === "in-progress" || (status === "pending" && entry.unmet === 0)) return;
  throw notReadyError(
    id,
    command,
    unmetOf(state, entry).map(({ todo }) => todo.id),
  );
}

function leaf(state: PlanState, id: string, command: string): Entry {
  const entry = entryOf(state, id);
  if (entry.tally === undefined) return entry;
  const some: string[] = [];
  for (const child of childrenOf(state, entry.rank.number)) if (some.push(child.id) === 10) break;
  throw hasChildrenError(id, command, some, entry.todo.childCount);
}

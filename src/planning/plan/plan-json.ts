import { checkJson } from "../../base/index.ts";
import { addTodos } from "./adding.ts";
import { invalidPlanError } from "./errors.ts";
import { PlanDraft } from "./plan-draft.ts";
import type { PlanLimits } from "./plan-limits.ts";
import { byPlan, emptyState, type PlanState } from "./plan-state.ts";
import { STATUSES, type NewTodo, type Todo, type TodoStatus } from "./todo.ts";
import { checkError, checkId } from "./todo-checks.ts";

/** A plan as a JSON value. Todos are in the order of the plan, parents first. */
export interface PlanJson {
  readonly version: 1;
  /** The number of todos that were added in all. */
  readonly added: number;
  readonly dropped: number;
  readonly todos: readonly Todo[];
}

export function planJson({ entries, added, dropped }: PlanState): PlanJson {
  const sorted = [...entries.values()].sort((a, b) => byPlan(a.rank, b.rank));
  return { version: 1, added, dropped, todos: sorted.map(({ todo }) => todo) };
}

/** Reads a plan. What follows from other things (depths, numbers of children, what is blocked) is worked out anew. */
export function readPlan(value: unknown, limits: PlanLimits): PlanState {
  const { version, added, dropped, todos } = record(value, "it is no object");
  if (version !== 1) throw invalidPlanError("its version is another one", "version 1", version);
  if (!Array.isArray(todos)) throw invalidPlanError("todos is no list", "a list of todos", todos);
  const read = todos.map((todo, index): Record<string, unknown> & { readonly id: string } => {
    const fields = record(todo, `todo ${index + 1} is none`);
    return { ...fields, id: checkId(fields["id"], `the id of todo ${index + 1}`) };
  });
  const { state } = addTodos(emptyState(limits), read as unknown as NewTodo[], 0);
  const draft = new PlanDraft(state, 0);
  const headings = new Set(read.map(({ parent }) => parent));
  for (const todo of read) {
    const { id } = todo;
    const what = `todo "${id}"`;
    const own = status(todo["status"], what);
    const facts = factsOf(todo, what);
    if (!headings.has(id)) draft.mark(id, own, (each) => ({ ...each, ...facts }));
  }
  // What is said of its children gives a heading other times: here it gets its own back.
  for (const todo of read) {
    const { id } = todo;
    if (!headings.has(id)) continue;
    draft.describe(id, (each) => {
      const { startedAt: _, endedAt: __, ...rest } = each;
      return { ...rest, ...factsOf(todo, `todo "${id}"`) };
    });
  }
  return {
    ...draft.state,
    added: count(added, "added", todos.length),
    dropped: count(dropped, "dropped", 0),
  };
}

/** Returns the fields that are not checked when todos are added. */
function factsOf(todo: Readonly<Record<string, unknown>>, what: string): Partial<Todo> {
  const { result, error, reason, attempts, attemptsBefore, createdAt, startedAt, endedAt } = todo;
  checkJson(result, `the result of ${what}`, false);
  return {
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error: checkError(error, `the error of ${what}`) }),
    ...(reason !== undefined && { reason: checkError(reason, `the reason of ${what}`) }),
    attempts: count(attempts, `attempts of ${what}`, 0),
    ...(attemptsBefore !== undefined && { attemptsBefore: count(attemptsBefore, `attemptsBefore of ${what}`, 0) }),
    createdAt: time(createdAt, `createdAt of ${what}`),
    ...(startedAt !== undefined && { startedAt: time(startedAt, `startedAt of ${what}`) }),
    ...(endedAt !== undefined && { endedAt: time(endedAt, `endedAt of ${what}`) }),
  };
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalidPlanError(what, "an object", value);
}

function status(value: unknown, what: string): TodoStatus {
  const found = STATUSES.find((each) => each === value);
  if (found === undefined) {
    throw invalidPlanError(`the status of ${what} is none`, STATUSES.map((each) => `"${each}"`).join(", "), value);
  }
  return found === "blocked" ? "pending" : found;
}

function count(value: unknown, what: string, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw invalidPlanError(`${what} is no count`, `a whole number ≥ ${least}`, value);
}

function time(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalidPlanError(`${what} is no time`, "milliseconds since 1970", value);
}

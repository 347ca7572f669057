import { AitorError, describe } from "../../base/index.ts";
import type { TodoStatus } from "./todo.ts";

/** The error codes of plans. */
export type PlanErrorCode =
  | "invalid-plan"
  | "invalid-todo"
  | "plan-changing"
  | "plan-full"
  | "plan-too-deep"
  | "todo-cycle"
  | "todo-exists"
  | "todo-has-children"
  | "todo-needed"
  | "todo-not-ready"
  | "todo-status"
  | "unknown-todo";

/** Ids that are named one by one; the others are counted. */
const MOST_NAMED = 10;

/** Trying again cannot help. */
function refused(options: {
  readonly code: PlanErrorCode;
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  readonly fix: string;
  readonly data?: unknown;
}): AitorError<PlanErrorCode> {
  return new AitorError({ ...options, retryable: false });
}

export function invalidTodoError(what: string, expected: string, got: unknown): AitorError<PlanErrorCode> {
  return refused({
    code: "invalid-todo",
    message: `${what} cannot be used`,
    expected,
    got: describe(got),
    fix: "correct it; nothing of the call was done",
  });
}

export function invalidPlanError(what: string, expected: string, got: unknown): AitorError<PlanErrorCode> {
  return refused({
    code: "invalid-plan",
    message: `a plan cannot be read: ${what}`,
    expected,
    got: typeof got === "string" ? got : describe(got),
    fix: "give it what plan.toJSON() gave",
  });
}

/** The error of a command on a plan while another one is under way. One of the two would be lost. */
export function nestedChangeError(): AitorError<PlanErrorCode> {
  return refused({
    code: "plan-changing",
    message: "the plan is being changed: a command inside a batch or a change cannot be one on the manager",
    expected: "commands on the plan that the function is given",
    got: "a command on its TodoManager",
    fix: "use the function's argument: todos.batch((plan) => { plan.add(…) })",
  });
}

/** The error of a batch, or a change, that would have to wait. */
export function batchOverError(got: string): AitorError<PlanErrorCode> {
  return refused({
    code: "plan-changing",
    message: "a batch, or a change, is over when its function returns",
    expected: "a function that gives all its commands before it returns",
    got,
    fix: "wait for what is needed first, and begin then",
  });
}

export function unknownTodoError(id: unknown, known: readonly string[], size: number): AitorError<PlanErrorCode> {
  return refused({
    code: "unknown-todo",
    message: `there is no todo ${describe(id)} in the plan`,
    expected: size === 0 ? "a todo that is there; the plan is empty" : `one of ${listed(known, size)}`,
    got: describe(id),
    fix: "use an id of the plan, or add the todo first",
  });
}

export function todoExistsError(id: string): AitorError<PlanErrorCode> {
  return refused({
    code: "todo-exists",
    message: `there is a todo "${id}" already`,
    expected: "an id that no todo of the plan has, once in a call",
    got: `"${id}"`,
    fix: "give it another id, or none: then it gets one",
  });
}

export function cycleError(cycle: readonly string[]): AitorError<PlanErrorCode> {
  const named = cycle.length <= MOST_NAMED + 1 ? cycle : [...cycle.slice(0, MOST_NAMED), "…", cycle[0] as string];
  return refused({
    code: "todo-cycle",
    message: `todo "${cycle[0]}" would wait for itself`,
    expected:
      "no cycle: a todo waits for what it depends on, a parent for its children, these for what the parent depends on",
    got: named.join(" → "),
    fix: "leave out one of these dependencies",
    data: { cycle: cycle.slice(0, 100) },
  });
}

export function notReadyError(id: string, command: string, waitsFor: readonly string[]): AitorError<PlanErrorCode> {
  return refused({
    code: "todo-not-ready",
    message: `todo "${id}" cannot be ${command} yet`,
    expected: "a todo of which all that it depends on is completed or skipped",
    got: `one that waits for ${listed(waitsFor, waitsFor.length)}`,
    fix: "finish or skip those first, or edit what it depends on",
    data: { waitsFor: waitsFor.slice(0, 100) },
  });
}

export function statusError(id: string, command: string, expected: string, status: TodoStatus): AitorError {
  return refused({
    code: "todo-status",
    message: `todo "${id}" cannot be ${command}`,
    expected,
    got: `one that is ${status}`,
    fix:
      status === "pending" || status === "blocked" ? "leave it as it is" : "reopen it first, if it is to be done again",
  });
}

export function hasChildrenError(id: string, command: string, children: readonly string[], count: number): AitorError {
  return refused({
    code: "todo-has-children",
    message: `todo "${id}" cannot be ${command} itself: its status follows from its children`,
    expected: "a todo without children",
    got: `one with ${listed(children, count)}`,
    fix: "do this to its children",
  });
}

export function neededError(id: string, by: readonly string[]): AitorError<PlanErrorCode> {
  return refused({
    code: "todo-needed",
    message: `todo "${id}" cannot be dropped: others depend on it`,
    expected: "a todo that nothing depends on that is still to be done",
    got: `one that ${listed(by, by.length)} depend${by.length === 1 ? "s" : ""} on`,
    fix: 'drop those too (dependents: "drop"), or let them go on without it (dependents: "release")',
    data: { neededBy: by.slice(0, 100) },
  });
}

export function fullError(maxTodos: number, wanted: number): AitorError<PlanErrorCode> {
  return refused({
    code: "plan-full",
    message: "the plan has no room for more todos",
    expected: `at most ${maxTodos} todos`,
    got: `${wanted}`,
    fix: "drop what is over or no longer needed, or add fewer and larger todos",
  });
}

export function tooDeepError(id: string, maxDepth: number): AitorError<PlanErrorCode> {
  return refused({
    code: "plan-too-deep",
    message: `todo "${id}" would stand too deep in the plan`,
    expected: `at most ${maxDepth} levels`,
    got: `level ${maxDepth + 1}`,
    fix: "put it beside its parent, and let it depend on what it needs",
  });
}

function listed(ids: readonly string[], count: number): string {
  const named = ids.slice(0, MOST_NAMED).map((id) => `"${id}"`);
  const left = count - named.length;
  return left > 0 ? `${named.join(", ")} and ${left} more` : named.join(", ");
}

import { cycleThrough } from "./cycle-search.ts";
import { cycleError, invalidTodoError, neededError, statusError } from "./errors.ts";
import type { PlanEvent, TodoEdit } from "./plan-event.ts";
import type { Entry } from "./plan-entry.ts";
import { byPlan, childrenOf, dependentsOf, type PlanState, withAllBelow } from "./plan-state.ts";
import { entryOf, planStep, type PlanStep } from "./plan-step.ts";
import { isMet, isOver, type TodoPriority } from "./todo.ts";
import { checkIds, checkMetadata, checkPriority, checkText, why } from "./todo-checks.ts";

/** The place of a todo among its siblings. */
export type TodoPlace = { readonly before: string } | { readonly after: string };

export interface DropOptions {
  readonly reason: string;
  /**
   * What happens to todos that are still to be done and depend on it: the call is refused, they continue without it, or they are
   * dropped too.
   *
   * @default "refuse"
   */
  readonly dependents?: "refuse" | "release" | "drop";
}

export function editTodo(state: PlanState, id: string, changes: TodoEdit, at: number, reason?: string): PlanStep {
  const { todo, tally } = entryOf(state, id);
  if (typeof changes !== "object" || changes === null) throw invalidTodoError("the changes", "an object", changes);
  const { content, dependsOn, assignee, metadata } = changes;
  const isDone = tally === undefined && (isMet(todo.status) || todo.status === "cancelled");
  if (isDone && (content !== undefined || dependsOn !== undefined)) {
    throw statusError(
      id,
      "given other content or dependencies",
      "a todo that is to be done, or one that failed",
      todo.status,
    );
  }
  const on = dependsOn === undefined ? undefined : checkIds(dependsOn, "dependsOn");
  for (const each of on ?? []) entryOf(state, each);
  const checked: TodoEdit = {
    ...(content !== undefined && { content: checkText(content, "the content") }),
    ...(on !== undefined && { dependsOn: on }),
    ...(assignee !== undefined && { assignee: assignee === null ? null : checkText(assignee, "the assignee") }),
    ...(metadata !== undefined && { metadata: metadata === null ? null : checkMetadata(metadata, "the metadata") }),
  };
  if (Object.keys(checked).length === 0) return planStep(state, [], []);
  const step = planStep(state, [{ type: "todo-edited", at, id, changes: checked, ...why(reason) }], [id]);
  const before = new Set(todo.dependsOn);
  const cycle = on?.some((each) => !before.has(each)) === true ? cycleThrough(step.state, [id]) : undefined;
  if (cycle !== undefined) throw cycleError(cycle);
  return step;
}

/** Includes all todos below it that are not over. */
export function reprioritiseTodo(
  state: PlanState,
  id: string,
  priority: TodoPriority,
  at: number,
  reason?: string,
): PlanStep {
  const entry = entryOf(state, id);
  checkPriority(priority, "the priority");
  const ids = [...withAllBelow(state, [entry]).values()]
    .filter((each) => each === entry || !isOver(each.todo.status))
    .filter(({ todo }) => todo.priority !== priority)
    .map(({ todo }) => todo.id);
  return planStep(
    state,
    ids.map((each) => ({ type: "todo-reprioritised", at, id: each, priority, ...why(reason) })),
    ids,
  );
}

export function reorderTodo(state: PlanState, id: string, place: TodoPlace, at: number, reason?: string): PlanStep {
  const entry = entryOf(state, id);
  if (typeof place !== "object" || place === null || !("before" in place || "after" in place)) {
    throw invalidTodoError(`the place of todo "${id}"`, "{ before: id } or { after: id }", place);
  }
  const other = entryOf(state, "before" in place ? place.before : place.after);
  if (other.rank.parent !== entry.rank.parent) {
    throw invalidTodoError(`the place of todo "${id}"`, "one beside a sibling of it", other.todo.id);
  }
  const before = "before" in place ? other.todo.id : nextSibling(state, other);
  const isThere = before === id || other === entry || before === nextSibling(state, entry);
  if (isThere) return planStep(state, [], []);
  const event: PlanEvent = { type: "todo-reordered", at, id, ...(before !== undefined && { before }), ...why(reason) };
  return planStep(state, [event], [id]);
}

/** Includes all todos below them. */
export function dropTodos(state: PlanState, ids: readonly string[], options: DropOptions, at: number): PlanStep {
  if (typeof options !== "object" || options === null) {
    throw invalidTodoError("the options of drop", "an object with a reason", options);
  }
  const { reason, dependents = "refuse" } = options;
  checkText(reason, "the reason");
  if (dependents !== "refuse" && dependents !== "release" && dependents !== "drop") {
    throw invalidTodoError("dependents", '"refuse", "release" or "drop"', dependents);
  }
  const first = ids.map((id) => entryOf(state, id));
  const dropped = withAllBelow(state, first);
  if (dependents !== "release") {
    for (const [id, entry] of dropped) {
      const needing = toDo(state, entry).filter(({ todo }) => !dropped.has(todo.id));
      if (needing.length === 0) continue;
      if (dependents === "refuse")
        throw neededError(
          id,
          needing.map(({ todo }) => todo.id),
        );
      // A map's iteration comes to what is added meanwhile.
      for (const [below, each] of withAllBelow(state, needing)) dropped.set(below, each);
    }
  }
  // What is done goes first: a parent counts as done where nothing was left of it.
  const tops = [...dropped.values()]
    .filter(({ todo: { parent } }) => parent === undefined || !dropped.has(parent))
    .sort((a, b) => doneness(b) - doneness(a) || byPlan(a.rank, b.rank));
  return planStep(
    state,
    tops.map(({ todo: { id } }) => ({ type: "todo-dropped", at, id, reason })),
    [...dropped.keys()],
  );
}

export function clearPlan(state: PlanState, reason: string, at: number): PlanStep {
  return planStep(state, [{ type: "plan-cleared", at, reason: checkText(reason, "the reason") }], []);
}

function doneness({ todo: { status } }: Entry): number {
  return ["completed", "skipped"].indexOf(status);
}

/** Returns the todos that depend on it and are not over. */
function toDo(state: PlanState, { rank }: Entry): Entry[] {
  return [...dependentsOf(state, rank.number)]
    .map(({ id }) => entryOf(state, id))
    .filter(({ todo }) => !isOver(todo.status));
}

function nextSibling(state: PlanState, { rank }: Entry): string | undefined {
  for (const each of childrenOf(state, rank.parent, rank)) if (each.id !== rank.id) return each.id;
  return undefined;
}

import { cycleThrough } from "./cycle-search.ts";
import { cycleError, fullError, invalidTodoError, statusError, todoExistsError, tooDeepError } from "./errors.ts";
import type { AddedTodo, PlanEvent } from "./plan-event.ts";
import type { Entry } from "./plan-entry.ts";
import type { PlanState } from "./plan-state.ts";
import { entryOf, planStep, type PlanStep, unknownTodo } from "./plan-step.ts";
import { isMet, type NewTodo, type TodoPart, type TodoPriority } from "./todo.ts";
import { checkId, checkIds, checkMetadata, checkPriority, checkText, why } from "./todo-checks.ts";

/** Adds todos, all of them or none. */
export function addTodos(state: PlanState, todos: readonly NewTodo[], at: number, reason?: string): PlanStep {
  const added = new Addition(state, undefined).all(todos, "todo");
  return added.length === 0
    ? planStep(state, [], [])
    : accepted(state, added, {
        type: "todos-added",
        at,
        todos: added,
        ...why(reason),
      });
}

/** Puts parts under a todo, which is over when they are. */
export function splitTodo(
  state: PlanState,
  id: string,
  parts: readonly TodoPart[],
  reason: string | undefined,
  at: number,
): PlanStep {
  const parent = entryOf(state, id);
  if (!Array.isArray(parts) || parts.length === 0) throw invalidTodoError("the parts", "a list of at least one", parts);
  const added = new Addition(state, parent).all(parts, "part");
  return accepted(state, added, {
    type: "todo-split",
    at,
    id,
    parts: added,
    ...why(reason),
  });
}

function accepted(state: PlanState, added: readonly AddedTodo[], event: PlanEvent): PlanStep {
  const ids = added.map(({ id }) => id);
  const step = planStep(state, [event], ids);
  const cycle = mayClose(added, event) ? cycleThrough(step.state, ids) : undefined;
  if (cycle !== undefined) throw cycleError(cycle);
  return step;
}

/** Nothing waits for what is new and has no parent, but what stands with it: then each may depend on those before it. */
function mayClose(added: readonly AddedTodo[], { type }: PlanEvent): boolean {
  if (added.every(({ dependsOn }) => dependsOn === undefined)) return false;
  const coming = new Set(added.map(({ id }) => id));
  for (const { id, dependsOn, parent } of added) {
    if (type === "todo-split" || parent !== undefined || dependsOn?.some((on) => coming.has(on)) === true) return true;
    coming.delete(id);
  }
  return false;
}

/** Where a todo is put that is not in the plan yet. */
interface Place {
  readonly level: number;
  readonly priority: TodoPriority;
}

class Addition {
  readonly #state: PlanState;
  readonly #split: Entry | undefined;
  /** Those of this call, by id. */
  readonly #places = new Map<string, Place>();

  constructor(state: PlanState, split: Entry | undefined) {
    this.#state = state;
    this.#split = split;
  }

  all(todos: readonly (NewTodo | TodoPart)[], noun: string): AddedTodo[] {
    const { entries, limits } = this.#state;
    const size = entries.size + todos.length;
    if (size > limits.maxTodos) throw fullError(limits.maxTodos, size);
    const added = todos.map((todo, index) => this.#one(todo, todos.length === 1 ? noun : `${noun} ${index + 1}`));
    for (const { dependsOn } of added) for (const id of dependsOn ?? []) this.#checkKnown(id);
    return added;
  }

  #one(todo: NewTodo | TodoPart, what: string): AddedTodo {
    if (typeof todo !== "object" || todo === null) throw invalidTodoError(what, "an object with content", todo);
    const { content, dependsOn, assignee, metadata } = todo;
    const id = todo.id === undefined ? this.#nextId() : checkId(todo.id, `the id of ${what}`);
    if (this.#has(id)) throw todoExistsError(id);
    const parent = this.#split === undefined ? (todo as NewTodo).parent : this.#split.todo.id;
    const above = parent === undefined ? undefined : this.#placeUnder(parent);
    const level = (above?.level ?? 0) + 1;
    if (level > this.#state.limits.maxDepth) throw tooDeepError(id, this.#state.limits.maxDepth);
    const priority =
      todo.priority === undefined
        ? (above?.priority ?? "medium")
        : checkPriority(todo.priority, `the priority of ${what}`);
    this.#places.set(id, { level, priority });
    const ids = dependsOn === undefined ? [] : checkIds(dependsOn, `dependsOn of ${what}`);
    return {
      id,
      content: checkText(content, `the content of ${what}`),
      priority,
      ...(ids.length > 0 && { dependsOn: ids }),
      ...(parent !== undefined && this.#split === undefined && { parent }),
      ...(assignee !== undefined && { assignee: checkText(assignee, `the assignee of ${what}`) }),
      ...(metadata !== undefined && { metadata: checkMetadata(metadata, `the metadata of ${what}`) }),
    };
  }

  #placeUnder(parent: string): Place {
    const own = this.#places.get(parent);
    if (own !== undefined) return own;
    const { todo, tally } = entryOf(this.#state, parent);
    if (tally === undefined && (isMet(todo.status) || todo.status === "cancelled")) {
      throw statusError(parent, "given children", "a todo that is to be done, or one that failed", todo.status);
    }
    return { level: todo.depth + 1, priority: todo.priority };
  }

  /** By the number of its addition; somebody may have given that id to another one. */
  #nextId(): string {
    let id = `t${this.#state.added + this.#places.size + 1}`;
    while (this.#has(id)) id += "_";
    return id;
  }

  #has(id: string): boolean {
    return this.#places.has(id) || this.#state.entries.get(id) !== undefined;
  }

  #checkKnown(id: string): void {
    if (!this.#has(id)) throw unknownTodo(this.#state, id);
  }
}

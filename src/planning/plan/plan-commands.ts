import { isPromiseLike } from "../../base/index.ts";
import { addTodos, splitTodo } from "./adding.ts";
import {
  clearPlan,
  type DropOptions,
  dropTodos,
  editTodo,
  reorderTodo,
  reprioritiseTodo,
  type TodoPlace,
} from "./arranging.ts";
import { cancelTodo, completeTodo, failTodo, reopenTodo, skipTodo, startTodo } from "./marking.ts";
import { batchOverError } from "./errors.ts";
import type { PlanEvent, TodoEdit } from "./plan-event.ts";
import type { PlanState } from "./plan-state.ts";
import type { PlanStep } from "./plan-step.ts";
import type { NewTodo, TodoPart, TodoPriority } from "./todo.ts";

/** Checks a command and returns what would happen. @throws AitorError, and then nothing has happened. */
export type PlanCommand = (state: PlanState, at: number) => PlanStep;

/**
 * The commands on a plan. Each command checks its input and returns its result, or throws an AitorError, and then nothing has
 * happened. All of them may throw `unknown-todo` and `invalid-todo`, besides the codes that they name.
 */
export abstract class PlanCommands<Out> {
  /** Carries out a command: what it returns becomes the plan. */
  protected abstract perform(command: PlanCommand): Out;

  /**
   * Adds one todo or many, all of them or none.
   *
   * @throws AitorError `todo-exists`, `todo-cycle`, `plan-full`, `plan-too-deep`, `todo-status`, `not-json`.
   */
  add(todos: NewTodo | readonly NewTodo[], reason?: string): Out {
    return this.perform((state, at) => addTodos(state, [todos].flat(), at, reason));
  }

  /**
   * Puts parts under a todo. The todo is over when its parts are. What depends on it waits for all of them.
   *
   * @throws AitorError as `add`.
   */
  split(id: string, parts: readonly TodoPart[], reason?: string): Out {
    return this.perform((state, at) => splitTodo(state, id, parts, reason, at));
  }

  /** Starts a todo. @throws AitorError `todo-not-ready`, `todo-status`, `todo-has-children`. */
  start(id: string, assignee?: string): Out {
    return this.perform((state, at) => startTodo(state, id, assignee, at));
  }

  /**
   * Completes a todo that is in progress, or ready.
   *
   * @param result A JSON value, which belongs to the plan from then on.
   * @throws AitorError `todo-not-ready`, `todo-status`, `todo-has-children`, `not-json`.
   */
  complete(id: string, result?: unknown): Out {
    return this.perform((state, at) => completeTodo(state, id, result, at));
  }

  /**
   * Fails a todo that is in progress, or ready. What depends on it is blocked, and nothing else.
   *
   * @throws AitorError as `complete`.
   */
  fail(id: string, error: string): Out {
    return this.perform((state, at) => failTodo(state, id, error, at));
  }

  /** Skips a todo, with all below it that is not completed. What depends on it continues. @throws AitorError `todo-status`. */
  skip(id: string, reason: string): Out {
    return this.perform((state, at) => skipTodo(state, id, reason, at));
  }

  /** Gives up a todo, with all below it that is not over. What depends on it is blocked. @throws AitorError `todo-status`. */
  cancel(id: string, reason: string): Out {
    return this.perform((state, at) => cancelTodo(state, id, reason, at));
  }

  /** Reopens a todo: it is to be done again, whatever its result was. @throws AitorError `todo-status`, `todo-has-children`. */
  reopen(id: string, reason?: string): Out {
    return this.perform((state, at) => reopenTodo(state, id, reason, at));
  }

  /** Changes fields of a todo. @throws AitorError `todo-cycle`, `todo-status`, `not-json`. */
  edit(id: string, changes: TodoEdit, reason?: string): Out {
    return this.perform((state, at) => editTodo(state, id, changes, at, reason));
  }

  /** Changes the priority of a todo, and of all below it that is not over. */
  reprioritise(id: string, priority: TodoPriority, reason?: string): Out {
    return this.perform((state, at) => reprioritiseTodo(state, id, priority, at, reason));
  }

  /** Moves a todo among its siblings. */
  reorder(id: string, place: TodoPlace, reason?: string): Out {
    return this.perform((state, at) => reorderTodo(state, id, place, at, reason));
  }

  /** Takes todos out of the plan, with all below them. @throws AitorError `todo-needed`. */
  drop(ids: string | readonly string[], options: DropOptions): Out {
    return this.perform((state, at) => dropTodos(state, [ids].flat(), options, at));
  }

  /** Takes everything out of the plan. */
  clear(reason: string): Out {
    return this.perform((state, at) => clearPlan(state, reason, at));
  }

  /**
   * Carries out several commands, each on the plan that the one before left: all of them or none. They make one change.
   *
   * @param commands A function that is called at once and cannot wait. Each of its commands returns the ids of the todos that it
   *   changed.
   * @throws AitorError as the commands do; `plan-changing` if the function returns a promise.
   */
  batch(commands: (plan: PlanCommands<readonly string[]>) => void): Out {
    return this.perform((state, at) => {
      const batch = new Batch(state, at);
      const given = (commands as (plan: Batch) => unknown)(batch);
      const step = batch.end();
      refusePromise(given);
      return step;
    });
  }
}

/** Refuses a promise. What comes after its wait is refused, too. @throws AitorError `plan-changing` if the value is a promise. */
export function refusePromise(given: unknown): void {
  if (!isPromiseLike(given)) return;
  given.then(undefined, () => {});
  throw batchOverError("a function that gives a promise");
}

class Batch extends PlanCommands<readonly string[]> {
  readonly #at: number;
  readonly #events: PlanEvent[] = [];
  readonly #ids = new Set<string>();
  #state: PlanState;
  #isOver = false;

  constructor(state: PlanState, at: number) {
    super();
    this.#state = state;
    this.#at = at;
  }

  end(): PlanStep {
    this.#isOver = true;
    return { events: this.#events, state: this.#state, ids: [...this.#ids] };
  }

  protected perform(command: PlanCommand): readonly string[] {
    if (this.#isOver) throw batchOverError("a command after that");
    const { events, state, ids } = command(this.#state, this.#at);
    for (const event of events) this.#events.push(event);
    for (const id of ids) this.#ids.add(id);
    this.#state = state;
    return ids;
  }
}

import { unknownTodoError } from "./errors.ts";
import type { PlanEvent } from "./plan-event.ts";
import { applyEvent } from "./plan-fold.ts";
import type { Entry } from "./plan-entry.ts";
import type { PlanState } from "./plan-state.ts";

/** What a command came to: the events that say it, and the plan with them. */
export interface PlanStep {
  readonly events: readonly PlanEvent[];
  readonly state: PlanState;
  /** Of the todos that were added or changed. */
  readonly ids: readonly string[];
}

export function planStep(before: PlanState, events: readonly PlanEvent[], ids: readonly string[]): PlanStep {
  return { events, state: events.reduce(applyEvent, before), ids };
}

/** @throws AitorError `unknown-todo`. */
export function entryOf(state: PlanState, id: unknown): Entry {
  const entry = typeof id === "string" ? state.entries.get(id) : undefined;
  if (entry === undefined) throw unknownTodo(state, id);
  return entry;
}

export function unknownTodo({ entries }: PlanState, id: unknown): Error {
  const known: string[] = [];
  for (const { todo } of entries.values()) if (known.push(todo.id) === 10) break;
  return unknownTodoError(id, known, entries.size);
}

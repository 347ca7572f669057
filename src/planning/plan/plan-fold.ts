import { PlanDraft } from "./plan-draft.ts";
import type { AddedTodo, PlanEvent, TodoEdit } from "./plan-event.ts";
import type { Entry, Rank } from "./plan-entry.ts";
import { childrenOf, emptyState, lastChildOf, placeOf, type PlanState, withAllBelow } from "./plan-state.ts";
import type { Todo } from "./todo.ts";

/**
 * The plan after an event. Total: what an event names and the plan does not have is passed over, an event of an unknown type
 * changes nothing.
 */
export function applyEvent(state: PlanState, event: PlanEvent): PlanState {
  const { at } = event;
  const draft = new PlanDraft(state, at);
  switch (event.type) {
    case "todos-added":
      insert(draft, event.todos);
      break;
    case "todo-split":
      if (draft.get(event.id) === undefined) return state;
      insert(
        draft,
        event.parts.map((part) => ({ ...part, parent: event.id })),
      );
      break;
    case "todo-started":
      draft.mark(event.id, "in-progress", (todo) => {
        const { endedAt: _, ...rest } = todo;
        const { assignee = todo.assignee } = event;
        return {
          ...rest,
          attempts: todo.attempts + 1,
          startedAt: at,
          ...(assignee !== undefined && { assignee }),
        };
      });
      break;
    case "todo-completed":
      draft.mark(event.id, "completed", (todo) => {
        const { error: _, reason: __, result: ___, ...rest } = todo;
        return { ...rest, ...(event.result !== undefined && { result: event.result }), endedAt: at };
      });
      break;
    case "todo-failed":
      draft.mark(event.id, "failed", (todo) => ({ ...todo, error: event.error, endedAt: at }));
      break;
    case "todo-skipped":
    case "todo-cancelled": {
      const status = event.type === "todo-skipped" ? "skipped" : "cancelled";
      draft.mark(event.id, status, (todo) => ({ ...todo, reason: event.reason, endedAt: at }));
      break;
    }
    case "todo-reopened":
      draft.mark(event.id, "pending", (todo) => {
        const { result: _, reason: __, startedAt: ___, endedAt: ____, ...rest } = todo;
        return { ...rest, ...(event.reason !== undefined && { reason: event.reason }) };
      });
      break;
    case "todo-edited":
      edit(draft, event.id, event.changes);
      break;
    case "todo-reprioritised":
      draft.reprioritise(event.id, event.priority);
      break;
    case "todo-reordered":
      reorder(draft, event.id, event.before);
      break;
    case "todo-dropped":
      drop(draft, event.id);
      break;
    case "plan-cleared":
      return emptyState(state.limits, state.added, state.dropped + state.entries.size);
    default:
      return state;
  }
  return draft.state;
}

/** What depends on something that stands behind it learns of that when all are there. */
function insert(draft: PlanDraft, todos: readonly AddedTodo[]): void {
  const later: AddedTodo[] = [];
  for (const todo of todos) {
    if (draft.get(todo.id) !== undefined) continue;
    const on = [...new Set(todo.dependsOn)];
    const isWhole = on.every((id) => draft.get(id) !== undefined);
    if (!isWhole) later.push(todo);
    draft.insert(todo, isWhole ? on : []);
  }
  for (const { id, dependsOn = [] } of later) draft.depend(id, dependsOn);
}

function edit(draft: PlanDraft, id: string, changes: TodoEdit): void {
  const { content, dependsOn } = changes;
  if (dependsOn !== undefined) draft.depend(id, dependsOn);
  draft.describe(id, ({ assignee: who, metadata: data, ...todo }): Todo => {
    const { assignee = who, metadata = data } = changes;
    const isOther = (content !== undefined && content !== todo.content) || (assignee ?? undefined) !== who;
    return {
      ...todo,
      ...(isOther && todo.attempts > 0 && { attemptsBefore: todo.attempts }),
      ...(content !== undefined && { content }),
      ...(typeof assignee === "string" && { assignee }),
      ...(typeof metadata === "object" && metadata !== null && { metadata }),
    };
  });
}

/** Places lie between those of the neighbours; once numbers are not fine enough, all siblings get whole ones. */
function reorder(draft: PlanDraft, id: string, before: string | undefined): void {
  const entry = draft.get(id);
  const next = before === undefined ? undefined : draft.get(before)?.rank;
  if (entry === undefined || next?.id === id) return;
  const { parent } = entry.rank;
  if (before !== undefined && next?.parent !== parent) return;
  const previous = (): Rank | undefined => {
    if (next === undefined) return lastChildOf(draft.state, parent);
    const behind = draft.state.siblings.before(draft.get(next.id)?.rank as Rank);
    return behind?.parent === parent ? behind : undefined;
  };
  const last = previous();
  if (last?.id === id) return;
  const place = between(last, next);
  if (place !== undefined) return draft.move(id, place);
  for (const [index, rank] of [...childrenOf(draft.state, parent)].entries()) draft.move(rank.id, index + 1);
  draft.move(id, between(previous(), draft.get(next?.id as string)?.rank) as number);
}

/** Nothing where there is no number between both. */
function between(last: Rank | undefined, next: Rank | undefined): number | undefined {
  if (next === undefined) return last === undefined ? 1 : placeOf(last) + 1;
  if (last === undefined) return placeOf(next) - 1;
  const [low, high] = [placeOf(last), placeOf(next)];
  const middle = low + (high - low) / 2;
  return middle > low && middle < high ? middle : undefined;
}

function drop(draft: PlanDraft, id: string): void {
  const entry = draft.get(id);
  if (entry === undefined) return;
  const below: Entry[] = [...withAllBelow(draft.state, [entry]).values()];
  for (const { todo } of below.reverse()) draft.remove(todo.id);
}

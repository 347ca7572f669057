import type { TodoMetadata, TodoPriority } from "./todo.ts";

/** A todo as it was added. Everything that was left out is decided. */
export interface AddedTodo {
  readonly id: string;
  readonly content: string;
  readonly priority: TodoPriority;
  readonly dependsOn?: readonly string[];
  readonly parent?: string;
  readonly assignee?: string;
  readonly metadata?: TodoMetadata;
}

/** The changes of `edit`. */
export interface TodoEdit {
  readonly content?: string;
  /** Replaces everything that the todo depended on. */
  readonly dependsOn?: readonly string[];
  /** The new assignee. `null` removes the assignee. */
  readonly assignee?: string | null;
  /** Replaces all of the metadata. `null` removes it. */
  readonly metadata?: TodoMetadata | null;
}

/**
 * A change of a plan. A plan is the fold of its events and nothing else. All times and ids come from the events, and each event
 * is a JSON value.
 */
export type PlanEvent =
  | Happened<"todos-added", { readonly todos: readonly AddedTodo[]; readonly reason?: string }>
  | Happened<"todo-split", One & { readonly parts: readonly AddedTodo[]; readonly reason?: string }>
  | Happened<"todo-started", One & { readonly assignee?: string }>
  | Happened<"todo-completed", One & { readonly result?: unknown }>
  | Happened<"todo-failed", One & { readonly error: string }>
  | Happened<"todo-skipped", One & { readonly reason: string }>
  | Happened<"todo-cancelled", One & { readonly reason: string }>
  | Happened<"todo-reopened", One & { readonly reason?: string }>
  | Happened<"todo-edited", One & { readonly changes: TodoEdit; readonly reason?: string }>
  | Happened<"todo-reprioritised", One & { readonly priority: TodoPriority; readonly reason?: string }>
  /** From now on the todo stands before that sibling. Without `before`, it stands after all of them. */
  | Happened<"todo-reordered", One & { readonly before?: string; readonly reason?: string }>
  /** The todo is taken out of the plan, with everything below it. Todos that depended on them do so no longer. */
  | Happened<"todo-dropped", One & { readonly reason: string }>
  | Happened<"plan-cleared", { readonly reason: string }>;

interface One {
  readonly id: string;
}

type Happened<Type extends string, Data> = Data & {
  readonly type: Type;
  /** Milliseconds since 1970. */
  readonly at: number;
};

import type { TodoMetadata, TodoPriority } from "./todo.ts";

/** A todo as it was added: all that was left out is decided. */
export interface AddedTodo {
  readonly id: string;
  readonly content: string;
  readonly priority: TodoPriority;
  readonly dependsOn?: readonly string[];
  readonly parent?: string;
  readonly assignee?: string;
  readonly metadata?: TodoMetadata;
}

/** What `edit` changes. */
export interface TodoEdit {
  readonly content?: string;
  /** Takes the place of all that it depended on. */
  readonly dependsOn?: readonly string[];
  /** `null` takes it away. */
  readonly assignee?: string | null;
  /** Takes the place of all that there was; `null` takes it away. */
  readonly metadata?: TodoMetadata | null;
}

/**
 * What happens to a plan. A plan is the fold of its events and nothing else: times and ids come from them, all of each is a
 * JSON value.
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
  /** It stands before that sibling from now on; without one, behind all of them. */
  | Happened<"todo-reordered", One & { readonly before?: string; readonly reason?: string }>
  /** It is taken out of the plan, with all below it. What depended on them does so no longer. */
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

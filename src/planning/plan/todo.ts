/** The priorities, from the most urgent on. */
export const PRIORITIES = ["urgent", "high", "medium", "low"] as const;

export type TodoPriority = (typeof PRIORITIES)[number];

export const STATUSES = ["pending", "in-progress", "blocked", "completed", "failed", "skipped", "cancelled"] as const;

/**
 * How far a todo is.
 * - `pending`: not started. It is ready once everything that it depends on is completed or skipped.
 * - `in-progress`: somebody is working on it.
 * - `blocked`: it cannot start, because something that it depends on failed, was cancelled, or is blocked itself.
 * - `completed`, `failed`, `skipped` (what depends on it continues without it), `cancelled` (what depends on it is blocked):
 *   over.
 *
 * The status of a todo with children follows from theirs. It is `in-progress` once one is started, or if some are over and others
 * can continue. If nothing can continue, it is `blocked`, `failed` or `cancelled`: the first of these that one of them is. In the
 * end it is `completed`, or `skipped` if all of them are.
 */
export type TodoStatus = (typeof STATUSES)[number];

/** One thing to do. It never changes: a change of the plan makes another todo. */
export interface Todo {
  readonly id: string;
  /** What is to be done. */
  readonly content: string;
  readonly priority: TodoPriority;
  readonly status: TodoStatus;
  /** The ids of todos that must be completed or skipped first. A child also waits for what its parent depends on. */
  readonly dependsOn: readonly string[];
  readonly parent?: string;
  /** The number of children. A todo with children is a heading: nobody does it itself, and it is over when its children are. */
  readonly childCount: number;
  /** The number of parents above it. */
  readonly depth: number;
  /** Its result, a JSON value. */
  readonly result?: unknown;
  /** Why it failed the last time. Absent once it is completed. */
  readonly error?: string;
  /** Why it was skipped, cancelled or opened again. */
  readonly reason?: string;
  /** The name of whoever does it. */
  readonly assignee?: string;
  /** Anything else, as a JSON object. */
  readonly metadata?: TodoMetadata;
  /** The number of times that it was started. */
  readonly attempts: number;
  /**
   * How many of these were before it got other content or another assignee. Absent if it was not edited so since its first start.
   */
  readonly attemptsBefore?: number;
  /** Milliseconds since 1970, like the other times. */
  readonly createdAt: number;
  /** The time of the last start. For a todo with children, the time when the first of them began. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export type TodoMetadata = Readonly<Record<string, unknown>>;

/** A todo to add. */
export interface NewTodo {
  /**
   * Up to 64 letters, digits, `_`, `-`, `.`, `:` and `/`, of which the first is a letter, digit or `_`.
   *
   * @default the next of t1, t2, …
   */
  readonly id?: string;
  /** What is to be done: up to 10,000 characters. */
  readonly content: string;
  /** The priority. @default the parent's, else "medium" */
  readonly priority?: TodoPriority;
  /** The ids of todos in the plan, or in the same call. @default none */
  readonly dependsOn?: readonly string[];
  /** The id of a todo in the plan, or of one that stands before it in the same call. @default none */
  readonly parent?: string;
  readonly assignee?: string;
  readonly metadata?: TodoMetadata;
}

/** A part of a todo that is to be split. */
export type TodoPart = Omit<NewTodo, "parent">;

/** Returns the number of times that it was started as it is now. */
export function attemptsAsIs({ attempts, attemptsBefore = 0 }: Todo): number {
  return attempts - attemptsBefore;
}

export function isOver(status: TodoStatus): boolean {
  return status === "completed" || status === "failed" || status === "skipped" || status === "cancelled";
}

/** Whether what depends on a todo may continue. */
export function isMet(status: TodoStatus): boolean {
  return status === "completed" || status === "skipped";
}

/** Whether what depends on a todo cannot continue unless something changes. */
export function isBad(status: TodoStatus): boolean {
  return status === "failed" || status === "cancelled" || status === "blocked";
}

/** From the most urgent on. */
export const PRIORITIES = ["urgent", "high", "medium", "low"] as const;

export type TodoPriority = (typeof PRIORITIES)[number];

export const STATUSES = ["pending", "in-progress", "blocked", "completed", "failed", "skipped", "cancelled"] as const;

/**
 * How far a todo is.
 * - `pending`: not begun. It is ready once all that it depends on is completed or skipped.
 * - `in-progress`: somebody is at it.
 * - `blocked`: it cannot begin, because something that it depends on failed, was cancelled, or is blocked itself.
 * - `completed`, `failed`, `skipped` (it goes on without it), `cancelled` (what depends on it does not): over.
 *
 * The status of a todo with children follows from theirs: `in-progress` once one is begun, or some are over and others can
 * go on; `blocked`, `failed` or `cancelled`, in this order, where nothing can go on and one of them is that; `completed` in
 * the end, or `skipped` where all of them are.
 */
export type TodoStatus = (typeof STATUSES)[number];

/** One thing to do. Never changes: a change of the plan makes another one. */
export interface Todo {
  readonly id: string;
  /** What is to be done. */
  readonly content: string;
  readonly priority: TodoPriority;
  readonly status: TodoStatus;
  /** Ids of what has to be completed or skipped first. A child also waits for what its parent depends on. */
  readonly dependsOn: readonly string[];
  readonly parent?: string;
  /** With children it is a heading over them: it is not done itself, and is over when they are. */
  readonly childCount: number;
  /** Parents above it. */
  readonly depth: number;
  /** What it came to: a JSON value. */
  readonly result?: unknown;
  /** Why it failed the last time; gone once it is completed. */
  readonly error?: string;
  /** Why it was skipped, cancelled or opened again. */
  readonly reason?: string;
  /** Who does it. */
  readonly assignee?: string;
  /** Anything else: a JSON object. */
  readonly metadata?: TodoMetadata;
  /** How often it was started. */
  readonly attempts: number;
  /** How often of these before it got other content or another assignee; absent where it was not edited so since its first start. */
  readonly attemptsBefore?: number;
  /** Milliseconds since 1970, as the other times. */
  readonly createdAt: number;
  /** Of the last start; of a todo with children, when the first of them began. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export type TodoMetadata = Readonly<Record<string, unknown>>;

/** A todo that is to be added. */
export interface NewTodo {
  /** Up to 64 letters, digits, `_`, `-`, `.`, `:` and `/`, a letter, digit or `_` first. @default the next of t1, t2, … */
  readonly id?: string;
  /** What is to be done: up to 10,000 characters. */
  readonly content: string;
  /** @default the parent's, else "medium" */
  readonly priority?: TodoPriority;
  /** Ids of todos of the plan, or of the same call. @default none */
  readonly dependsOn?: readonly string[];
  /** The id of a todo of the plan, or of one that stands before it in the same call. @default none */
  readonly parent?: string;
  readonly assignee?: string;
  readonly metadata?: TodoMetadata;
}

/** A part of a todo that is split. */
export type TodoPart = Omit<NewTodo, "parent">;

/** How often it was started as it is now. */
export function attemptsAsIs({ attempts, attemptsBefore = 0 }: Todo): number {
  return attempts - attemptsBefore;
}

export function isOver(status: TodoStatus): boolean {
  return status === "completed" || status === "failed" || status === "skipped" || status === "cancelled";
}

/** Whether what depends on it may go on. */
export function isMet(status: TodoStatus): boolean {
  return status === "completed" || status === "skipped";
}

/** Whether what depends on it cannot go on unless something changes. */
export function isBad(status: TodoStatus): boolean {
  return status === "failed" || status === "cancelled" || status === "blocked";
}

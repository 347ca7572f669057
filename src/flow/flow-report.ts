/** How far one task came. */
export interface TaskReport {
  readonly state: TaskState;
  /** From the first call of its function to its outcome; absent where it did not run in this process. */
  readonly durationMs?: number;
  /** How many elements a mapped task has; absent before it starts, and for others. */
  readonly elements?: number;
  /** Its result was on record from before and it did not run again. */
  readonly recovered?: true;
  /** The failed tasks because of which it was skipped. */
  readonly because?: readonly string[];
  /** How far the tasks inside of it came, where it is made of tasks. */
  readonly tasks?: Readonly<Record<string, TaskReport>>;
}

/**
 * `waiting` for what it takes or for its turn, `running`, `done`, `failed`, `cancelled` while it ran, or `skipped`
 * because a task that it takes from failed or was skipped.
 */
export type TaskState = "waiting" | "running" | "done" | "failed" | "cancelled" | "skipped";

/** How far one task came. */
export interface TaskReport {
  readonly state: TaskState;
  /** From the first call of its function to its outcome; absent where it did not run in this process. */
  readonly durationMs?: number;
  /** How many elements a mapped task has; absent before it starts, and for others. */
  readonly elements?: number;
  /** Its result was on record from before and it did not run again. */
  readonly recovered?: true;
}

/**
 * `waiting` for what it takes or for its turn, `running`, `done`, `failed`, or `cancelled` while it ran.
 */
export type TaskState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** The progress of one task. */
export interface TaskReport {
  readonly state: TaskState;
  /** The time from the first call of its function to its outcome. Absent if it did not run in this process. */
  readonly durationMs?: number;
  /** The number of elements of a mapped task. Absent before it starts, and for other tasks. */
  readonly elements?: number;
  /** Set if its result was already on record and it did not run again. */
  readonly recovered?: true;
  /** The failed tasks that caused it to be skipped. */
  readonly because?: readonly string[];
  /** The progress of the tasks inside, if it is made of tasks. */
  readonly tasks?: Readonly<Record<string, TaskReport>>;
}

/**
 * The state of a task: `waiting` for its inputs or its turn, `running`, `done`, `failed`, `cancelled` while it ran, or `skipped`
 * because a task whose result it takes failed or was skipped.
 */
export type TaskState = "waiting" | "running" | "done" | "failed" | "cancelled" | "skipped";

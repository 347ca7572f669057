import type { Duration, Effect, RetryOptions, Schema } from "../base/index.ts";

/** Options of a task. They apply to each of its steps. */
export interface TaskOptions<In extends readonly unknown[] = readonly unknown[], Out = unknown> {
  /**
   * Checks the task's input before its function is called. The function gets the schema's output. One schema for a task with
   * one input, an array of schemas for several.
   */
  readonly input?: InputSchema<In>;
  /** Checks what the function returns. The schema's output is the task's result. */
  readonly output?: Schema<unknown, Out>;
  /** What a crash in the middle of a step means. @default "idempotent" */
  readonly effect?: Effect;
  /** Time for each attempt. @default none */
  readonly timeout?: Duration;
  /** The number of attempts in all, or a whole policy. Not for `effect: "once"`. @default 1 */
  readonly retry?: RetryOptions | number;
}

type InputSchema<In extends readonly unknown[]> = In extends readonly [infer Only]
  ? Schema<unknown, Only> | readonly [Schema<unknown, Only>]
  : { readonly [Index in keyof In]: Schema<unknown, In[Index]> };

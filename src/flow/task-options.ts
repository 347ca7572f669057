import type { Duration, Effect, RetryOptions, Schema } from "../base/index.ts";

/** Options of a task; they hold for each of its steps. */
export interface TaskOptions<In extends readonly unknown[] = readonly unknown[], Out = unknown> {
  /**
   * Checks what the task is given, before its function is called; what the schema makes of it is passed on. One
   * schema for a task of one input, an array of them for several.
   */
  readonly input?: InputSchema<In>;
  /** Checks what the function returns; what the schema makes of it is the result. */
  readonly output?: Schema<unknown, Out>;
  /** What a crash in the middle of it means. @default "idempotent" */
  readonly effect?: Effect;
  /** Time for each attempt. @default none */
  readonly timeout?: Duration;
  /** Attempts in all, or the whole policy. Not for `effect: "once"`. @default 1 */
  readonly retry?: RetryOptions | number;
}

type InputSchema<In extends readonly unknown[]> = In extends readonly [infer Only]
  ? Schema<unknown, Only> | readonly [Schema<unknown, Only>]
  : { readonly [Index in keyof In]: Schema<unknown, In[Index]> };

import { type Duration, milliseconds } from "./duration.ts";
import { invalidOption, oneOf } from "./options.ts";
import { type RetryOptions, type RetryPolicy, retryPolicy } from "./retry.ts";
import type { Schema } from "./schema.ts";

/**
 * What a step does to the world, and so what a crash in the middle of it means.
 * - `pure`: nothing. It may run again at any time.
 * - `idempotent`: running it again leaves the same state. Pass `idempotencyKey` to the other side. The default.
 * - `once`: it must never run twice. After a call without a recorded outcome, the step is in doubt and is not repeated.
 */
export type Effect = "pure" | "idempotent" | "once";

/** Options of one step. */
export interface StepOptions {
  /** What a crash in the middle of the step means. @default "idempotent" */
  readonly effect?: Effect;
  /** Time for each attempt. An attempt that takes longer is aborted and fails with `step-timeout`. @default none */
  readonly timeout?: Duration;
  /** The number of attempts, or the whole policy. Not for `effect: "once"`. @default 1 */
  readonly retry?: RetryOptions | number;
  /**
   * Records each call before it is made, so that calls cut off by a crash are counted. For what costs something whether or not
   * it succeeds. Costs one more commit for each call. @default false
   */
  readonly metered?: boolean;
  /**
   * The caller handles the step's failure, as a model does with a tool's. It is logged as a warning, not an error.
   * @default false
   */
  readonly caught?: boolean;
  /** What the result depends on: a JSON value. When a run is recovered, a recorded result is used only if the input is equal. */
  readonly input?: unknown;
  /**
   * For a step that must run once: the schema of the value that answers it when it is in doubt. A value that does not match is
   * refused, its sender gets the reason, and the run keeps waiting. The schema's output is the result. An answer given while
   * no process has the run is recorded as it is. @default any JSON value
   */
  readonly answer?: Schema;
}

const EFFECTS = ["pure", "idempotent", "once"] as const;

/** How a step is run: its options, checked. */
export interface StepSettings {
  /** Milliseconds for each attempt. */
  readonly timeout: number | undefined;
  readonly retry: RetryPolicy | undefined;
}

const USUAL: StepSettings = { timeout: undefined, retry: undefined };

/**
 * @param kind Who has the options, and `name` which one, for errors.
 * @throws AitorError `invalid-option` or `invalid-duration`.
 */
export function stepSettings(
  { effect, timeout, retry }: Pick<StepOptions, "effect" | "timeout" | "retry">,
  kind: "step" | "task" | "tool",
  name: string,
): StepSettings {
  if (timeout === undefined && retry === undefined && (effect === undefined || EFFECTS.includes(effect))) return USUAL;
  const of = `of ${kind} "${name}"`;
  if (effect !== undefined) oneOf(EFFECTS, effect, `effect ${of}`);
  const ms = timeout === undefined ? undefined : milliseconds(timeout, `timeout ${of}`);
  const policy = retry === undefined ? undefined : retryPolicy(retry, `retry ${of}`);
  if (policy !== undefined && policy.attempts > 1 && effect === "once") {
    throw invalidOption(`retry ${of}`, `no retry of a ${kind} that must run once`, retry);
  }
  return { timeout: ms, retry: policy };
}

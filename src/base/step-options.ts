import { type Duration, milliseconds } from "./duration.ts";
import { invalidOption, oneOf } from "./options.ts";
import { type RetryOptions, type RetryPolicy, retryPolicy } from "./retry.ts";
import type { Schema } from "./schema.ts";

/**
 * What a step does to the world, and so what a crash in the middle of it means.
 * - `pure`: nothing; it may run again at any time.
 * - `idempotent`: running it again leaves the same state; give `idempotencyKey` to the other side. The default.
 * - `once`: it must never run twice; after a call without a recorded outcome the step is in doubt and is not repeated.
 */
export type Effect = "pure" | "idempotent" | "once";

/** Options of one step. */
export interface StepOptions {
  /** @default "idempotent" */
  readonly effect?: Effect;
  /** Time for each attempt. What takes longer is aborted and fails with `step-timeout`. @default none */
  readonly timeout?: Duration;
  /** Attempts in all, or the whole policy. Not for `effect: "once"`. @default 1 */
  readonly retry?: RetryOptions | number;
  /**
   * Each call is on record before it is made, so that those which a crash cut off are counted: for what costs something
   * whatever becomes of it. One more commit for each. @default false
   */
  readonly metered?: boolean;
  /** Who begins it goes on with its failure, as a model does with a tool's: the log is told a warning, not an error. @default false */
  readonly caught?: boolean;
  /** What the result depends on, a JSON value: at recovery a recorded result is used for an equal input only. */
  readonly input?: unknown;
  /**
   * Of a step that must run once: what the value of an answer to it must be, where it is in doubt. Another one is refused, its
   * sender is told why, and the run goes on waiting; what the schema makes of it is the result. What is answered while no
   * process has the run is recorded as it is. @default any JSON value
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

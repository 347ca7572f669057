import { milliseconds } from "./duration.ts";
import { invalidOption, oneOf } from "./options.ts";
import { type RetryPolicy, retryPolicy } from "./retry.ts";
import type { StepOptions } from "./run.ts";

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

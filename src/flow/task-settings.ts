import {
  type Effect,
  invalidOption,
  milliseconds,
  type RetryOptions,
  retryPolicy,
  type StepContext,
  type StepOptions,
} from "../base/index.ts";
import type { TaskOptions } from "./task-options.ts";
import type { Start } from "./types.ts";

/** A task's function, whatever it takes. */
export type Call = (step: StepContext, input: readonly unknown[]) => unknown;

/** How a task's steps are run: its options, checked. */
interface TaskSettings {
  readonly effect?: Effect;
  readonly timeout?: number;
  readonly retry?: RetryOptions;
}

/** A task's work is one step. @throws AitorError `invalid-option` or `invalid-duration` for its options. */
export function stepStart(name: string, call: Call, options: TaskOptions): Start {
  const checked = settings(name, options);
  return (run, stepName, given, began) =>
    run.step(
      stepName,
      (step) => {
        began();
        return call(step, given);
      },
      stepOptions(checked, given),
    );
}

/** A list has no `undefined` in JSON, so what a task of no result gives is recorded as null. */
export function recordable(given: readonly unknown[]): readonly unknown[] {
  return given.includes(undefined) ? given.map((value) => value ?? null) : given;
}

function stepOptions({ effect, timeout, retry }: TaskSettings, given: readonly unknown[]): StepOptions {
  return { effect, timeout, retry, input: recordable(given) } as StepOptions;
}

function settings(name: string, { effect, timeout, retry }: TaskOptions): TaskSettings {
  if (effect !== undefined && effect !== "pure" && effect !== "idempotent" && effect !== "once") {
    throw invalidOption(`effect of task "${name}"`, '"pure", "idempotent" or "once"', effect);
  }
  const policy = retry === undefined ? undefined : retryPolicy(retry, `retry of task "${name}"`);
  if (policy !== undefined && policy.attempts > 1 && effect === "once") {
    throw invalidOption(`retry of task "${name}"`, "no retry of a task that must run once", retry);
  }
  return {
    ...(effect !== undefined && { effect }),
    ...(timeout !== undefined && { timeout: milliseconds(timeout, `timeout of task "${name}"`) }),
    ...(retry !== undefined && { retry: typeof retry === "number" ? { attempts: retry } : retry }),
  };
}

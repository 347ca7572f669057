import { type StepContext, type StepOptions, stepSettings } from "../base/index.ts";
import type { TaskOptions } from "./task-options.ts";
import type { Start } from "./types.ts";

/** A task's function, whatever it takes. */
export type Call = (step: StepContext, input: readonly unknown[]) => unknown;

/** How a task's steps are run: its options, checked. An answer to what must run once stands for what its function returns. */
type TaskSettings = Pick<StepOptions, "effect" | "timeout" | "retry" | "answer">;

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

function stepOptions({ effect, timeout, retry, answer }: TaskSettings, given: readonly unknown[]): StepOptions {
  const options = { effect, timeout, retry, input: recordable(given) } as StepOptions;
  return answer === undefined ? options : { ...options, answer };
}

function settings(name: string, options: TaskOptions): TaskSettings {
  const { effect, retry, output } = options;
  const { timeout } = stepSettings(options, "task", name);
  return {
    ...(effect !== undefined && { effect }),
    ...(timeout !== undefined && { timeout }),
    ...(retry !== undefined && { retry }),
    ...(effect === "once" && output !== undefined && { answer: output }),
  };
}

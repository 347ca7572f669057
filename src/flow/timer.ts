import { type Duration, milliseconds, nonEmpty } from "../base/index.ts";
import { taskPart } from "./chain.ts";
import type { AnyTask, PassingTask, Start } from "./types.ts";

/**
 * Makes a task that waits, also over restarts, and passes on its input. As the first task of a chain it does not know the type
 * of its input; in that case, use `flow.timer` of a definition.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`.
 */
export function timer<const Name extends string>(name: Name, duration: Duration): PassingTask<Name> {
  return timerTask(name, duration) as unknown as PassingTask<Name>;
}

export function timerTask(name: string, duration: Duration): AnyTask {
  nonEmpty(name, "the name of a timer");
  milliseconds(duration, `the duration of timer "${name}"`);
  const start: Start = async (run, stepName, [value], began) => {
    began();
    await run.sleep(duration, stepName);
    return value;
  };
  return taskPart({
    name,
    "~start": start,
    "~inner": [],
    "~waits": "timer",
    as: (other: string) => timerTask(other, duration),
  });
}

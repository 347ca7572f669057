import { nonEmpty } from "../base/index.ts";
import type { FlowExecution } from "./flow-execution.ts";
import { taskPart } from "./chain.ts";
import type { AnyTask, InnerGraph, Start } from "./types.ts";

/** A task that is a flow: its tasks run in a scope of their own, under its name. */
export function flowTask(
  name: string,
  inner: InnerGraph,
  execution: () => Pick<FlowExecution, "start" | "tasks" | "within">,
): AnyTask {
  const start: Start = (run, stepName, [input], began) =>
    run.scope(stepName, (scope) => {
      const started = execution();
      began(started);
      return started.start(scope, input);
    });
  return taskPart({
    name: nonEmpty(name, "the name of a task"),
    "~start": start,
    "~inner": [inner],
    as: (other: string) => flowTask(other, inner, execution),
  });
}

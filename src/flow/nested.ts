import type { FlowExecution } from "./flow-execution.ts";
import { taskPart } from "./chain.ts";
import type { AnyTask, Graph, Part, Start } from "./types.ts";

/** A task that is a flow: its tasks run in a scope of their own, under its name. */
export function flowTask(name: string, graph: Graph, execution: () => Pick<FlowExecution, "start" | "tasks">): AnyTask {
  const start: Start = (run, stepName, [input], began) =>
    run.scope(stepName, (scope) => {
      const inner = execution();
      began(inner);
      return inner.start(scope, input);
    });
  return taskPart({
    name,
    "~start": start,
    "~inner": [{ graph }],
    as: (other: string) => flowTask(other, graph, execution),
  } as Omit<AnyTask, keyof Part>);
}

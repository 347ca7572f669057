import type { RunReport } from "../engine/index.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import { FlowError } from "./errors.ts";
import { FlowExecution } from "./flow-execution.ts";
import type { FlowOutcome } from "./flow-result.ts";
import { keptResults } from "./kept-results.ts";
import type { OutlineGraph } from "./outline.ts";
import { recordedTasks } from "./recorded-tasks.ts";
import { replay } from "./replayed-run.ts";

/** What came out of a run that is on record, as if it had been waited for. */
export async function recordedOutcome(
  flow: string,
  graph: CompiledGraph,
  outline: OutlineGraph,
  report: RunReport,
): Promise<FlowOutcome> {
  const kept = { ...keptResults(flow, report.carried), ...keptSteps(graph, report) };
  const execution = new FlowExecution({ flow, graph, concurrency: Infinity, failure: "isolate", kept });
  await replay(execution, report);
  const { results, failed, skipped } = execution;
  const { id: runId, input } = report;
  const progress = { runId, input, results, tasks: recordedTasks(outline, report) };
  return { ...progress, failed, skipped, cancelled: (cause) => new FlowError(flow, progress, cause) };
}

/** Of a run that kept results of an earlier one, each is on record as one step, whatever its task is made of. */
function keptSteps({ nodes }: CompiledGraph, { steps }: RunReport): Record<string, unknown> {
  const composed = new Set(
    nodes.flatMap(({ task, mapped }) =>
      mapped !== undefined || task["~waits"] !== undefined || task["~inner"].length > 0 ? [task.name] : [],
    ),
  );
  const whole = steps.filter(
    ({ key, name, kind, state }) => kind === "step" && state === "finished" && !/[/[]/.test(key) && composed.has(name),
  );
  return Object.fromEntries(whole.map(({ name, result }) => [name, result]));
}

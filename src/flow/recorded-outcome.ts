import type { RunReport } from "../engine/index.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import { FlowError } from "./errors.ts";
import { FlowExecution } from "./flow-execution.ts";
import type { TaskReport } from "./flow-report.ts";
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
  return new RecordedOutcome(flow, execution, report, recordedTasks(outline, report));
}

class RecordedOutcome implements FlowOutcome {
  readonly runId: string;
  readonly input: unknown;
  readonly results: Readonly<Record<string, unknown>>;
  readonly failed: Readonly<Record<string, unknown>>;
  readonly skipped: Readonly<Record<string, readonly string[]>>;
  readonly tasks: Readonly<Record<string, TaskReport>>;
  readonly #flow: string;

  constructor(
    flow: string,
    { results, failed, skipped }: FlowExecution,
    { id, input }: RunReport,
    tasks: Readonly<Record<string, TaskReport>>,
  ) {
    this.#flow = flow;
    this.runId = id;
    this.input = input;
    this.results = results;
    this.failed = failed;
    this.skipped = skipped;
    this.tasks = tasks;
  }

  cancelled(cause: unknown): FlowError {
    return new FlowError(this.#flow, this, cause);
  }
}

/** Of a run that kept results of an earlier one, each is on record as one step, whatever its task is made of. */
function keptSteps({ nodes }: CompiledGraph, { steps }: RunReport): Record<string, unknown> {
  const composed = new Set(
    nodes.flatMap(({ task, mapped }) =>
      mapped !== undefined || task["~waits"] !== undefined || task["~inner"].length > 0 ? [task.name] : [],
    ),
  );
  const kept: Record<string, unknown> = {};
  for (const { key, name, kind, state, result } of steps) {
    const isWhole = kind === "step" && state === "finished" && !/[/[]/.test(key);
    if (isWhole && composed.has(name)) kept[name] = result;
  }
  return kept;
}

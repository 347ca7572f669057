import type { RunReport, StepReport } from "../engine/index.ts";
import { failingTasks } from "./errors.ts";
import type { OutlineGraph } from "./outline.ts";

/** What became of a step whose flow did not get to its end, unless that isolates failures. */
const UNDONE: ReadonlySet<StepReport["state"]> = new Set(["failed", "abandoned", "cancelled"]);

/**
 * A scope of a run, as if the flow that ran in it were the run. What it was given is not on record. That it failed is told by
 * its steps, or by an error of one of its tasks: whoever ran it may have caught the failure, or failed of something else.
 */
export function recordedPart(report: RunReport, scope: string, { failure, nodes }: OutlineGraph): RunReport {
  const { input: _, carried: __, error, ...rest } = report;
  const path = `${scope}/`;
  const steps = report.steps
    .filter(({ key }) => key.startsWith(path))
    .map((step) => ({ ...step, key: step.key.slice(path.length) }));
  const part = { ...rest, steps };
  if (report.endedAt === undefined || (report.state === "finished" && failure === "isolate")) return part;
  const [failing] = failingTasks(error);
  const isFailed = steps.some(({ state }) => UNDONE.has(state)) || nodes.some(({ name }) => name === failing);
  if (isFailed) return { ...part, state: "failed", ...(error && { error }) };
  return report.state === "failed" ? { ...part, state: "cancelled" } : part;
}

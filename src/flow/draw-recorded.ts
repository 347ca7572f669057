import type { RunReport } from "../engine/index.ts";
import { flowchart } from "./mermaid.ts";
import { readOutline } from "./outline.ts";
import { recordedTasks } from "./recorded-tasks.ts";

/**
 * A Mermaid flowchart of a recorded run of a flow, without the flow's code: as {@link Aitorflow.toMermaid} draws a run.
 *
 * @param outline What `flow.outline()` gave; the blob that `report.outline` names holds it as JSON.
 * @returns Nothing where `outline` is none that this version can read.
 */
export function drawRecorded(outline: unknown, report: RunReport): string | undefined {
  const graph = readOutline(outline);
  return graph === undefined ? undefined : flowchart(graph, recordedTasks(graph, report));
}

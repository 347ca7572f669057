import type { RunReport } from "../engine/index.ts";
import { flowchart } from "./mermaid.ts";
import { readOutline } from "./outline.ts";
import { recordedPart } from "./recorded-part.ts";
import { recordedTasks } from "./recorded-tasks.ts";

/**
 * Returns a Mermaid flowchart of a recorded run of a flow, as {@link Aitorflow.toMermaid} does, but without the flow's code.
 *
 * @param outline What `flow.outline()` returned. The blob that `report.outline` names holds it as JSON.
 * @param scope The scope that the flow ran in, with its outline, as `report.outlines` lists them. @default the whole run
 * @returns `undefined` if `outline` is not an outline that this version can read.
 */
export function drawRecorded(outline: unknown, report: RunReport, scope?: string): string | undefined {
  const graph = readOutline(outline);
  if (graph === undefined) return undefined;
  return flowchart(graph, recordedTasks(graph, scope === undefined ? report : recordedPart(report, scope, graph)));
}

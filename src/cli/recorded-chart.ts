import type { RunReport } from "../engine/index.ts";
import { drawRecorded } from "../flow/index.ts";
import type { Journal } from "../journal/index.ts";

/** The Mermaid flowchart of a run of a flow; nothing of other runs, and where the outline cannot be read. */
export async function recordedChart(journal: Journal, report: RunReport): Promise<string | undefined> {
  if (report.outline === undefined) return undefined;
  const outline = await outlineOf(journal, report.outline);
  return outline === undefined ? undefined : drawRecorded(outline, report)?.trimEnd();
}

async function outlineOf(journal: Journal, ref: NonNullable<RunReport["outline"]>): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await journal.blobs.get(ref)));
  } catch {
    return undefined;
  }
}

import type { BlobRef } from "../../base/index.ts";
import type { RunReport } from "../../engine/index.ts";
import { drawRecorded } from "../../flow/index.ts";
import type { Journal } from "../../journal/index.ts";

/** A flow of a run's, as a Mermaid flowchart. */
export interface RecordedChart {
  /** The scope that it ran in; nothing where it is the run. */
  readonly scope: string | undefined;
  readonly mermaid: string;
}

/** The run's own flow, and those that ran in its scopes; without those whose outline cannot be read. */
export async function recordedCharts(journal: Journal, report: RunReport): Promise<RecordedChart[]> {
  const { outline, outlines } = report;
  const drawn = [...(outline === undefined ? [] : [{ key: undefined, outline }]), ...outlines];
  const charts: RecordedChart[] = [];
  for (const { key: scope, outline: ref } of drawn) {
    const mermaid = drawRecorded(await outlineOf(journal, ref), report, scope)?.trimEnd();
    if (mermaid !== undefined) charts.push({ scope, mermaid });
  }
  return charts;
}

async function outlineOf(journal: Journal, ref: BlobRef): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await journal.blobs.get(ref)));
  } catch {
    return undefined;
  }
}

import { AitorError } from "../../base/index.ts";
import { type RunReport, runReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";

/** @throws AitorError `invalid-value` for what this version cannot read. */
export async function reportOf(journal: Journal, id: string): Promise<RunReport> {
  const report = await runReport(journal.read(id));
  if (report !== undefined) return report;
  throw new AitorError({
    code: "invalid-value",
    message: `run "${id}" cannot be read`,
    expected: "a run that begins with its start, or with the message that it handles",
    got: "neither on record",
    fix: "use the version of aitor that recorded it",
  });
}

/** What runs that it started as its steps have on record, as far as they have not ended, and those below them. */
export async function reportsBelow(journal: Journal, { steps }: RunReport): Promise<RunReport[]> {
  const below: RunReport[] = [];
  for (const { child, state } of steps) {
    const report = child === undefined || state !== "running" ? undefined : await runReport(journal.read(child));
    if (report !== undefined && report.endedAt === undefined)
      below.push(report, ...(await reportsBelow(journal, report)));
  }
  return below;
}

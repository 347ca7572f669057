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

import type { Draft } from "aitor";

import type { FileChange } from "./since.ts";
import type { Figures } from "./figures.ts";
import type { FoundFiles } from "./found-files.ts";

/** What the agent knows of a folder. */
export interface Memory {
  /** None before the first report. */
  readonly last?: LastReport;
}

export interface LastReport {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  readonly figures: Figures;
  readonly files: FoundFiles;
}

/** Changes no more of the memory than what changed, as each change is recorded; where most did, all at once is less. */
export function remember(draft: Draft<Memory>, report: LastReport, changes: readonly FileChange[]): void {
  const { last } = draft;
  if (last === undefined || changes.length > 10_000) {
    draft.last = report;
    return;
  }
  last.at = report.at;
  last.figures = { ...report.figures };
  for (const { folder, name, after } of changes) {
    if (after !== undefined) (last.files[folder] ??= {})[name] = after;
    else if (report.files[folder] === undefined) delete last.files[folder];
    else delete last.files[folder]?.[name];
  }
}

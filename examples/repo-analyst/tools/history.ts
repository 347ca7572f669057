import { tool } from "aitor";
import { z } from "zod";

import { type Change, mostChanged } from "../../repo-report/changed.ts";
import { orMissing } from "../../repo-report/git.ts";
import { readHistory } from "../../repo-report/history.ts";
import { folderOf } from "../folder-of.ts";
import { bounded, noteOf } from "../bounded.ts";
import { withSources } from "./with-sources.ts";

export interface HistoryResult {
  readonly commits: number;
  readonly authors: number;
  /** The day of the first commit, as `2026-11-23`, in UTC; of the last. */
  readonly first?: string;
  readonly last?: string;
  /** How many months have a commit. */
  readonly months: number;
  /** The files that most commits touched; none where these are not known, which the note tells. */
  readonly changed: readonly Change[];
  /** Why there is no history. */
  readonly missing?: string;
  readonly note?: string;
}

export const history = tool({
  name: "history",
  description:
    "Tells what git knows of the folder's past: how many commits by how many authors, the first and the last day, and the files that most commits touched. It only reads.",
  access: "read",
  timeout: "60s",
  input: z.object({
    limit: z.number().int().min(1).max(20).default(10).describe("how many of the most changed files are listed"),
  }),
  run: ({ limit }, step, context): Promise<HistoryResult> =>
    // Opened so that a folder that is not there is told as by all tools.
    withSources(context, step, async (_sources, signal) => {
      const folder = folderOf(context.agent?.id ?? "");
      const past = await orMissing(readHistory(folder, signal));
      if ("missing" in past) return { commits: 0, authors: 0, months: 0, changed: [], missing: past.missing };
      const { commits, authors, first, last, months } = past;
      const changes = await orMissing(mostChanged(folder, signal));
      const { shown, notes } =
        "missing" in changes
          ? { shown: [], notes: [`the most changed files are not known: ${changes.missing}`] }
          : bounded(changes.files, limit, "files");
      return { commits, authors, first, last, months: months.length, changed: shown, ...noteOf(notes) };
    }),
});

import { task } from "aitor";

import { gitLog, orMissing, type NoGit } from "./git.ts";

/** What the commits tell. Dates are those of the authors, in UTC, as `2026-11-23`. */
export interface History {
  readonly commits: number;
  /** Different e-mail addresses, after the repository's own `.mailmap`. */
  readonly authors: number;
  readonly first: string;
  readonly last: string;
  /** Those with a commit, in order; `month` as `2026-11`. */
  readonly months: readonly { readonly month: string; readonly commits: number }[];
}

export const history = task.step("history", async (step, folder: string): Promise<History | NoGit> => {
  return orMissing(readHistory(folder, step.abortSignal));
});

/** @throws GitError. */
export async function readHistory(folder: string, signal: AbortSignal): Promise<History | NoGit> {
  let commits = 0;
  let first = Infinity;
  let last = -Infinity;
  const authors = new Set<string>();
  const months = new Map<string, number>();
  for await (const record of gitLog(folder, ["--format=%at %aE"], signal)) {
    const space = record.indexOf(" ");
    const at = Math.min(Number(record.slice(0, space)) * 1000 || 0, LAST_DAY);
    commits++;
    authors.add(record.slice(space + 1));
    first = Math.min(first, at);
    last = Math.max(last, at);
    const month = day(at).slice(0, -3);
    months.set(month, (months.get(month) ?? 0) + 1);
  }
  if (commits === 0) return { missing: "no commit touches this folder" };
  return {
    commits,
    authors: authors.size,
    first: day(first),
    last: day(last),
    months: Array.from(months, ([month, count]) => ({ month, commits: count })).sort((a, b) =>
      a.month < b.month ? -1 : 1,
    ),
  };
}

/** A broken commit may claim any time; dates stay within four digits for the year. */
const LAST_DAY = Date.UTC(9999, 11, 31);

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

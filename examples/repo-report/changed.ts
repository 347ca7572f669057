import { lstat } from "node:fs/promises";
import { join } from "node:path";

import { task } from "aitor";

import { gitLog, orMissing, type NoGit } from "./git.ts";

/** A file and how many commits touched it. Renamed, it is another file. */
export interface Change {
  readonly path: string;
  readonly commits: number;
  /** Whether it is still there. */
  readonly exists: boolean;
}

export interface Changes {
  readonly files: readonly Change[];
}

/** The 20 files that most commits touched; merges do not count. */
export const changed = task.step("changed", async (step, folder: string): Promise<Changes | NoGit> => {
  return orMissing(mostChanged(folder, step.abortSignal));
});

/** @throws GitError. */
export async function mostChanged(folder: string, signal: AbortSignal): Promise<Changes> {
  const commits = new Map<string, number>();
  for await (const path of gitLog(folder, ["--no-merges", "--name-only", "--format="], signal)) {
    if (path !== "") commits.set(path, (commits.get(path) ?? 0) + 1);
  }
  const most = [...commits].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 20);
  const files = most.map(async ([path, count]) => {
    const exists = await lstat(join(folder, path)).then(
      () => true,
      () => false,
    );
    return { path, commits: count, exists };
  });
  return { files: await Promise.all(files) };
}

// Git for the tests: repositories with known commits, and a git that never ends.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { testFolder, testProgram } from "./test-folder.ts";

/** Runs git as nobody in particular, with no settings but these, and gives its answer. */
export function git(folder: string, args: readonly string[], settings: NodeJS.ProcessEnv = {}): string {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return execFileSync("git", ["-C", folder, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...Object.fromEntries(kept),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      LC_ALL: "C",
      ...settings,
    },
    maxBuffer: 100_000_000,
  });
}

/** Commits all that is there. `author` is the part before `@example.invalid`; `date` as `2024-01-31`. */
export function commit(folder: string, author: string, date: string): void {
  const who = { NAME: `Example ${author}`, EMAIL: `${author}@example.invalid`, DATE: `${date}T12:00:00Z` };
  const identity = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  git(folder, ["add", "--all"]);
  git(
    folder,
    ["commit", "--quiet", "--allow-empty", "--message", "a change"],
    Object.fromEntries(identity) as NodeJS.ProcessEnv,
  );
}

/** A program `git` that adds its process's id to `pidFile` and then sleeps; `path` finds it before the real one. */
export function sleepingGit(first = ""): { readonly path: string; readonly pidFile: string } {
  const pidFile = join(testFolder(), "pid");
  const folder = testProgram("git", `${first}\necho $$ >> '${pidFile}'\nexec sleep 600`);
  return { path: `${folder}:${process.env["PATH"]}`, pidFile };
}

/** The ids of all `count` processes; throws as long as there are fewer. */
export function readPids(pidFile: string, count: number): number[] {
  const pids = readFileSync(pidFile, "utf8").split("\n").slice(0, -1).map(Number);
  if (pids.length < count) throw new Error(`only ${pids.length} of ${count} so far`);
  return pids;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

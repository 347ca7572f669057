// The folder may come from anyone, and a repository's own settings can name programs for git to run. Every call is
// made so that git runs none of them: no shell, no hooks, no pager, no file-system monitor, no diff or signature
// programs, no network. It reads, it ends with the signal or after a minute, and its answer is never held as a whole.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

import { fileName } from "./file-name.ts";

const TIME_LIMIT_MS = 60_000;
const RECORD_LIMIT_BYTES = 65_536;

/** In the place of figures that only git knows: why there are none. */
export interface NoGit {
  readonly missing: string;
}

/** Thrown where git gave no answer, which is no reason to fail. */
export class GitError extends Error {}

/** The figures, or why git could not give them. */
export async function orMissing<Figures>(figures: Promise<Figures>): Promise<Figures | NoGit> {
  return figures.catch((error: unknown) => {
    if (error instanceof GitError) return { missing: error.message };
    throw error;
  });
}

/** The commits that touch a folder, newest first, in the format asked for: one string for each NUL in git's answer. */
export async function* gitLog(folder: string, options: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  let prefix = "";
  for await (const text of git(folder, ["rev-parse", "--show-prefix"], signal)) prefix += text;
  const whole = prefix === "\n"; // the repository's top folder: count also the commits that touch no file
  const log = ["log", "-z", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative"];
  yield* git(folder, [...log, ...options, ...(whole ? [] : ["--full-history", "--", "."])], signal);
}

/** Runs git in a folder. Yields what stands between the NULs of its answer. */
export async function* git(folder: string, args: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(TIME_LIMIT_MS);
  const child = spawn("git", [...QUIET, "-C", folder, ...args], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, late]),
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  const end = ending(child);
  let complete = false;
  try {
    yield* records(child.stdout);
    complete = true;
  } finally {
    if (!complete) child.kill("SIGKILL");
    await end;
  }
  signal.throwIfAborted();
  if (late.aborted) throw new GitError(`git took longer than ${TIME_LIMIT_MS / 1000} s`);
  const problem = await end;
  if (problem !== undefined) throw new GitError(problem);
}

const QUIET = [
  ["--no-pager", "--literal-pathspecs", "--no-optional-locks"],
  ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false"],
  ["-c", "safe.bareRepository=explicit"],
].flat();

/** Without the caller's `GIT_DIR` and the like, which would send git to another repository. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

async function* records(stdout: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let nul = bytes.indexOf(0); nul !== -1; nul = bytes.indexOf(0, from)) {
      yield fileName(bytes.subarray(from, nul)).text;
      from = nul + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > RECORD_LIMIT_BYTES) throw new GitError("git's answer has a part that is too long to be a name");
  }
  if (rest.length > 0) yield fileName(rest).text;
}

/** Settles when git has ended and its pipes are closed: with nothing, or with what went wrong. */
function ending(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string | undefined> {
  let complaint = "";
  let failure: NodeJS.ErrnoException | undefined;
  child.on("error", (error) => (failure ??= error));
  child.stderr.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, 2000)));
  return new Promise((resolve) => {
    child.on("close", (code, killedBy) => {
      const line = complaint.split("\n", 1)[0]?.replace(/^(?:fatal|error): /, "");
      if (code === 0) resolve(undefined);
      else if (failure?.code === "ENOENT") resolve("git is not installed");
      else resolve(line || failure?.message || `git ended with ${killedBy ?? `code ${code}`}`);
    });
  });
}

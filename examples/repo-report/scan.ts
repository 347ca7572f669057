import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { AitorError, task } from "aitor";

import { visible } from "./escape.ts";
import type { Omission } from "./facts.ts";
import { fileName } from "./file-name.ts";
import { gitIgnored } from "./ignored.ts";
import { why } from "./omitted.ts";
import { MARKERS, SKIPPED } from "./skipped.ts";

/** Some of the files below a folder. Paths are relative to it, with "/" between the parts. */
export interface Batch {
  /** The absolute path of the folder that is reported on. */
  readonly folder: string;
  readonly files: readonly string[];
  /** What the scan came upon and left out. */
  readonly omitted: readonly Omission[];
}

/** Enough to be worth a step, few enough that a step is soon done. */
const BATCH_SIZE = 200;

/** Lists the files below a folder, in batches. Reads none of them. */
export const scan = task.step("scan", async (step, folder: string): Promise<Batch[]> => {
  const root = resolve(folder);
  const ignored = await gitIgnored(root, step.abortSignal);
  const batches: Batch[] = [];
  let found = 0;
  for await (const entries of inGroups(walk(root, ignored, step.abortSignal), BATCH_SIZE)) {
    const files = entries.filter((entry) => typeof entry === "string");
    const omitted = entries.filter((entry) => typeof entry !== "string");
    batches.push({ folder: root, files, omitted });
    found += files.length;
    step.progress({ done: found, note: "files found" });
  }
  return batches;
});

/** The path of every file below a folder, and everything that is left out: folder by folder, in the order of names. */
async function* walk(
  root: string,
  ignored: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<string | Omission> {
  const folders = [""];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    signal.throwIfAborted();
    const entries = await list(root, at);
    if (!Array.isArray(entries)) {
      yield entries;
      continue;
    }
    const below: string[] = [];
    for (const entry of entries) {
      const name = fileName(entry.name);
      const path = `${at}${name.text}${entry.isDirectory() ? "/" : ""}`;
      const skipped = SKIPPED.get(name.text) ?? (ignored.has(path) ? "ignored by git" : undefined);
      if (skipped !== undefined) yield { path, kind: "skipped", why: skipped };
      else if (!name.exact) yield { path, kind: "unread", why: "its name is not UTF-8" };
      else if (entry.isFile()) yield path;
      else if (entry.isDirectory()) below.push(path);
      else yield await special(root, path, entry);
    }
    folders.push(...below.reverse());
  }
}

/** A folder's entries by name, or why they are left out. Names come as bytes: not all of them are UTF-8. */
async function list(root: string, path: string): Promise<Dirent<Buffer>[] | Omission> {
  try {
    const entries = await readdir(join(root, path), { withFileTypes: true, encoding: "buffer" });
    const marker = entries.map((entry) => entry.name.toString()).find((name) => MARKERS.has(name));
    if (marker !== undefined && path !== "") return { path, kind: "skipped", why: `holds a ${marker}` };
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (error) {
    if (path === "") throw notAFolder(root, error);
    return { path, kind: "unread", why: why(error) };
  }
}

/** An entry that is neither a file nor a folder. Links are not followed: what they lead to may be anywhere. */
async function special(root: string, path: string, entry: Dirent<Buffer>): Promise<Omission> {
  if (entry.isSymbolicLink()) {
    return stat(join(root, path)).then(
      () => ({ path, kind: "skipped", why: "symbolic link, not followed" }),
      () => ({ path, kind: "unread", why: "symbolic link that leads nowhere" }),
    );
  }
  const kind = entry.isFIFO() ? "FIFO" : entry.isSocket() ? "socket" : "device or the like";
  return { path, kind: "unread", why: `not a file but a ${kind}` };
}

function notAFolder(path: string, error: unknown): AitorError {
  return new AitorError({
    code: "not-a-folder",
    message: `there is no folder to report on at "${visible(path)}"`,
    expected: "the path of a folder that can be read",
    got: why(error),
    fix: "give the path of a folder, absolute or relative to the current one",
  });
}

/** What comes, `size` at a time; the last group may be smaller. */
async function* inGroups<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

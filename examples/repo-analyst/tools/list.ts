import { tool } from "aitor";
import { z } from "zod";

import { bounded, noteOf } from "../bounded.ts";
import { refusedPath } from "../refused-path.ts";
import type { RootedFolder } from "../rooted-folder.ts";
import type { Entry, Sources } from "../sources.ts";
import { pathInput } from "./inputs.ts";
import { withSources } from "./with-sources.ts";

interface Listed {
  /** A folder's ends with "/". */
  readonly path: string;
  /** Of a file. */
  readonly bytes?: number;
  /** Why no tool looks into it. */
  readonly leftOut?: string;
}

export interface ListResult {
  readonly path: string;
  readonly entries: readonly Listed[];
  /** How many there are, listed or not. */
  readonly total: number;
  readonly note?: string;
}

const MOST = 200;
const MOST_WALKED = 20_000;
const MORE = "there are more: list a folder further down";

export const list = tool({
  name: "list",
  description: "Lists what stands in a folder: files with their sizes, folders, and what the tools leave out and why.",
  access: "read",
  timeout: "60s",
  input: z.object({
    path: pathInput,
    depth: z.number().int().min(1).max(4).default(1).describe("how many levels of folders are listed"),
  }),
  run: ({ path, depth }, step, context): Promise<ListResult> =>
    withSources(context, step, async (sources, signal) => {
      const place = await sources.find(path);
      if (place.kind === "file") throw refusedPath(path, "a file, which read shows");
      const found: Listed[] = [];
      await collect(sources, place.folder, depth, found, signal);
      const { shown, notes } = bounded(found, MOST, "entries");
      if (found.length >= MOST_WALKED)
        return { path, entries: shown, total: found.length, ...noteOf([...notes, MORE]) };
      return { path, entries: shown, total: found.length, ...noteOf(notes) };
    }),
});

/** Each folder's entries stand behind it. */
async function collect(
  sources: Sources,
  folder: RootedFolder,
  depth: number,
  found: Listed[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  for (const entry of await sources.entries(folder)) {
    if (found.length >= MOST_WALKED) return;
    found.push(await sized(folder, entry));
    if (depth === 1 || entry.kind !== "folder" || entry.leftOut !== undefined) continue;
    await using inner = await folder.folder(entry.name).catch(() => undefined);
    if (inner !== undefined) await collect(sources, inner, depth - 1, found, signal);
  }
}

async function sized(folder: RootedFolder, { name, path, kind, leftOut }: Entry): Promise<Listed> {
  if (leftOut !== undefined) return { path, leftOut };
  if (kind !== "file") return { path };
  const stats = await folder.stats(name).catch(() => undefined);
  return stats === undefined ? { path, leftOut: "it is gone" } : { path, bytes: stats.size };
}

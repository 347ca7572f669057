import { basename, join } from "node:path";

import { task } from "aitor";

import { capped, type Capped } from "./capped.ts";
import type { Omission } from "./facts.ts";
import { parserOf, type Dependency } from "./manifests.ts";
import { why } from "./omitted.ts";
import { openFile } from "./open-file.ts";
import type { Batch } from "./scan.ts";

export interface Dependencies {
  /** How many files that name dependencies were understood, if only in part. */
  readonly manifests: number;
  /** How many different names they hold. */
  readonly names: number;
  readonly listed: Capped<Dependency & { readonly manifest: string }>;
  /** What could not be understood, with the reason. */
  readonly unparsed: Capped<Omission>;
}

const SIZE_LIMIT_BYTES = 1_000_000;

/** What the manifests in the folder ask for, such as those of npm, Python, Rust and Go. */
export const dependencies = task.step(
  "dependencies",
  async (step, batches: readonly Batch[]): Promise<Dependencies> => {
    const listed: (Dependency & { manifest: string })[] = [];
    const unparsed: Omission[] = [];
    let manifests = 0;
    for (const { folder, files } of batches) {
      for (const path of files) {
        const parse = parserOf(basename(path));
        if (parse === undefined) continue;
        step.abortSignal.throwIfAborted();
        try {
          const manifest = parse(await readText(join(folder, path)));
          manifests++;
          for (const dependency of manifest.dependencies) listed.push({ ...dependency, manifest: path });
          for (const part of manifest.unparsed) unparsed.push({ path, kind: "unread", why: part });
        } catch (error) {
          unparsed.push({ path, kind: "unread", why: why(error) });
        }
      }
    }
    const names = new Set(listed.map(({ name }) => name)).size;
    return { manifests, names, listed: capped(listed, 200), unparsed: capped(unparsed, 50) };
  },
);

async function readText(path: string): Promise<string> {
  await using file = await openFile(path);
  if (file.bytes > SIZE_LIMIT_BYTES) throw new Error("larger than 1 MB");
  const text = await file.handle.readFile("utf8");
  return text.replace(/^\uFEFF/, "");
}

import { tool } from "aitor";
import { z } from "zod";

import { type Dependency, parserOf } from "../../repo-report/manifests.ts";
import { why } from "../../repo-report/omitted.ts";
import { bounded, clip, noteOf } from "../bounded.ts";
import { type FoundFile, walk, stopNotes } from "../walk.ts";
import { pathInput } from "./inputs.ts";
import { withSources } from "./with-sources.ts";

interface Listed extends Dependency {
  readonly manifest: string;
}

export interface DependenciesResult {
  /** The files that were understood, if only in part. */
  readonly manifests: readonly string[];
  readonly manifestsTotal: number;
  /** How many different names they hold. */
  readonly names: number;
  readonly listed: readonly Listed[];
  readonly unread: readonly { readonly path: string; readonly why: string }[];
  readonly note?: string;
}

const MOST_BYTES = 1_000_000;
const MOST = 150;

export const dependencies = tool({
  name: "dependencies",
  description:
    "Lists what the manifests below a path ask for: package.json, pyproject.toml, requirements*.txt, Cargo.toml, go.mod.",
  access: "read",
  timeout: "60s",
  input: z.object({ path: pathInput }),
  run: ({ path }, step, context): Promise<DependenciesResult> =>
    withSources(context, step, async (sources, signal) => {
      const manifests: string[] = [];
      const listed: Listed[] = [];
      const unread: { path: string; why: string }[] = [];
      const visit = async (file: FoundFile): Promise<void> => {
        const parse = parserOf(file.name);
        if (parse === undefined) return;
        try {
          const { dependencies: found, unparsed } = parse(await textOf(file));
          manifests.push(file.path);
          for (const each of found) listed.push({ ...clipped(each), manifest: file.path });
          for (const part of unparsed) unread.push({ path: file.path, why: clip(part, 200) });
        } catch (error) {
          unread.push({ path: file.path, why: clip(why(error), 200) });
        }
      };
      const walked = await walk(sources, path, visit, signal);
      // Those nearest to the top first.
      const depth = (of: string): number => of.split("/").length;
      const order = (a: string, b: string): number => depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0);
      listed.sort((a, b) => order(a.manifest, b.manifest));
      const files = bounded(manifests.sort(order), 50, "manifests");
      const shown = bounded(listed, MOST, "dependencies");
      const faults = bounded(unread, 20, "parts that were not understood");
      return {
        manifests: files.shown,
        manifestsTotal: manifests.length,
        names: new Set(listed.map(({ name }) => name)).size,
        listed: shown.shown,
        unread: faults.shown,
        ...noteOf([...files.notes, ...shown.notes, ...faults.notes, ...stopNotes(walked)]),
      };
    }),
});

async function textOf(file: FoundFile): Promise<string> {
  await using opened = await file.open();
  if (opened.bytes > MOST_BYTES) throw new Error("larger than 1 MB");
  return (await opened.handle.readFile("utf8")).replace(/^\uFEFF/, "");
}

function clipped({ name, version, group }: Dependency): Dependency {
  return { name: clip(name, 200), version: clip(version, 100), group: clip(group, 100) };
}

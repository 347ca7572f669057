import { tool } from "aitor";
import { z } from "zod";

import type { Capped } from "../../repo-report/capped.ts";
import { contentOf } from "../../repo-report/content.ts";
import { languageOf } from "../../repo-report/languages.ts";
import { bounded, noteOf } from "../bounded.ts";
import { matchesAny } from "../name-pattern.ts";
import { type FoundFile, type Omitted, walk, walkNotes } from "../walk.ts";
import { namesInput, pathInput } from "./inputs.ts";
import { withSources } from "./with-sources.ts";

/** What the files of a language or a folder amount to, or one file. */
export interface Group {
  readonly name: string;
  readonly files: number;
  /** 0 for binary files. */
  readonly lines: number;
  readonly bytes: number;
  /** Of a file. */
  readonly language?: string;
}

export interface CountResult {
  readonly path: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly by: "language" | "folder" | "file";
  /** The greatest first. */
  readonly groups: readonly Group[];
  /** How many there are, listed or not. */
  readonly groupsTotal: number;
  readonly leftOut: Capped<Omitted>;
  readonly note?: string;
}

export const count = tool({
  name: "count",
  description:
    "Counts files, lines and bytes of all below a path, by language, by the folders right below it, or file by file. Binary files have no lines.",
  access: "read",
  timeout: "60s",
  input: z.object({
    path: pathInput,
    by: z.enum(["language", "folder", "file"]).default("language"),
    names: namesInput,
    language: z.string().max(40).optional().describe('files of one language alone, such as "TypeScript"'),
    order: z.enum(["lines", "bytes", "files"]).default("lines").describe("what is great"),
    limit: z.number().int().min(1).max(100).default(20).describe("how many groups are listed; all are counted"),
  }),
  run: ({ path, by, names, language, order, limit }, step, context): Promise<CountResult> =>
    withSources(context, step, async (sources, signal) => {
      const place = await sources.find(path);
      const base = place.folder.path;
      const groups = new Map<string, Group>();
      const visit = async (file: FoundFile): Promise<void> => {
        if (!matchesAny(file, names)) return;
        await using opened = await file.open();
        const content = await contentOf(opened, () => {}, signal);
        const own = languageOf(file.path, content);
        if (language !== undefined && own.toLowerCase() !== language.toLowerCase()) return;
        const name = by === "language" ? own : by === "file" ? file.path : folderBelow(file.path, base);
        const sum = groups.get(name) ?? { name, files: 0, lines: 0, bytes: 0 };
        groups.set(name, {
          name,
          files: sum.files + 1,
          lines: sum.lines + content.lines,
          bytes: sum.bytes + content.bytes,
          ...(by === "file" && { language: own }),
        });
      };
      const walked = await walk(sources, path, visit, signal);
      const sorted = [...groups.values()].sort((a, b) => b[order] - a[order] || b.bytes - a.bytes || byName(a, b));
      const sum = (of: "files" | "lines" | "bytes"): number => sorted.reduce((all, group) => all + group[of], 0);
      const { shown, notes } = bounded(sorted, limit, "groups");
      return {
        path,
        files: sum("files"),
        lines: sum("lines"),
        bytes: sum("bytes"),
        by,
        groups: shown,
        groupsTotal: sorted.length,
        leftOut: walked.leftOut,
        ...noteOf([...notes, ...walkNotes(walked)]),
      };
    }),
});

/** The folder right below the base that a file is in, with "/" at its end; the base itself is its own path. */
function folderBelow(path: string, base: string): string {
  const slash = path.indexOf("/", base.length);
  return slash === -1 ? base || "./" : path.slice(0, slash + 1);
}

function byName(a: Group, b: Group): number {
  return a.name < b.name ? -1 : 1;
}

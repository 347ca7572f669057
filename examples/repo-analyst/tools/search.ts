import { tool } from "aitor";
import { z } from "zod";

import type { Capped } from "../../repo-report/capped.ts";
import { contentOf } from "../../repo-report/content.ts";
import { LINE_LIMIT } from "../../repo-report/todos.ts";
import { bounded, clip, noteOf } from "../bounded.ts";
import { matchesAny } from "../name-pattern.ts";
import { mayHoldKeys } from "../sources.ts";
import { type FoundFile, type Omitted, walk, walkNotes } from "../walk.ts";
import { namesInput, pathInput } from "./inputs.ts";
import { withSources } from "./with-sources.ts";

interface Match {
  readonly path: string;
  /** The first line is 1. */
  readonly line: number;
  readonly text: string;
}

/** What one of several texts amounts to. */
interface Found {
  readonly text: string;
  readonly lines: number;
  readonly files: number;
}

export interface SearchResult {
  readonly matches: readonly Match[];
  /** How many lines match, listed or not. */
  readonly total: number;
  /** How many files they are in. */
  readonly files: number;
  /** The files with the most, the most first. */
  readonly byFile: readonly { readonly path: string; readonly lines: number }[];
  readonly byText: readonly Found[];
  /** How many text files were looked at. */
  readonly of: number;
  readonly leftOut: Capped<Omitted>;
  readonly note?: string;
}

const AROUND = 80;
const MOST_FILES_LISTED = 20;
/** Lines that are kept of a file; all are counted. */
const MOST_KEPT = 100;

export const search = tool({
  name: "search",
  description:
    "Searches the lines of all text files below a path for texts, letter by letter: nothing in them is a pattern. Of a line, the first 2,000 characters count.",
  access: "read",
  timeout: "60s",
  input: z.object({
    texts: z.array(z.string().min(1).max(200)).min(1).max(50).describe("a line with any of these matches"),
    path: pathInput,
    names: namesInput,
    word: z.boolean().default(false).describe("whole words only"),
    ignoreCase: z.boolean().default(false),
    limit: z.number().int().min(1).max(100).default(30).describe("how many matches are listed; all are counted"),
  }),
  run: ({ texts, path, names, word, ignoreCase, limit }, step, context): Promise<SearchResult> =>
    withSources(context, step, async (sources, signal) => {
      const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
      const wanted = texts.map(fold);
      const counts = texts.map((text) => ({ text, lines: 0, files: 0 }));
      const perFile: { path: string; lines: number; matches: Match[] }[] = [];
      let of = 0;
      const visit = async (file: FoundFile): Promise<void> => {
        if (!matchesAny(file, names)) return;
        if (mayHoldKeys(file.path)) throw new Error("often holds keys");
        const own = { path: file.path, lines: 0, matches: [] as Match[] };
        const seen = new Set<number>();
        await using opened = await file.open();
        const { binary } = await contentOf(
          opened,
          (whole, line) => {
            const text = fold(whole.slice(0, LINE_LIMIT));
            const hits = wanted.flatMap((each, index) => (placeOf(text, each, word) === -1 ? [] : [index]));
            if (hits.length === 0) return;
            own.lines++;
            for (const index of hits) {
              if (counts[index]) counts[index].lines++;
              seen.add(index);
            }
            const at = placeOf(text, wanted[hits[0] ?? 0] ?? "", word);
            if (own.matches.length < MOST_KEPT) own.matches.push({ path: file.path, line, text: around(whole, at) });
          },
          signal,
        );
        if (!binary) of++;
        for (const index of seen) if (counts[index]) counts[index].files++;
        if (own.lines > 0) perFile.push(own);
      };
      const walked = await walk(sources, path, visit, signal);
      perFile.sort((a, b) => (a.path < b.path ? -1 : 1));
      const total = perFile.reduce((sum, { lines }) => sum + lines, 0);
      const { shown } = bounded(
        perFile.flatMap(({ matches }) => matches),
        limit,
        "lines",
      );
      const most = perFile.toSorted((a, b) => b.lines - a.lines).map(({ path: at, lines }) => ({ path: at, lines }));
      const byFile = bounded(most.slice(0, MOST_FILES_LISTED), MOST_FILES_LISTED, "files").shown;
      const notes = shown.length < total ? [`the first ${shown.length} of ${total} matches are listed`] : [];
      return {
        matches: shown,
        total,
        files: perFile.length,
        byFile,
        byText: counts,
        of,
        leftOut: walked.leftOut,
        ...noteOf([...notes, ...walkNotes(walked)]),
      };
    }),
});

const IN_WORD = /[\p{L}\p{N}_]/u;

/** Where a text stands in a line; -1: nowhere. */
function placeOf(line: string, text: string, word: boolean): number {
  for (let at = line.indexOf(text); at !== -1; at = line.indexOf(text, at + 1)) {
    if (!word) return at;
    const before = Array.from(line.slice(Math.max(0, at - 2), at)).at(-1) ?? "";
    const [after = ""] = line.slice(at + text.length, at + text.length + 2);
    if (!IN_WORD.test(before) && !IN_WORD.test(after)) return at;
  }
  return -1;
}

/** The part of a line that the match stands in. */
function around(line: string, at: number): string {
  const from = at <= AROUND ? 0 : at - AROUND / 2;
  const part = clip(line.slice(from).toWellFormed(), AROUND * 2).trim();
  return from === 0 ? part : `…${part}`;
}

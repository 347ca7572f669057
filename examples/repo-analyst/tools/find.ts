import { tool } from "aitor";
import { z } from "zod";

import { bounded, noteOf } from "../bounded.ts";
import { matchesAny } from "../name-pattern.ts";
import { type FoundFile, walk, stopNotes } from "../walk.ts";
import { namesInput, pathInput } from "./inputs.ts";
import { withSources } from "./with-sources.ts";

export interface FindResult {
  readonly names: readonly string[];
  readonly files: readonly string[];
  /** How many there are, listed or not. */
  readonly total: number;
  /** How many files were looked at. */
  readonly of: number;
  readonly note?: string;
}

const MOST = 100;

export const find = tool({
  name: "find",
  description: "Finds files by their names, in a folder and all below it.",
  access: "read",
  timeout: "60s",
  input: z.object({ path: pathInput, names: namesInput.unwrap() }),
  run: ({ path, names }, step, context): Promise<FindResult> =>
    withSources(context, step, async (sources, signal) => {
      const found: string[] = [];
      const visit = async (file: FoundFile): Promise<void> => {
        if (matchesAny(file, names)) found.push(file.path);
      };
      const walked = await walk(sources, path, visit, signal);
      const { shown, notes } = bounded(found.sort(), MOST, "files");
      return {
        names,
        files: shown,
        total: found.length,
        of: walked.files,
        ...noteOf([...notes, ...stopNotes(walked)]),
      };
    }),
});

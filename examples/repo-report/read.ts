import { join } from "node:path";

import { task } from "aitor";

import { readContent } from "./content.ts";
import { digestText } from "./digest.ts";
import type { Facts, FileSize, Omission, Tally, Todo } from "./facts.ts";
import { languageOf, tally } from "./languages.ts";
import { largestOf } from "./largest.ts";
import { why } from "./omitted.ts";
import type { Batch } from "./scan.ts";
import { todo, TODO_LIMIT } from "./todos.ts";

/** Reads each file of a batch, one after the other, and keeps what the sections of the report are made of. */
export const read = task.step("read", async (step, batch: Batch): Promise<Facts> => {
  const digests: string[] = [];
  const tallies: Tally[] = [];
  const sizes: FileSize[] = [];
  const todos: Todo[] = [];
  let todosTotal = 0;
  const omitted: Omission[] = [...batch.omitted];
  for (const path of batch.files) {
    try {
      const found = (line: string, number: number) => {
        const text = todo(line);
        if (text !== undefined && ++todosTotal <= TODO_LIMIT) todos.push({ path, line: number, text });
      };
      const content = await readContent(join(batch.folder, path), found, step.abortSignal);
      tallies.push({ language: languageOf(path, content), files: 1, lines: content.lines, bytes: content.bytes });
      sizes.push({ path, bytes: content.bytes });
      digests.push(digestText(content));
    } catch (error) {
      step.abortSignal.throwIfAborted();
      omitted.push({ path, kind: "unread", why: why(error) });
      digests.push("");
    }
  }
  step.progress({ done: batch.files.length, total: batch.files.length, note: "files" });
  return {
    digests,
    tallies: tally(tallies),
    largest: largestOf(sizes),
    todos: { total: todosTotal, first: todos },
    omitted,
  };
});

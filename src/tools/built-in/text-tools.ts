import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import { wrongArguments } from "./wrong-arguments.ts";

/** Characters that a replacement may make. */
const LONGEST = 1_000_000;
const TEXT = { type: "string", description: "the text" };
/** Long enough for a phrase, short enough that a search costs little whatever is in it. */
const FIND = { type: "string", minLength: 1, maxLength: 200, description: "the exact characters to look for" };

interface Counted {
  readonly characters: number;
  readonly words: number;
  readonly lines: number;
}

/** Counts characters as people see them, words and lines. */
export const countText: DefinedTool<"count_text", { text: string }, { text: string }, Counted> = tool({
  name: "count_text",
  description: "Counts the characters, words and lines of a text.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<{ text: string }>({
    type: "object",
    properties: { text: TEXT },
    required: ["text"],
    additionalProperties: false,
  }),
  run: ({ text }) => ({
    characters: count(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)),
    words: text.match(/\S+/g)?.length ?? 0,
    lines: text === "" ? 0 : text.split(/\r\n|\r|\n/).length,
  }),
});

interface Search {
  readonly text: string;
  readonly find: string;
  readonly limit?: number;
}

interface Found {
  readonly count: number;
  readonly places: readonly { readonly line: number; readonly column: number }[];
}

/** Finds where a text occurs in another one. */
export const findText: DefinedTool<"find_text", Search, Search, Found> = tool({
  name: "find_text",
  description:
    "Finds where exact characters stand in a text: how often, and the lines and columns (from 1) of the first.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Search>({
    type: "object",
    properties: {
      text: TEXT,
      find: FIND,
      limit: { type: "integer", minimum: 1, maximum: 500, description: "places to tell; 50 if it is left out" },
    },
    required: ["text", "find"],
    additionalProperties: false,
  }),
  run: ({ text, find, limit = 50 }) => {
    const places: { line: number; column: number }[] = [];
    let found = 0;
    let line = 1;
    let lineStart = 0;
    for (let place = text.indexOf(find); place !== -1; place = text.indexOf(find, place + find.length)) {
      found++;
      if (places.length === limit) continue;
      for (let end = text.indexOf("\n", lineStart); end !== -1 && end < place; end = text.indexOf("\n", lineStart)) {
        line++;
        lineStart = end + 1;
      }
      places.push({ line, column: place - lineStart + 1 });
    }
    return { count: found, places };
  },
});

interface Replacement {
  readonly text: string;
  readonly find: string;
  readonly replace: string;
}

/** Replaces every occurrence of a text. Neither text is treated as a pattern. */
export const replaceText: DefinedTool<
  "replace_text",
  Replacement,
  Replacement,
  { readonly count: number; readonly text: string }
> = tool({
  name: "replace_text",
  description: "Replaces all occurrences of exact characters in a text.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Replacement>({
    type: "object",
    properties: { text: TEXT, find: FIND, replace: { type: "string", description: "what stands there then" } },
    required: ["text", "find", "replace"],
    additionalProperties: false,
  }),
  run: ({ text, find, replace }) => {
    let found = 0;
    for (let place = text.indexOf(find); place !== -1; place = text.indexOf(find, place + find.length)) found++;
    const length = text.length + found * (replace.length - find.length);
    if (length > LONGEST) {
      const fix = "replace in a part of the text, or with less";
      throw wrongArguments("the text would be too long", `at most ${LONGEST} characters`, `${length}`, fix);
    }
    return { count: found, text: text.replaceAll(find, () => replace) };
  },
});

function count(things: Iterable<unknown>): number {
  let found = 0;
  for (const _ of things) found++;
  return found;
}

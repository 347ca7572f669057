import { task } from "aitor";

import { joined, type Capped } from "./capped.ts";
import type { Facts, Todo } from "./facts.ts";

/** How many are listed; all are counted. */
export const TODO_LIMIT = 100;

/** The notes to come back to, in the order of the files. */
export const todos = task("todos", (facts: readonly Facts[]): Capped<Todo> => {
  return joined(
    facts.map((batch) => batch.todos),
    TODO_LIMIT,
  );
});

/** The words that mark such a line, with a space, a colon, a bracket or nothing after them. */
export const MARKERS = ["TODO", "FIXME", "XXX", "HACK"] as const;
const MARKED = new RegExp(`\\b(?:${MARKERS.join("|")})(?=[\\s:(]|$).*`);

/** A line of a minified file may have megabytes: a marker further on is not looked for. */
export const LINE_LIMIT = 2000;

/** The note in a line, if there is one. */
export function todo(line: string): string | undefined {
  const text = MARKED.exec(line.slice(0, LINE_LIMIT))?.[0];
  return text === undefined
    ? undefined
    : clip(
        text
          .trimEnd()
          .replace(/(?:\*\/|-->)$/, "")
          .trimEnd(),
      );
}

function clip(text: string): string {
  const characters = Array.from(text);
  return characters.length > 120 ? `${characters.slice(0, 119).join("")}…` : text;
}

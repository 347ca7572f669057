import type { ToolCallPart } from "../../llm/index.ts";

interface Edited {
  readonly call: ToolCallPart;
  /** What it was made with, where a person changed it. */
  readonly edited?: unknown;
}

/** What the model has to know: it sees its own arguments beside what came of other ones. Nothing where nobody changed any. */
export function editsNote(made: readonly Edited[]): string | undefined {
  const lines = made.flatMap(({ call, edited }) => {
    if (edited === undefined) return [];
    const text = JSON.stringify(edited);
    return `A person changed your call of ${call.name}. It was made with: ${text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text}`;
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Characters of arguments that are told. */
const LONGEST = 2_000;

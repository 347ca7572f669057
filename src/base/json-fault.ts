import { clipped } from "./clipped.ts";

/** Where a text stops being JSON. */
export interface JsonFault {
  /** What is wrong there, such as `unexpected token 'h'`. */
  readonly what: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** The text from there on, cut. */
  readonly excerpt: string;
}

/**
 * `JSON.parse` names the position of some faults only. A text is at fault at the end of its shortest beginning that
 * nothing could complete; every longer beginning is at fault too, so that halving finds it.
 */
export function firstFault(text: string, cause: SyntaxError): JsonFault {
  let sound = 0;
  let faulty = text.length + 1;
  while (faulty - sound > 1) {
    const middle = (sound + faulty) >> 1;
    if (canBeCompleted(text.slice(0, middle))) sound = middle;
    else faulty = middle;
  }
  const before = text.slice(0, sound).split("\n");
  const rest = text.slice(sound).split("\n", 1)[0] as string;
  return {
    what: sound === text.length ? "an unexpected end" : reason(cause),
    line: before.length,
    column: (before.at(-1) as string).length + 1,
    excerpt: clipped(rest, 40),
  };
}

/** Whether the text is JSON, or its fault is only that it ends. */
function canBeCompleted(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position !== undefined) return Number(position) >= text.length;
    return message.includes("end of JSON input");
  }
}

/** V8's words, without the position and the excerpt that it adds to some of them. */
function reason({ message }: SyntaxError): string {
  const words =
    /^([^"]+?)(?:,? \.{0,3}".*| in JSON at position .*| at position .*)?$/s.exec(message)?.[1] ?? "Unexpected text";
  return words.charAt(0).toLowerCase() + words.slice(1);
}

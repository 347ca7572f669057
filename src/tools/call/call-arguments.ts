import { clipped, firstFault } from "../../base/index.ts";
import { type ArgumentLimits, overLimits, tooLarge } from "./argument-limits.ts";
import { failure, type ToolFailure } from "../schema/tool-failure.ts";

/** The arguments as a JSON value, or why they are none. */
export type ReadArguments = { readonly value: unknown } | { readonly failure: ToolFailure };

/**
 * Reads a model's arguments: a value, or JSON as text or bytes. A text is parsed as it is and never repaired; an empty one,
 * which providers send for a tool without arguments, stands for `{}`.
 */
export function readArguments(given: unknown, tool: string, limits: ArgumentLimits): ReadArguments {
  const read = given instanceof Uint8Array ? decode(given, tool, limits) : { value: given };
  if ("failure" in read) return read;
  const parsed = typeof read.value === "string" ? parse(read.value, tool, limits) : { value: read.value ?? {} };
  if ("failure" in parsed) return parsed;
  const refused = overLimits(parsed.value, tool, limits);
  return refused === undefined ? parsed : { failure: refused };
}

function decode(bytes: Uint8Array, tool: string, { characters }: ArgumentLimits): ReadArguments {
  // No character takes more than three bytes for each of its UTF-16 units.
  if (bytes.length > characters * 3) return { failure: tooLarge(tool, characters, `${bytes.length} bytes`) };
  try {
    return { value: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return {
      failure: failure("broken-text", `tool "${tool}" was not called, its arguments are no text`, {
        expected: "JSON in UTF-8",
        got: "bytes that are not UTF-8",
        fix: "write the arguments again",
      }),
    };
  }
}

function parse(text: string, tool: string, { characters }: ArgumentLimits): ReadArguments {
  if (text.length > characters) return { failure: tooLarge(tool, characters, `${text.length}`) };
  if (text.trim() === "") return { value: {} };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { failure: brokenJson(text, tool, error as SyntaxError) };
  }
}

function brokenJson(text: string, tool: string, cause: SyntaxError): ToolFailure {
  const { what, line, column, excerpt } = firstFault(text, cause);
  const place = `line ${line}, column ${column}`;
  return failure("broken-json", `tool "${tool}" was not called, its arguments are not JSON`, {
    expected: "one JSON object with the arguments by name",
    got: clipped(`${what} at ${place}${excerpt === "" ? "" : `: ${excerpt}`}`),
    fix: "correct it there, and call the tool again with all of its arguments",
  });
}

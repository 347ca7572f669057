import { clipped, describe, firstFault } from "../../base/index.ts";
import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import { pointed, pointerParts } from "../schema/schema-reference.ts";
import { wrongArguments } from "./wrong-arguments.ts";

const JSON_TEXT = { type: "string", description: "a text that is JSON" };

interface Reading {
  readonly json: string;
  readonly pointer?: string;
}

/** Returns a part of a JSON text. */
export const readJson: DefinedTool<"read_json", Reading, Reading, unknown> = tool({
  name: "read_json",
  description:
    "Reads a text that is JSON, and gives all of it or the part that a JSON pointer names, such as /items/0/name.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Reading>({
    type: "object",
    properties: {
      json: JSON_TEXT,
      pointer: { type: "string", maxLength: 1_000, description: "a JSON pointer (RFC 6901); all if it is left out" },
    },
    required: ["json"],
    additionalProperties: false,
  }),
  run: ({ json, pointer = "" }): unknown => {
    const parts = pointerParts(pointer);
    if (parts === undefined)
      throw wrong("the pointer is none", 'a text that is empty or begins with "/"', describe(pointer));
    const value = pointed(parse(json), parts);
    if (value !== undefined) return value;
    throw wrong(
      "there is nothing at the pointer",
      "a pointer to a part of the JSON; outline_json shows its parts",
      describe(pointer),
    );
  },
});

interface Outlined {
  readonly json: string;
  readonly depth?: number;
}

/** Outlines the structure of a JSON text, without its values. */
export const outlineJson: DefinedTool<"outline_json", Outlined, Outlined, unknown> = tool({
  name: "outline_json",
  description: "Shows what a text that is JSON is made of: names, types and lengths, without the values.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Outlined>({
    type: "object",
    properties: {
      json: JSON_TEXT,
      depth: { type: "integer", minimum: 1, maximum: 10, description: "levels to show; 3 if it is left out" },
    },
    required: ["json"],
    additionalProperties: false,
  }),
  run: ({ json, depth = 3 }): unknown => outline(parse(json), depth),
});

/** Names of an object that are shown. */
const MOST_NAMES = 50;

function outline(value: unknown, depth: number): unknown {
  if (typeof value === "string") return `text of ${value.length}`;
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (Array.isArray(value)) {
    const what = `list of ${value.length}`;
    return value.length === 0 || depth === 1 ? what : { [what]: outline(value[0], depth - 1) };
  }
  const names = Object.keys(value);
  if (depth === 1) return `object of ${names.length}`;
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name) => [name, outline((value as Record<string, unknown>)[name], depth - 1)] as const);
  const left = names.length - MOST_NAMES;
  return Object.fromEntries(left > 0 ? [...shown, ["…", `${left} more`]] : shown);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    const { what, line, column, excerpt } = firstFault(json, error as SyntaxError);
    const place = `${what} at line ${line}, column ${column}`;
    throw wrong("the text is not JSON", "JSON", clipped(excerpt === "" ? place : `${place}: ${excerpt}`));
  }
}

function wrong(message: string, expected: string, got: string): Error {
  return wrongArguments(message, expected, got, "correct the arguments, and call it again");
}

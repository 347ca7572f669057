import {
  checkJson,
  invalidOption,
  invalidOptionGot,
  isAitorError,
  loaded,
  isSchema,
  messageOf,
  nonEmpty,
  redact,
  redactJson,
  type Schema,
  validate,
} from "../../base/index.ts";
import type { FinishReason, OutputSpec } from "../format/provider.ts";

/** The object that a model should answer with. */
export interface OutputOptions<Output = unknown> {
  /** The schema that checks the answer: any Standard Schema, such as zod's. */
  readonly schema: Schema<unknown, Output>;
  /** The JSON Schema that the model gets. @default what the schema says of itself, as zod's and arktype's do */
  readonly jsonSchema?: object;
  /** A name for the object, in letters, digits, `_` and `-`. @default "answer" */
  readonly name?: string;
  readonly description?: string;
  /** How often the model is shown what is wrong with its answer. @default 2 */
  readonly repairs?: number;
  /** `native`: the provider's own mode; `prompt`: instructions. @default native if the provider has one that works here */
  readonly mode?: "native" | "prompt";
}

/** Output options, checked: made once for an options object. */
export interface Output {
  readonly spec: OutputSpec;
  readonly schema: Schema;
  readonly repairs: number;
  readonly mode: "native" | "prompt" | undefined;
}

const known = new WeakMap<OutputOptions, Output>();
const specs = new WeakMap<Schema, OutputSpec>();

/** @throws AitorError `invalid-option`. */
export function outputOf(options: OutputOptions): Output {
  let output = known.get(options);
  if (output === undefined) {
    output = make(options);
    known.set(options, output);
  }
  return output;
}

function make(options: OutputOptions): Output {
  const { schema, jsonSchema, name, description, repairs = 2, mode } = options;
  checkSchema(schema);
  if (!(Number.isInteger(repairs) && repairs >= 0))
    throw invalidOption("output.repairs", "a whole number ≥ 0", repairs);
  if (mode !== undefined && mode !== "native" && mode !== "prompt") {
    throw invalidOption("output.mode", '"native" or "prompt"', mode);
  }
  if (name !== undefined) nonEmpty(name, "output.name");
  const plain = jsonSchema === undefined && name === undefined && description === undefined;
  const spec = (plain ? specs.get(schema) : undefined) ?? {
    jsonSchema: jsonSchema ?? jsonSchemaOf(schema),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  };
  // The same spec for the same schema, so that what is computed from it is computed once.
  if (plain) specs.set(schema, spec);
  return { spec, schema, repairs, mode };
}

interface SelfDescribing {
  readonly input: (options: { target: string }) => object;
}

function checkSchema(schema: unknown): void {
  if (isSchema(schema)) return;
  const fix = "a JSON Schema becomes one by jsonSchema({ … }) of aitor";
  throw invalidOption("output.schema", "a schema that follows https://standardschema.dev", schema, fix);
}

/** What the schema tells of itself. @throws AitorError `invalid-option`. */
export function jsonSchemaOf(schema: Schema): object {
  checkSchema(schema);
  const { jsonSchema, vendor } = schema["~standard"] as { jsonSchema?: SelfDescribing; vendor: string };
  if (jsonSchema !== undefined) {
    let shown: unknown;
    try {
      shown = jsonSchema.input({ target: "draft-07" });
    } catch (error) {
      throw invalidOptionGot(
        "output.schema",
        "a schema that has a JSON Schema",
        messageOf(error),
        "leave out what JSON cannot say, or give jsonSchema beside it",
      );
    }
    if (typeof shown === "object" && shown !== null) return shown;
  }
  throw invalidOptionGot(
    "output.schema",
    "a schema that tells its JSON Schema, as those of zod 4.2 and arktype 2.1.28 do",
    `a schema of ${vendor} that does not`,
    "give jsonSchema beside it (valibot: toJsonSchema of @valibot/to-json-schema)",
  );
}

/** What an answer was found to be, without secrets. */
export type OutputReading = { readonly object: unknown } | { readonly issues: string };

/**
 * The value that a model's text holds, if it is what the schema asks for. Broken JSON is mended where that is possible, but
 * not that of an answer which was cut off: what is missing of it would be missing in the value, and nobody would know.
 */
export async function readOutput(text: string, reason: FinishReason, { schema }: Output): Promise<OutputReading> {
  const cut = CUT_OFF[reason];
  let issues = cut ?? "It holds no JSON value.";
  let longest = 0;
  for await (const { value, length } of cut === undefined ? jsonValues(text) : wholeValue(text)) {
    try {
      return { object: await checked(schema, value) };
    } catch (error) {
      if (!isAitorError(error, "invalid-value") && !isAitorError(error, "not-json")) throw error;
      if (length > longest)
        issues = redact((isAitorError(error, "invalid-value") ? error.expected : undefined) ?? error.message);
      longest = Math.max(longest, length);
    }
  }
  return { issues };
}

/**
 * What the schema makes of the value without its secrets: they must not reach what a transform makes of them. A schema that
 * asks for the very text of one, such as by its length, is given the value as it is, and they are redacted behind it.
 */
async function checked(schema: Schema, value: unknown): Promise<unknown> {
  // A number may be larger than any that can be told, and what nests too deep cannot be recorded.
  checkJson(value, "the answer", false);
  const shown = redactJson(value);
  if (shown === value) return validate(schema, value, "the answer");
  try {
    return await validate(schema, shown, "the answer");
  } catch (error) {
    if (!isAitorError(error, "invalid-value")) throw error;
    return redactJson(await validate(schema, value, "the answer"));
  }
}

/** A JSON value, and how long its text was. */
interface WrittenValue {
  readonly value: unknown;
  readonly length: number;
}

const CUT_OFF: Readonly<Partial<Record<FinishReason, string>>> = {
  length: "It was cut off before its end: it is longer than you may write.",
  filtered: "It was held back before its end, by the provider's filter.",
};

/** The JSON value in a text that may have been cut off, where nothing is missing of it; a number may go on behind any digit. */
function* wholeValue(text: string): Generator<WrittenValue> {
  for (const { part } of jsonParts(text)) {
    try {
      const value = JSON.parse(part) as unknown;
      if (typeof value !== "number") yield { value, length: part.length };
    } catch {
      // What was cut off is not mended.
    }
  }
}

/** A JSON value in a text. */
export interface ParsedJson {
  readonly value: unknown;
  /** The text ends within it: more than a closing bracket may be missing. */
  readonly isCut: boolean;
}

/**
 * A JSON value in a text, mended where that is possible: all of it, or what stands in a code fence or between words.
 *
 * @param fits Of several, the first that does is taken. @default the first one
 */
export async function parseJsonText(
  text: string,
  fits: (value: unknown) => boolean = () => true,
): Promise<ParsedJson | undefined> {
  let first: ParsedJson | undefined;
  for await (const { value, isCut } of jsonValues(text)) {
    if (fits(value)) return { value, isCut };
    first ??= { value, isCut };
  }
  return first;
}

async function* jsonValues(text: string): AsyncGenerator<WrittenValue & ParsedJson, void, undefined> {
  for (const { part, isCut } of jsonParts(text)) {
    const { length } = part;
    try {
      yield { value: JSON.parse(part) as unknown, length, isCut: false };
    } catch {
      const { jsonrepair } = await loaded(import("jsonrepair"));
      try {
        yield { value: JSON.parse(jsonrepair(part)) as unknown, length, isCut };
      } catch {
        // Nothing that could be mended.
      }
    }
  }
}

/** From where a JSON value begins, without what stands behind it. */
export function jsonPart(text: string): string | undefined {
  for (const { part } of jsonParts(text)) return part;
  return undefined;
}

/** What is looked at of a text in which much stands in brackets. */
const MOST_PARTS = 16;

interface JsonPart {
  readonly part: string;
  readonly isCut: boolean;
}

/** What may be JSON values in a text: what stands in brackets between words may be one, or be words. */
function* jsonParts(text: string): Generator<JsonPart, void, undefined> {
  const trimmed = text.trim();
  if (trimmed === "") return;
  if (/^(?:"|-?\d|true\b|false\b|null\b)/.test(trimmed)) return yield { part: trimmed, isCut: true };
  // The end of a fence is not looked for: there may be fences in the texts of a value.
  const fence = /```(?:json)?\s*(?=[[{])/.exec(trimmed);
  const first = trimmed.search(/[[{]/);
  const bracket = /[[{]/g;
  if (fence !== null && first !== 0 && (first > fence.index || !endOf(trimmed, first).isClosed)) {
    bracket.lastIndex = fence.index + fence[0].length;
  }
  for (let parts = 0; parts < MOST_PARTS; parts++) {
    const start = bracket.exec(trimmed)?.index;
    if (start === undefined) return;
    const found = partFrom(trimmed, start);
    yield found;
    bracket.lastIndex = start + found.part.length;
  }
}

/** From a bracket to the one that closes it; without one, up to the end of the fence, or of the text. */
function partFrom(text: string, start: number): JsonPart {
  const { end, isClosed: isWhole, quoted } = endOf(text, start);
  if (isWhole) return { part: text.slice(start, end), isCut: false };
  const fence = text.indexOf("\n```", start);
  const part = text.slice(start, fence === -1 ? end : fence).trimEnd();
  return { part, isCut: quoted || !/[}\]"]$/.test(part) };
}

/** Behind the bracket that closes the one at `start`, or the text's end, which may be within a text in quotes. */
function endOf(text: string, start: number): { end: number; isClosed: boolean; quoted: boolean } {
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const sign = text[index];
    if (quoted) {
      if (sign === "\\") index++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") {
      depth--;
      if (depth === 0) return { end: index + 1, isClosed: true, quoted };
    }
  }
  return { end: text.length, isClosed: false, quoted };
}

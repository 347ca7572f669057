import { checkJson, clipped, isAitorError, isSchema, messageOf, type Schema, validate } from "../../base/index.ts";
import { type ArtefactHandle, type ArtefactStore, READ_ARTEFACT } from "./artefact.ts";
import { invalidOutputError } from "../schema/errors.ts";
import { type JsonSchema, shownSchema } from "../schema/json-schema.ts";
import type { CutOutput } from "./tool-result.ts";

/** Characters of an output that is cut. */
const PREVIEW = 2_000;

/** Checks what a tool gave. @throws AitorError `invalid-output`. */
export type OutputCheck = (value: unknown) => Promise<unknown>;

/** Nothing where there is no schema. @throws AitorError `invalid-option`. */
export function outputCheck(tool: string, output: Schema | JsonSchema | undefined): OutputCheck | undefined {
  if (output === undefined) return undefined;
  const schema: Schema = isSchema(output) ? output : shownSchema(output, `the output of tool "${tool}"`);
  return async (value) => {
    try {
      return await validate(schema, value, `the output of tool "${tool}"`);
    } catch (error) {
      if (!isAitorError(error, "invalid-value"))
        throw invalidOutputError(tool, "an output that can be checked", messageOf(error), undefined);
      throw invalidOutputError(tool, error.expected ?? "", error.got ?? "", error.data);
    }
  };
}

/** Whether a value is longer than that: the characters of its texts, names and signs, not those that escape them. */
export function isLonger(value: unknown, most: number): boolean {
  if (typeof value === "string") return value.length > most;
  return typeof value === "object" && value !== null && left(value, most, 0) < 0;
}

/** What is left of `most` behind the value. */
function left(value: unknown, most: number, depth: number): number {
  if (typeof value === "string") return most - value.length - 3;
  if (typeof value === "number") return most - String(value).length - 1;
  // What nests that deep is refused where it is recorded.
  if (typeof value !== "object" || value === null || depth > 1_000) return most - 5;
  let rest = most - 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && rest >= 0; index++) rest = left(value[index], rest, depth + 1);
    return rest;
  }
  for (const key of Object.keys(value)) {
    rest = left((value as Readonly<Record<string, unknown>>)[key], rest - key.length - 3, depth + 1);
    if (rest < 0) return rest;
  }
  return rest;
}

/**
 * Keeps an output that is too long as an artefact, and gives its beginning. A store that fails is as none: what the tool
 * does has been done.
 *
 * @throws AitorError `not-json`.
 */
export async function cutOutput(
  value: unknown,
  tool: string,
  most: number,
  artefacts: ArtefactStore | undefined,
): Promise<CutOutput> {
  checkJson(value, `the output of tool "${tool}"`, false);
  const isText = typeof value === "string";
  const text = isText ? value : JSON.stringify(value);
  const mediaType = isText ? "text/plain" : "application/json";
  const preview = text.slice(0, Math.min(PREVIEW, most)).toWellFormed();
  const size = `The output has ${text.length} characters; these are the first ${preview.length}.`;
  let artefact: ArtefactHandle | undefined;
  let missing = "The rest was not kept.";
  try {
    artefact = await artefacts?.put(text, { mediaType, name: tool });
  } catch (error) {
    missing = `The rest could not be kept (${clipped(messageOf(error), 200)}).`;
  }
  if (artefact === undefined) {
    const note = `${size} ${missing} The call was made: ask for less only where it may be made again.`;
    return { preview, characters: text.length, note };
  }
  const note = `${size} Call ${READ_ARTEFACT} with the id "${artefact.id}" for other parts of it.`;
  return { preview, characters: text.length, artefact, note };
}

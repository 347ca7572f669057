import { describe } from "../../base/index.ts";
import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import { READ_ARTEFACT } from "../tool/artefact.ts";
import { wrongArguments } from "./wrong-arguments.ts";

interface Asked {
  readonly id: string;
  readonly offset?: number;
  readonly length?: number;
}

interface Part {
  readonly id: string;
  readonly media_type: string;
  /** Characters of a text, bytes of anything else. */
  readonly size: number;
  readonly offset: number;
  readonly text?: string;
  /** Of what is no text. */
  readonly base64?: string;
  /** Where the next part begins; absent at the end. */
  readonly next_offset?: number;
}

const LONGEST = 10_000;

/** Loads a part of something that was too long to show to the model at once. */
export const readArtefact: DefinedTool<typeof READ_ARTEFACT, Asked, Asked, Part> = tool({
  name: READ_ARTEFACT,
  description:
    "Reads a part of an artefact, such as a tool's output that was too long to be shown, by the id that you were given.",
  category: "basics",
  access: "read",
  maxOutput: LONGEST * 2,
  input: jsonSchema<Asked>({
    type: "object",
    properties: {
      id: { type: "string", minLength: 1, maxLength: 200 },
      offset: { type: "integer", minimum: 0, description: "characters to skip; 0 if it is left out" },
      length: { type: "integer", minimum: 1, maximum: LONGEST, description: "characters; 4000 if it is left out" },
    },
    required: ["id"],
    additionalProperties: false,
  }),
  run: async ({ id, offset = 0, length = 4_000 }, _step, { artefacts }) => {
    const artefact = await artefacts?.get(id);
    if (artefact === undefined) {
      const fix = "copy the id exactly, or call the tool again";
      throw wrongArguments("there is no such artefact", "an id that a tool's result gave you", describe(id), fix);
    }
    const { data, mediaType } = artefact;
    const end = endOf(data, offset, length);
    const part = data.slice(offset, end);
    return {
      id,
      media_type: mediaType,
      size: data.length,
      offset,
      ...(typeof part === "string" ? { text: part.toWellFormed() } : { base64: base64(part) }),
      ...(end < data.length && { next_offset: end }),
    };
  },
});

/** A text is not cut within a character. */
function endOf(data: string | Uint8Array, offset: number, length: number): number {
  const end = Math.min(data.length, offset + length);
  if (typeof data !== "string" || end === data.length) return end;
  return (data.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";

interface Note {
  readonly text: string;
}

/** Notes something that the model wants to keep in view. The note is on record as the call's result. */
export const note: DefinedTool<"note", Note, Note, { readonly noted: string }> = tool({
  name: "note",
  description: "Writes down something to remember while you work on this: a finding, a decision, what is left to do.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Note>({
    type: "object",
    properties: { text: { type: "string", minLength: 1, maxLength: 10_000 } },
    required: ["text"],
    additionalProperties: false,
  }),
  run: ({ text }) => ({ noted: text }),
});

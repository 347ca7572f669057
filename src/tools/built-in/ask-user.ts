import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";

interface Question {
  readonly question: string;
  readonly choices?: readonly string[];
}

/**
 * Asks a person and waits for as long as that takes. The question is the request of the signal `answer` within the call.
 * Answer it with a text; if there are choices, with one of them.
 */
export const askUser: DefinedTool<"ask_user", Question, Question, string> = tool({
  name: "ask_user",
  description: "Asks the user a question and waits for the answer. Use it when you cannot go on without it.",
  category: "basics",
  access: "read",
  input: jsonSchema<Question>({
    type: "object",
    properties: {
      question: { type: "string", minLength: 1, maxLength: 2_000 },
      choices: {
        type: "array",
        minItems: 2,
        maxItems: 20,
        uniqueItems: true,
        items: { type: "string", minLength: 1, maxLength: 200 },
        description: "the answers to choose from; any text if it is left out",
      },
    },
    required: ["question"],
    additionalProperties: false,
  }),
  orchestrate: ({ question, choices }, run) =>
    run.waitFor("answer", {
      request: { question, ...(choices && { choices }) },
      schema: jsonSchema<string>({ type: "string", minLength: 1, ...(choices && { enum: choices }) }),
    }),
});

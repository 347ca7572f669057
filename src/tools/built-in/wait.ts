import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";

interface Waiting {
  readonly seconds: number;
}

/** Waits in the journal, not in a process. */
export const wait: DefinedTool<"wait", Waiting, Waiting, { readonly waited_seconds: number }> = tool({
  name: "wait",
  description: "Waits for some seconds, up to a day, before you go on.",
  category: "basics",
  access: "read",
  input: jsonSchema<Waiting>({
    type: "object",
    properties: { seconds: { type: "number", minimum: 0, maximum: 86_400 } },
    required: ["seconds"],
    additionalProperties: false,
  }),
  orchestrate: async ({ seconds }, run) => {
    await run.sleep(seconds * 1_000);
    return { waited_seconds: seconds };
  },
});

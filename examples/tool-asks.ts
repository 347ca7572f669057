import { agentRef, AitorHost, defineReactAgent, LLMManager, tool } from "aitor";
import type { ReactMessage, ReactOutcome } from "aitor/reasoning";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const reading = new MockProvider(["Three columns: name, size, date."]);
const Reader = defineReactAgent({ name: "reader", llm: new LLMManager({ models: [reading] }) });
const reader = agentRef<ReactMessage, ReactOutcome>("reader");

const readFile = tool({
  name: "read_file",
  description: "Has a file read, and a question about it answered.",
  access: "external",
  input: z.object({ file: z.string(), question: z.string() }),
  orchestrate: async ({ file, question }, run, { budget }) => {
    const problem = `${file}: ${question}`;
    // The reader may use this much. What it used then counts as the caller's.
    const outcome = await run.ask(reader, run.uuid(), { problem, limits: { tokens: 2_000 } });
    const { inputTokens, outputTokens, cost } = outcome.usage;
    budget?.count({ spent: { steps: outcome.steps, tokens: inputTokens + outputTokens, usd: cost } });
    return outcome.answer ?? `no answer: ${outcome.reason}`;
  },
});

const call = { name: "read_file", input: { file: "a.csv", question: "Which columns?" } };
const model = new MockProvider(() => ({ toolCalls: [call] }));
const Boss = defineReactAgent({
  name: "boss",
  llm: new LLMManager({ models: [model] }),
  tools: [readFile],
  limits: { steps: 6 }, // its own steps and the reader's
  repetition: Infinity,
});
await using host = new AitorHost({ agents: [Reader] });
const { reason, steps } = await (await host.open(Boss, "1")).solve("Read the file.");
console.log(reason, steps, reading.calls.length);

/* prints:
steps 3 3
*/

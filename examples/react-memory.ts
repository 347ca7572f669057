import { AitorHost, defineReactAgent, LLMManager, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const locate = tool({
  name: "locate",
  description: "Finds out where the user is.",
  access: "read",
  input: z.object({}),
  run: (_args, step) => {
    step.record("context-set", { city: "Paris" }); // a tool puts something into the memory's context
    return "found";
  },
});
const model = new MockProvider([{ toolCalls: [{ name: "locate", input: {} }] }, "You are in Paris, Ada."]);

const Guide = defineReactAgent({
  name: "guide",
  llm: new LLMManager({ models: [model] }),
  tools: [locate],
  context: (): { user: string; city?: string } => ({ user: "somebody" }),
  showContext: true, // a marked part of what the model is told
  memory: { maxMessages: 500, contextTokens: 20_000 },
  compaction: {}, // what exceeds the limit is summed up, not left out
  // Your own fields, made from the same events.
  fields: {
    initial: () => ({ calls: 0 }),
    apply: (fields, { type }) => (type === "model-called" ? { calls: fields.calls + 1 } : fields),
  },
});

await using host = new AitorHost({ agents: [Guide] });
const guide = await host.open(Guide, "1");
await guide.chat("Where am I?", { context: { user: "Ada" } });

const memory = await guide.read();
console.log(memory.context, memory.fields);
console.log(memory.format({ part: "conversation" }));
console.log(
  await guide
    .getMemoryStats()
    .then(({ messages, toolExecutions, usage }) => ({ messages, toolExecutions, calls: usage.calls })),
);

// To another host, another version, another place. The import returns what it could not read.
const other = await host.open(Guide, "2");
console.log(await other.importMemory(await guide.exportMemory()), (await other.read()).messages().length);
await other.clearSession();
console.log((await other.read()).messages().length, (await other.read()).context);

/* prints:
{ user: 'Ada', city: 'Paris' } { calls: 2 }
user: Where am I?
assistant: calls locate({})
tool locate: found
assistant: You are in Paris, Ada.
{ messages: 4, toolExecutions: 1, calls: 2 }
[] 4
0 { user: 'Ada', city: 'Paris' }
*/

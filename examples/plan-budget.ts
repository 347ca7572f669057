import { AitorHost, definePlanningAgent, LLMManager } from "aitor";
import { MockProvider } from "aitor/testing";

// Each call of this model takes 300 tokens.
const usage = { inputTokens: 280, outputTokens: 20 };
const model = new MockProvider(({ prompt }) => ({ ...answer(JSON.stringify(prompt)), usage }), { maxOutputTokens: 50 });

const Reader = definePlanningAgent({
  name: "reader",
  llm: new LLMManager({ models: [model] }),
  limits: { tokens: 6_000 }, // for the planner and all below it
  plan: { review: "never", reserve: 0.5 }, // a part that sub-agents cannot take
});

await using host = new AitorHost({ agents: [Reader] });
const reader = await host.open(Reader, "shelf");
const { status, answer: said, partial, plan, usage: used } = await reader.solve("Read the ten books.");
console.log(status, said ?? partial);
console.log("within the limit:", used.inputTokens + used.outputTokens <= 6_000);
console.log("every todo is accounted for:", plan?.todos.length === 10);
console.log(
  "done, at least some:",
  plan?.todos.some(({ end }) => end === "done"),
);
console.log(
  "not all:",
  plan?.todos.some(({ end }) => end !== "done"),
);

function answer(shown: string): { text?: string; toolCalls?: { name: string; input: unknown }[] } {
  if (shown.includes('"text":"read book')) return { text: "read" };
  if (shown.includes("no budget left")) return { text: "I could not read all of them." };
  if (shown.includes('"toolName":"plan_add"')) return { toolCalls: [{ name: "plan_work", input: {} }] };
  const todos = Array.from({ length: 10 }, (_, index) => ({ content: `read book ${index + 1}` }));
  return { toolCalls: [{ name: "plan_add", input: { todos } }] };
}

/* prints:
answered I could not read all of them.
within the limit: true
every todo is accounted for: true
done, at least some: true
not all: true
*/

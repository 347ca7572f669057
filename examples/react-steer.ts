import { AitorHost, defineReactAgent, LLMManager } from "aitor";
import { MockProvider } from "aitor/testing";

const summing = new MockProvider(["3 + 4 is 7."]);
const Adder = defineReactAgent({ name: "adder", llm: new LLMManager({ models: [summing] }) });
await using host = new AitorHost({ agents: [Adder] });
const adder = await host.open(Adder, "1");

const model = new MockProvider([
  { toolCalls: [{ name: "adder", input: { problem: "3 + 4?" } }] },
  "C'est 7.",
  "Another end.",
]);
const Boss = defineReactAgent({
  name: "boss",
  llm: new LLMManager({ models: [model] }),
  tools: [adder.asTool({ description: "Adds numbers.", share: 0.3 })], // an agent as a tool, with a part of the budget
});
const boss = await host.open(Boss, "1");

// Added to the run in progress. The model reads it when it is asked next.
const stream = boss.stream("What is 3 + 4?");
for await (const event of stream) {
  if (event.type === "tool-finished") await boss.steer("In French, please.");
}
console.log((await stream.result).answer);

// The same run again, from its record: no model is asked, and no tool is called.
console.log((await boss.replay(stream.id)).same);

// A different continuation from the end of the first turn, in a new agent.
const { agent, stream: other } = await boss.forkRun(stream.id, { at: 1, as: "boss-2" });
console.log(agent.id, (await other.result).answer);

/* prints:
C'est 7.
true
boss-2 Another end.
*/

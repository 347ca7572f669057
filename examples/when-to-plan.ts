import { AitorHost, definePlanningAgent, LLMManager } from "aitor";
import { MockProvider } from "aitor/testing";

// A scripted model that does what it is told: it does one or two steps at once, and plans more.
const model = new MockProvider(({ prompt }) => answer(JSON.stringify(prompt)));
const Helper = definePlanningAgent({ name: "helper", llm: new LLMManager({ models: [model] }) });

await using host = new AitorHost({ agents: [Helper] });
const helper = await host.open(Helper, "ada");

const simple = await helper.solve("What is 2 + 2?");
console.log(simple.answer, simple.plan === undefined ? "without a plan," : "with a plan,", simple.usage.calls, "call");

const hard = await helper.solve("Compare the three offers.");
console.log(hard.answer, hard.plan?.todos.length, "todos,", hard.usage.calls, "calls");

// In a prompt of your own, say it for your field.
export const Surveyor = definePlanningAgent({
  name: "surveyor",
  llm: new LLMManager({ models: [model] }),
  instructions: "Plan only what takes more than five documents. Give each sub-agent no more than three of them.",
});

function answer(shown: string): string | { toolCalls: { name: string; input: unknown }[] } {
  const toldWhen = shown.includes("What takes one or two steps you do at once, without a plan");
  if (toldWhen && !shown.includes("Compare")) return "4";
  if (shown.includes("part of a larger task")) return "read: 90 a month";
  if (shown.includes("All todos are over")) return "All cost the same.";
  const todos = ["first", "second", "third"].map((offer) => ({ content: `read the ${offer} offer` }));
  const isPlanned = shown.includes('"toolName":"plan_add"');
  return { toolCalls: [isPlanned ? { name: "plan_work", input: {} } : { name: "plan_add", input: { todos } }] };
}

/* prints:
4 without a plan, 1 call
All cost the same. 3 todos, 6 calls
*/

import { AitorHost, definePlanningAgent, LLMManager, memoryJournal } from "aitor";
import { recordedPlanning, TodoPlan } from "aitor/planning";
import { MockProvider } from "aitor/testing";

const llm = new LLMManager({ models: [new MockProvider(({ prompt }) => answer(JSON.stringify(prompt)))] });
const Surveyor = definePlanningAgent({ name: "surveyor", llm });
const journal = memoryJournal();
await using host = new AitorHost({ journal, agents: [Surveyor] });
const surveyor = await host.open(Surveyor, "aitor");

// Each event that changes the plan says how, so those who watch have the plan as it is at that moment.
const stream = surveyor.stream("Survey the repository.");
let plan = TodoPlan.empty();
for await (const event of stream) {
  if (!("changes" in event)) continue;
  plan = plan.apply(event.changes);
  const { total, over } = plan.progress();
  console.log(`${event.type}: ${over} of ${total} over`);
}

// The record says the same, and who did what. No agent is opened, and none of its code runs.
const { run } = await stream.result;
const recorded = await recordedPlanning(journal, run);
console.log("the same plan:", JSON.stringify(recorded.plan) === JSON.stringify(plan));
for (const { agent, task, turns, usage } of recorded.agents) {
  console.log(`${agent} for ${task}: ${turns} turn, ${usage.calls} model call`);
}

function answer(shown: string): string | { toolCalls: { name: string; input: unknown }[] } {
  if (shown.includes("part of a larger task")) return "counted";
  if (shown.includes("All todos are over")) return "All is counted.";
  const todos = ["src", "docs"].map((folder) => ({ id: folder, content: `count files in ${folder}` }));
  const isPlanned = shown.includes('"toolName":"plan_add"');
  return { toolCalls: [isPlanned ? { name: "plan_work", input: {} } : { name: "plan_add", input: { todos } }] };
}

/* prints:
plan-made: 0 of 2 over
todo-started: 0 of 2 over
todo-started: 0 of 2 over
todo-finished: 1 of 2 over
todo-finished: 2 of 2 over
the same plan: true
worker for src: 1 turn, 1 model call
worker for docs: 1 turn, 1 model call
*/

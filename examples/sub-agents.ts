import { AitorHost, definePlanningAgent, defineReactAgent, LLMManager, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const llm = new LLMManager({ models: [new MockProvider(({ prompt }) => answer(JSON.stringify(prompt)))] });
const pay = tool({
  name: "pay",
  description: "Pays for a booking.",
  input: z.object({ to: z.string(), amount: z.number() }),
  access: "money",
  approval: true,
  run: ({ to, amount }) => `paid ${amount} to ${to}`,
});

// An agent of its own, which others may talk to as well.
const Bookkeeper = defineReactAgent({ name: "bookkeeper", llm, tools: [pay], role: "a bookkeeper" });

const Traveller = definePlanningAgent({
  name: "traveller",
  llm,
  subAgents: [
    // Described here. What is left out comes from the planner.
    { name: "scout", role: "finds flights and hotels", limits: { steps: 10 } },
    { agent: Bookkeeper, description: "pays what was chosen", share: 0.5 },
  ],
  createAgents: false, // the model makes none of its own
  plan: { depth: 1, review: "failure" },
});

await using host = new AitorHost({ agents: [Traveller] });
const traveller = await host.open(Traveller, "ada");
const trip = traveller.stream("Book a flight to Rome.");
for await (const event of trip) {
  if (event.type === "todo-finished") console.log(`${event.todo}: ${event.result}`);
  // Everything rests: the run waits for somebody.
  if (event.type === "run-suspended") break;
}

// What a sub-agent waits for is listed with what the agent itself waits for, with its address.
const [asked] = await traveller.approvals();
if (asked !== undefined) {
  console.log(asked.run.split("/").at(-1), "asks for", asked.tool, JSON.stringify(asked.args));
  await traveller.approve(asked);
}
console.log((await trip.result).answer);

function answer(shown: string): string | { toolCalls: { name: string; input: unknown }[] } {
  const call = (name: string, input: unknown) => ({ toolCalls: [{ name, input }] });
  if (shown.includes('"text":"find a flight')) return "the 9:40 with Alba, for 90";
  if (shown.includes('"text":"pay for it')) {
    return shown.includes("paid 90") ? "paid 90" : call("pay", { to: "Alba", amount: 90 });
  }
  if (!shown.includes('"toolName":"plan_add"')) {
    const todos = [
      { id: "find", content: "find a flight to Rome", assignee: "scout" },
      { id: "pay", content: "pay for it", assignee: "bookkeeper", dependsOn: ["find"] },
    ];
    return call("plan_add", { todos });
  }
  return shown.includes("All todos are over") ? "Booked: the 9:40 to Rome." : call("plan_work", {});
}

/* prints:
find: the 9:40 with Alba, for 90
bookkeeper[pay] asks for pay {"to":"Alba","amount":90}
Booked: the 9:40 to Rome.
*/

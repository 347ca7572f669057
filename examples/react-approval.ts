import { AitorHost, defineReactAgent, LLMManager, memoryJournal, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const pay = tool({
  name: "pay",
  description: "Pays a bill.",
  access: "money",
  input: z.object({ to: z.string(), euros: z.number().positive() }),
  approval: ({ euros }) => euros > 50 && `${euros} € is more than 50 €`,
  run: ({ to, euros }) => `paid ${euros} € to ${to}`,
});
const model = new MockProvider([
  {
    toolCalls: [
      { name: "pay", input: { to: "Ada", euros: 80 } },
      { name: "pay", input: { to: "Bob", euros: 20 } },
    ],
  },
  "Bob got 20 €, Ada 60 €.",
]);
const Clerk = defineReactAgent({ name: "clerk", llm: new LLMManager({ models: [model] }), tools: [pay] });

const journal = memoryJournal(); // with sqliteJournal("aitor.db") the run waits for days and across restarts
await using host = new AitorHost({ journal, agents: [Clerk] });
const clerk = await host.open(Clerk, "1");
const stream = clerk.stream("Pay Ada 80 € and Bob 20 €.");

for await (const event of stream) {
  if (event.type === "tool-finished") console.log(event.value ?? event.message);
  if (event.type !== "run-suspended") continue;
  // The run waits, and nobody else has to. Answer in this process or in another one, now or in three days.
  for (const asked of await clerk.approvals()) {
    console.log(`${asked.tool}(${JSON.stringify(asked.args)}): ${asked.reason}`);
    await clerk.edit(asked, { to: "Ada", euros: 60 }); // or approve(asked), reject(asked, "too much")
  }
}
console.log((await stream.result).answer);

/* prints:
paid 20 € to Bob
pay({"to":"Ada","euros":80}): 80 € is more than 50 €
paid 60 € to Ada
Bob got 20 €, Ada 60 €.
*/

import { AitorHost, defineAgent, LLMManager, tool } from "aitor";
import { ReasoningEngine } from "aitor/reasoning";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const stock = tool({
  name: "stock",
  description: "How many of an article there are.",
  input: z.object({ article: z.string() }),
  access: "read",
  run: () => 3,
});

const model = new MockProvider([
  { toolCalls: [{ name: "stock", input: { article: "lamp" } }] },
  "Ada's order can be sent.",
]);

const engine = new ReasoningEngine(
  { llm: new LLMManager({ models: [model] }), tools: [stock], limits: { steps: 10 } },
  { memory: { maxMessages: 500 } },
);

// A message of any shape, your own steps, and a reply of any shape.
const Orders = defineAgent({
  name: "orders",
  ...engine.memory({ context: () => ({ shop: "Paris" }) }), // remembers what is done in the agent's runs
  onReceive: async (order: { article: string; customer: string }, ctx) => {
    const count = await ctx.step("count", () => 2);
    const { answer, steps } = await engine.solve(ctx, {
      problem: `${order.customer} ordered ${count} of "${order.article}". Can it be sent?`,
    });
    return { answer, steps };
  },
});

await using host = new AitorHost({ agents: [Orders] });
const orders = await host.open(Orders, "1");
console.log(await orders.ask({ article: "lamp", customer: "Ada" }));
console.log((await orders.read()).format({ part: "conversation" }));

/* prints:
{ answer: "Ada's order can be sent.", steps: 2 }
user: Ada ordered 2 of "lamp". Can it be sent?
assistant: calls stock({"article":"lamp"})
tool stock: 3
assistant: Ada's order can be sent.
*/

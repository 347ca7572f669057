import { AitorHost, defineAgent, LLMManager, textOf, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

// Models that need no key. "openai/gpt-5-mini" comes with its price.
const usage = { inputTokens: 1_200, outputTokens: 300 };
const priced = new MockProvider([{ text: "Noted.", usage }], { price: { input: 0.25, output: 2 } });
const local = new MockProvider([{ text: "Noted.", usage }], { model: "local" });
const llm = new LLMManager({ models: [priced, local] });

const Notes = defineAgent({
  name: "notes",
  memory: () => ({}),
  onReceive: (text: string, ctx) =>
    ctx.step("think", async (step) => {
      const reply = await llm.generate({
        messages: [userMessage(text)],
        model: text === "a secret" ? "mock/local" : "mock/scripted",
        abortSignal: step.abortSignal,
        onCall: (call) => step.record("model-called", call), // each request to a provider is on record
      });
      return textOf(reply.message);
    }),
});

await using host = new AitorHost({ agents: [Notes] });
for (const id of ["ada", "bob"]) await (await host.open(Notes, id)).ask("hello");
await (await host.open(Notes, "bob")).ask("a secret");

for (const { name, id, usage } of await host.usage()) {
  console.log(
    name,
    id,
    `${usage.calls} calls, ${usage.inputTokens} tokens read, $${usage.cost}, ${usage.unpriced} unpriced`,
  );
}
await host.delete(Notes, "bob"); // what was spent stays, without a name
for (const { name, id = "-", usage } of await host.usage()) console.log(name, id, `${usage.calls} calls`);

/* prints:
notes bob 2 calls, 2400 tokens read, $0.0009, 1 unpriced
notes ada 1 calls, 1200 tokens read, $0.0009, 0 unpriced
notes - 2 calls
notes ada 1 calls
*/

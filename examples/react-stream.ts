import { LLMManager, ReactAgent } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const model = new MockProvider(["Paris is the capital of France.", { object: { city: "Rome", million: 2.8 } }], {
  chunk: 16,
});
const agent = new ReactAgent({ name: "geographer", llm: new LLMManager({ models: [model] }) });

const stream = agent.stream("What is the capital of France?");
for await (const event of stream) {
  if (event.type === "text-delta") console.log(JSON.stringify(event.text));
  else console.log(event.type);
}
console.log((await stream.result).answer);

// A typed answer: what the schema makes of it.
const schema = z.object({ city: z.string(), million: z.number() });
const { answer } = await agent.solve("And of Italy, with its inhabitants?", { schema });
console.log(answer?.city, answer?.million);
await ReactAgent.shutdown();

/* prints:
run-started
think-started
"Paris is the cap"
"ital of France."
think-finished
run-finished
Paris is the capital of France.
Rome 2.8
*/

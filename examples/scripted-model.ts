import { LLMManager, textOf, userMessage } from "aitor";
import { mockModel, MockProvider, virtualClock } from "aitor/testing";

// From a list: the answers come in order, and then the last one for ever.
const clock = virtualClock();
const flaky = new MockProvider(
  [
    { fault: { kind: "status", status: 429, at: "start", headers: { "retry-after": "30" } } },
    { reasoning: "I need the weather.", toolCalls: [{ name: "weather", input: { city: "Paris" } }], latency: "2s" },
  ],
  { clock },
);
const reply = new LLMManager({ models: [flaky], clock }).generate({ messages: [userMessage("Is it warm in Paris?")] });
await clock.advance("1m"); // the wait and the latency, in no time
console.log((await reply).message.parts, clock.now());

// From a function of what it is asked. From here on, the model is known as "mock/polite".
mockModel("polite", new MockProvider(({ prompt }, number) => `Answer ${number} to ${prompt.length} message, please.`));
const polite = new LLMManager({ models: ["mock/polite"] });
console.log(textOf((await polite.generate({ messages: [userMessage("hi")] })).message));

/* prints:
[
  { type: 'reasoning', text: 'I need the weather.' },
  {
    type: 'tool-call',
    id: 'call_2_1',
    name: 'weather',
    input: { city: 'Paris' }
  }
] 60000
Answer 1 to 1 message, please.
*/

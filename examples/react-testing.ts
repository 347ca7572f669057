import { AitorHost, defineReactAgent, LLMManager } from "aitor";
import { MockProvider, virtualClock } from "aitor/testing";

// What a test of an agent needs: a scripted model, a clock that stands still, a journal in memory.
const clock = virtualClock();
const model = new MockProvider(
  ({ prompt }, number) => (number === 1 ? "" : `You said ${prompt.length} things.`), // depends on what it is asked
  { clock, latency: "30s" },
);
const Echo = defineReactAgent({
  name: "echo",
  llm: new LLMManager({ models: [model], clock }),
  limits: { time: "5m" },
});
await using host = new AitorHost({ clock, agents: [Echo] });
const echo = await host.open(Echo, "test");

const solving = echo.solve("Well?");
await clock.advance("1m"); // both replies, in no time
const { answer, steps, trace } = await solving;
console.log({ answer, steps });
console.log(trace.find(({ outcome }) => outcome === "fault")?.text);
console.log(model.calls.map(({ prompt }) => prompt.length)); // what the model was shown

/* prints:
{ answer: 'You said 1 things.', steps: 2 }
Your reply was empty. Call a tool, or give your answer.
[ 1, 1 ]
*/

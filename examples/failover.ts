import { isModelUnavailable, LLMManager, textOf, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

const down = { fault: { kind: "status", status: 529, at: "start" } } as const;
const broken = { text: "The capital of France is", fault: { kind: "disconnect", at: "end" } } as const;
const first = new MockProvider([down, broken, down], { model: "first" });
const second = new MockProvider(["The capital of France is Paris."], { model: "second" });

const llm = new LLMManager({
  models: [first, second], // the first is asked first; the others follow, in this order
  retry: { attempts: 3, initialDelay: "10ms", time: "2m" }, // for each of them
});

let shown = "";
for await (const event of llm.stream({ messages: [userMessage("What is the capital of France?")] })) {
  if (event.type === "text-delta") shown += event.text;
  if (event.type === "reset") shown = ""; // text that broke off does not count; the rest of the stream does
  if (event.type === "retried") console.log(`${event.model} failed (${event.failure}), asked again`);
  if (event.type === "failed-over") console.log(`${event.from} → ${event.to}`);
}
console.log(shown);

// No model answers: one error says which were asked and why each failed, and keeps what had come and what was spent.
const alone = new LLMManager({ models: [new MockProvider([down])], retry: 1 });
const error = await alone.generate({ messages: [userMessage("hi")] }).catch((thrown: unknown) => thrown);
if (isModelUnavailable(error)) console.log(error.message.split("\n")[0]);
console.log(textOf((await llm.generate({ messages: [userMessage("hi")], model: "mock/second" })).message));

/* prints:
mock/first failed (server), asked again
mock/first failed (network), asked again
mock/first → mock/second
The capital of France is Paris.
no answer of a model: "mock/scripted" was asked once, at last: HTTP 529 (HTTP 529)
The capital of France is Paris.
*/

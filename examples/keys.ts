import { LLMManager, type LLMProvider, Secret, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

const keys = [new Secret("the-key-of-team-one", "team 1"), new Secret("the-key-of-team-two", "team 2")];
console.log(String(keys[0]), JSON.stringify({ key: keys[1] }));

// { model: "openai/gpt-5-mini", keys } does the same with a real provider; without keys, OPENAI_API_KEY is read.
const model = (key: string): LLMProvider =>
  new MockProvider([
    key.endsWith("one")
      ? { fault: { kind: "status", status: 401, at: "start", message: `no such key: ${key}` } }
      : "hello",
  ]);
const llm = new LLMManager({ models: [{ model, keys, concurrency: 8, requestsPerMinute: 500 }] });

const { calls } = await llm.generate({ messages: [userMessage("hi")] });
for (const { key, outcome, failure } of calls) console.log(key, outcome, failure?.message ?? "");
for (const { key, state } of llm.state()[0]?.keys ?? []) console.log(key, state);

/* prints:
[secret] {"key":"[secret]"}
team 1 failed no such key: [secret]
team 2 answered 
team 1 removed
team 2 ready
*/

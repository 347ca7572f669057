import { LLMManager, type LLMProvider, systemMessage, textOf, userMessage } from "aitor";
import { MockProvider, record, replay } from "aitor/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "aitor-"));
const file = join(folder, "capital.jsonl");

const ask = async (model: LLMProvider, instructions: string): Promise<string> => {
  const messages = [systemMessage(instructions), userMessage("What is the capital of France?")];
  return textOf((await new LLMManager({ models: [model] }).generate({ messages })).message);
};

// Once, with a real model and its key: record(anthropic("claude-haiku-4-5"), file).
await ask(record(new MockProvider(["Paris."]), file), "Answer in one word.");

// From then on, without either. Keep the file in your repository: it holds no key.
console.log(await ask(replay(file), "Answer in one word."));

// A prompt that was not recorded fails, and the error says what has changed.
const error = await ask(replay(file), "Answer in one sentence.").catch((thrown: unknown) => thrown);
console.log((error as { cause: Error }).cause.message.replace(file, "capital.jsonl"));
rmSync(folder, { recursive: true });

/* prints:
Paris.
request 1 is not in the cassette capital.jsonl
  expected: message 1 (system): …ent":"Answer in one word."}
  got: message 1 (system): …ent":"Answer in one sentence."}
  fix: if the change is meant, remove the file and record again
*/

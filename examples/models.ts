import { LLMManager, systemMessage, textOf, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

// Instead of a network. In your own program, use "openai/gpt-5-mini" or any model of the AI SDK.
const small = new MockProvider(["Paris."], { provider: "openai", model: "small", price: { input: 0.25, output: 2 } });

const llm = new LLMManager({ models: [small] });
const messages = [systemMessage("Answer in one word."), userMessage("What is the capital of France?")];

// The whole answer …
const reply = await llm.generate({ messages });
console.log(textOf(reply.message), reply.finishReason, reply.model);

// … or as it comes.
const stream = llm.stream({ messages });
for await (const event of stream) {
  if (event.type === "text-delta") console.log("piece:", event.text);
}
const { usage, cost } = await stream.reply;
console.log({ known: usage.outputTokens !== undefined && cost !== undefined });

/* prints:
Paris. stop openai/small
piece: Paris.
{ known: true }
*/

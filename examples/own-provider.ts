import { LLMManager, type LLMProvider, registerProvider, textOf, userMessage } from "aitor";

/** A model that is not a model of the AI SDK: here, a function that answers by rules. */
function rules(model: string): LLMProvider {
  return {
    provider: "rules",
    model,
    takes: ["maxOutputTokens"], // other settings are left out, with a warning
    price: { input: 0, output: 0 },
    async *stream({ prompt, abortSignal }) {
      const last = prompt.at(-1);
      const [part] = last?.role === "user" ? last.content : [];
      const question = part?.type === "text" ? part.text : "";
      for (const text of ["You said: ", question]) {
        abortSignal.throwIfAborted();
        yield { type: "text-delta", text };
      }
      yield { type: "finish", reason: "stop", usage: { inputTokens: question.length, outputTokens: question.length } };
    },
  };
}

registerProvider("rules", rules);
const llm = new LLMManager({ models: ["rules/parrot"] });
const reply = await llm.generate({ messages: [userMessage("hello")], settings: { temperature: 0 } });
console.log(textOf(reply.message), reply.cost, reply.warnings);

/* prints:
You said: hello 0 [
  {
    model: 'rules/parrot',
    message: 'temperature is not supported and was left out',
    setting: 'temperature'
  }
]
*/

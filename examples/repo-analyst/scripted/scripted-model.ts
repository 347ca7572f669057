import type { LLMProvider, ProviderEvent } from "aitor";

import { conversationOf } from "./conversation.ts";
import { planFor, replyTo } from "./reply.ts";

/**
 * A model without a model: fixed rules that choose the next calls by what the tools gave so far, and answer with figures of
 * theirs. It says so in every answer. Tokens are counted as 4 characters each, and cost nothing.
 */
export function scriptedModel(): LLMProvider {
  return {
    provider: "scripted",
    model: "rules",
    takes: ["maxOutputTokens"],
    price: { input: 0, output: 0 },
    contextWindow: 200_000,
    async *stream({ prompt, tools = [], abortSignal }): AsyncGenerator<ProviderEvent, void> {
      const conversation = conversationOf(prompt);
      const plans = tools.some(({ name }) => name === "plan_work");
      const { text, calls } = plans ? planFor(conversation) : replyTo(conversation);
      for (const word of text.match(/\s*\S+|\s+$/g) ?? []) {
        abortSignal.throwIfAborted();
        yield { type: "text-delta", text: word };
      }
      for (const [index, { tool: name, input }] of calls.entries()) {
        yield { type: "tool-call", id: `call_${conversation.calls + index + 1}`, name, input };
      }
      const usage = { inputTokens: tokens(prompt), outputTokens: tokens([text, calls]) };
      yield { type: "finish", reason: calls.length > 0 ? "tool-calls" : "stop", usage };
    },
  };
}

function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}

import { z } from "zod";

import type { Contender } from "../../contender.ts";
import { add, delta, DELTAS } from "../../work.ts";

interface OpenAIAgents {
  readonly Agent: new (options: object) => object;
  readonly Runner: new (options: object) => {
    run(agent: object, input: string, options: { maxTurns: number }): Promise<unknown>;
    run(agent: object, input: string, options: { stream: true }): Promise<Streamed>;
  };
  readonly Usage: new (fields: object) => object;
  readonly tool: (options: object) => unknown;
}

interface Streamed {
  toTextStream(): AsyncIterable<string>;
}

const name = "@openai/agents";
const { Agent, Runner, Usage, tool } = (await import(name)) as OpenAIAgents;

const usage = new Usage({ requests: 1, inputTokens: 10, outputTokens: 5, totalTokens: 15 });

/** A `Runner` with tracing off. */
export const contender: Contender = {
  agent: (turns) => {
    const model = {
      getResponse: async ({ input }: { readonly input: string | readonly unknown[] }) => {
        const turn = typeof input === "string" ? 0 : (input.length - 1) / 2;
        return { usage, output: [turn < turns - 1 ? call(turn) : message("done")] };
      },
    };
    const adder = tool({
      name: "add",
      description: "Adds two numbers.",
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute: async (args: { a: number; b: number }) => String(add(args)),
    });
    const agent = new Agent({ name: "adder", instructions: "", model, tools: [adder] });
    const runner = new Runner({ tracingDisabled: true });
    return () => runner.run(agent, "Add.", { maxTurns: turns + 1 });
  },
  stream: () => {
    const model = {
      async *getStreamedResponse() {
        yield { type: "response_started" };
        let text = "";
        for (let index = 0; index < DELTAS; index++) {
          const piece = delta(index);
          text += piece;
          yield { type: "output_text_delta", delta: piece };
        }
        const used = { requests: 1, inputTokens: 10, outputTokens: DELTAS, totalTokens: DELTAS + 10 };
        yield { type: "response_done", response: { id: "1", usage: used, output: [message(text)] } };
      },
    };
    const agent = new Agent({ name: "writer", instructions: "", model });
    const runner = new Runner({ tracingDisabled: true });
    return async () => {
      let length = 0;
      const run = await runner.run(agent, "What is the capital of France?", { stream: true });
      for await (const text of run.toTextStream()) length += text.length;
      return length;
    };
  },
  cannot: { flow: "it has no workflows" },
};

function call(turn: number): object {
  const args = `{"a":${turn},"b":1}`;
  return { type: "function_call", callId: `call_${turn}`, name: "add", arguments: args, status: "completed" };
}

function message(text: string): object {
  const content = [{ type: "output_text", text }];
  return { type: "message", id: "answer", role: "assistant", status: "completed", content };
}

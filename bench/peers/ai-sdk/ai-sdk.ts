import { z } from "zod";

import type { Contender } from "../../contender.ts";
import { add, delta, DELTAS } from "../../work.ts";

interface Ai {
  readonly ToolLoopAgent: new (options: object) => { generate(options: { prompt: string }): Promise<unknown> };
  readonly isStepCount: (count: number) => unknown;
  readonly tool: (options: object) => unknown;
  readonly streamText: (options: object) => { readonly textStream: AsyncIterable<string> };
}

const name = "ai";
const { ToolLoopAgent, isStepCount, tool, streamText } = (await import(name)) as Ai;

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};
const MODEL = { specificationVersion: "v4", provider: "bench", modelId: "bench", supportedUrls: {} };

/** `ToolLoopAgent.generate` and `streamText`. */
export const contender: Contender = {
  agent: (turns) => {
    const model = {
      ...MODEL,
      doGenerate: async ({ prompt }: { readonly prompt: readonly unknown[] }) => {
        const turn = (prompt.length - 1) / 2;
        const calls = turn < turns - 1;
        return {
          content: calls
            ? [{ type: "tool-call", toolCallId: `call_${turn}`, toolName: "add", input: `{"a":${turn},"b":1}` }]
            : [{ type: "text", text: "done" }],
          finishReason: { unified: calls ? "tool-calls" : "stop", raw: undefined },
          usage: USAGE,
          warnings: [],
        };
      },
    };
    const adder = tool({
      description: "Adds two numbers.",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: add,
    });
    const agent = new ToolLoopAgent({ model, tools: { add: adder }, stopWhen: isStepCount(turns + 1) });
    return () => agent.generate({ prompt: "Add." });
  },
  stream: () => {
    const model = {
      ...MODEL,
      doStream: async () => {
        let index = -1;
        const stream = new ReadableStream<object>({
          pull(controller) {
            if (index === -1) {
              controller.enqueue({ type: "stream-start", warnings: [] });
              controller.enqueue({ type: "text-start", id: "1" });
              index++;
            } else if (index < DELTAS) {
              controller.enqueue({ type: "text-delta", id: "1", delta: delta(index++) });
            } else {
              controller.enqueue({ type: "text-end", id: "1" });
              controller.enqueue({ type: "finish", finishReason: { unified: "stop", raw: undefined }, usage: USAGE });
              controller.close();
            }
          },
        });
        return { stream };
      },
    };
    return async () => {
      let length = 0;
      for await (const text of streamText({ model, prompt: "What is the capital of France?" }).textStream) {
        length += text.length;
      }
      return length;
    };
  },
  cannot: { flow: "it has no workflows" },
};

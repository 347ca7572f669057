import { z } from "zod";

import type { Contender } from "../../contender.ts";
import { add, delta, DELTAS } from "../../work.ts";

interface VoltAgent {
  readonly Agent: new (options: object) => {
    generateText(text: string, options?: object): Promise<unknown>;
    streamText(text: string): Promise<{ readonly textStream: AsyncIterable<string> }>;
  };
  readonly createTool: (options: object) => unknown;
}

const name = "@voltagent/core";
const { Agent, createTool } = (await import(name)) as VoltAgent;

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};
const MODEL = { specificationVersion: "v3", provider: "bench", modelId: "bench", supportedUrls: {} };

/** `agent.generateText` and `agent.streamText`, without memory and observability. */
export const contender: Contender = {
  agent: (turns) => {
    const doGenerate = async ({ prompt }: { readonly prompt: readonly { readonly role: string }[] }) => {
      const first = prompt.findIndex(({ role }) => role === "user") + 1;
      const turn = (prompt.length - first) / 2;
      const calls = turn < turns - 1;
      return {
        content: calls
          ? [{ type: "tool-call", toolCallId: `call_${turn}`, toolName: "add", input: `{"a":${turn},"b":1}` }]
          : [{ type: "text", text: "done" }],
        finishReason: { unified: calls ? "tool-calls" : "stop", raw: undefined },
        usage,
        warnings: [],
      };
    };
    const adder = createTool({
      name: "add",
      description: "Adds two numbers.",
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute: async (args: { a: number; b: number }) => add(args),
    });
    const agent = new Agent({
      name: "adder",
      instructions: "You add.",
      model: { ...MODEL, doGenerate },
      tools: [adder],
      maxSteps: turns + 1,
      memory: false,
    });
    return () => agent.generateText("Add.");
  },
  stream: () => {
    const doStream = async () => {
      const deltas = Array.from({ length: DELTAS }, (_, index) => ({
        type: "text-delta",
        id: "1",
        delta: delta(index),
      }));
      const parts = [
        { type: "stream-start", warnings: [] },
        { type: "text-start", id: "1" },
        ...deltas,
        { type: "text-end", id: "1" },
        { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage },
      ];
      return { stream: ReadableStream.from(parts) };
    };
    const agent = new Agent({
      name: "writer",
      instructions: "You write.",
      model: { ...MODEL, doStream },
      memory: false,
    });
    return async () => {
      let length = 0;
      const { textStream } = await agent.streamText("What is the capital of France?");
      for await (const text of textStream) length += text.length;
      return length;
    };
  },
  cannot: { flow: "its workflows are series and parallel: they have no graph with two parents for each node" },
};

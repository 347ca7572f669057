import { z } from "zod";

import type { Contender } from "../../contender.ts";
import { add, delta, DELTAS } from "../../work.ts";

interface Modules {
  readonly Agent: new (options: object) => {
    generate(text: string, options: object): Promise<unknown>;
    stream(text: string): Promise<{ readonly textStream: AsyncIterable<string> }>;
  };
  readonly createTool: (options: object) => unknown;
}

const names = { agent: "@mastra/core/agent", tools: "@mastra/core/tools" };
const { Agent } = (await import(names.agent)) as Modules;
const { createTool } = (await import(names.tools)) as Modules;

const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };
const MODEL = { specificationVersion: "v2", provider: "bench", modelId: "bench", supportedUrls: {} };

/** `agent.generate` and `agent.stream`, without storage. */
export const contender: Contender = {
  agent: (turns) => {
    const doGenerate = async ({ prompt }: { readonly prompt: readonly { readonly role: string }[] }) => {
      // The instructions come first.
      const first = prompt.findIndex(({ role }) => role === "user") + 1;
      const turn = (prompt.length - first) / 2;
      const calls = turn < turns - 1;
      const content = calls
        ? [{ type: "tool-call", toolCallId: `call_${turn}`, toolName: "add", input: `{"a":${turn},"b":1}` }]
        : [{ type: "text", text: "done" }];
      return { content, finishReason: calls ? "tool-calls" : "stop", usage, warnings: [] };
    };
    const adder = createTool({
      id: "add",
      description: "Adds two numbers.",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: async (args: { a: number; b: number }) => add(args),
    });
    const agent = new Agent({
      id: "adder",
      name: "adder",
      instructions: "You add.",
      model: { ...MODEL, doGenerate },
      tools: { add: adder },
    });
    return () => agent.generate("Add.", { maxSteps: turns + 1 });
  },
  stream: () => {
    const doStream = async () => {
      const pieces = Array.from({ length: DELTAS }, (_, index) => delta(index));
      return { stream: ReadableStream.from([START, ...textParts(pieces), finish("stop")]) };
    };
    const agent = new Agent({ id: "w", name: "w", instructions: "You write.", model: { ...MODEL, doStream } });
    return async () => {
      let length = 0;
      const { textStream } = await agent.stream("What is the capital of France?");
      for await (const text of textStream) length += text.length;
      return length;
    };
  },
  cannot: { flow: "its workflows are series and parallel: they have no graph with two parents for each node" },
};

const START = { type: "stream-start", warnings: [] };

function textParts(deltas: readonly string[]): object[] {
  const parts = deltas.map((text) => ({ type: "text-delta", id: "1", delta: text }));
  return [{ type: "text-start", id: "1" }, ...parts, { type: "text-end", id: "1" }];
}

function finish(finishReason: string): object {
  return { type: "finish", finishReason, usage };
}

import { z } from "zod";

import type { Contender } from "../../contender.ts";
import { type Shape, sinks, sum } from "../../graphs.ts";
import { add, delta, DELTAS } from "../../work.ts";

interface ChatModel {
  bindTools(): this;
  stream(input: string): Promise<AsyncIterable<{ readonly text: string }>>;
}

interface Modules {
  readonly AIMessage: new (fields: object) => object;
  readonly AIMessageChunk: new (fields: object) => object;
  readonly ChatGenerationChunk: new (fields: object) => object;
  readonly BaseChatModel: new (fields: object) => object;
  readonly tool: (run: (args: { a: number; b: number }) => string, fields: object) => unknown;
  readonly createAgent: (options: object) => { invoke(input: object, config: object): Promise<unknown> };
  readonly StateGraph: new (state: unknown) => Graph;
  readonly Annotation: (<T>(options: object) => T) & { Root: (fields: object) => unknown };
}

interface Graph {
  addNode(name: string, run: (state: State) => Promise<object>): void;
  addEdge(from: string | readonly string[], to: string): void;
  compile(): { invoke(state: object, config: object): Promise<State> };
}

interface State {
  readonly results: Readonly<Record<string, number>>;
}

const names = {
  messages: "@langchain/core/messages",
  models: "@langchain/core/language_models/chat_models",
  outputs: "@langchain/core/outputs",
  tools: "@langchain/core/tools",
  langchain: "langchain",
  langgraph: "@langchain/langgraph",
};
const { AIMessage, AIMessageChunk } = (await import(names.messages)) as Modules;
const { BaseChatModel } = (await import(names.models)) as Modules;
const { ChatGenerationChunk } = (await import(names.outputs)) as Modules;
const { tool } = (await import(names.tools)) as Modules;
const { createAgent } = (await import(names.langchain)) as Modules;
const { StateGraph, Annotation } = (await import(names.langgraph)) as Modules;

/** A model in the process. */
class Model extends BaseChatModel {
  readonly #turns: number;

  constructor(turns: number) {
    super({});
    this.#turns = turns;
  }

  _llmType(): string {
    return "bench";
  }

  bindTools(): this {
    return this;
  }

  async _generate(messages: readonly unknown[]): Promise<object> {
    const turn = (messages.length - 1) / 2;
    const calls = turn < this.#turns - 1;
    const tool_calls = calls ? [{ name: "add", args: { a: turn, b: 1 }, id: `call_${turn}`, type: "tool_call" }] : [];
    const content = calls ? "" : "done";
    return { generations: [{ text: content, message: new AIMessage({ content, tool_calls }) }] };
  }

  async *_streamResponseChunks(): AsyncGenerator<object> {
    for (let index = 0; index < DELTAS; index++) {
      const text = delta(index);
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk({ content: text }) });
    }
  }
}

/** `createAgent` of langchain, and a `StateGraph` whose nodes write into one record of results. */
export const contender: Contender = {
  agent: (turns) => {
    const adder = tool((args) => String(add(args)), {
      name: "add",
      description: "Adds two numbers.",
      schema: z.object({ a: z.number(), b: z.number() }),
    });
    const agent = createAgent({ model: new Model(turns), tools: [adder] });
    const config = { recursionLimit: 4 * turns + 10 };
    return () => agent.invoke({ messages: [{ role: "user", content: "Add." }] }, config);
  },
  flow: (shape) => {
    const graph = compiled(shape);
    const exits = sinks(shape);
    const config = { recursionLimit: shape.parents.length + 10 };
    return async () => {
      const { results } = await graph.invoke({ results: {} }, config);
      return exits.map((exit) => results[`n${exit}`]);
    };
  },
  stream: () => async () => {
    let length = 0;
    const model = new Model(1) as unknown as ChatModel;
    for await (const { text } of await model.stream("What is the capital of France?")) length += text.length;
    return length;
  },
};

function compiled({ parents }: Shape): ReturnType<Graph["compile"]> {
  const results = Annotation<unknown>({
    reducer: (before: object, after: object) => Object.assign(before, after),
    default: () => ({}),
  });
  const graph = new StateGraph(Annotation.Root({ results }));
  for (const [index, of] of parents.entries()) {
    const inputs = of.map((parent) => `n${parent}`);
    graph.addNode(`n${index}`, async (state) => {
      const values = inputs.length === 0 ? [1] : inputs.map((input) => state.results[input] as number);
      return { results: { [`n${index}`]: await sum(...values) } };
    });
  }
  for (const [index, of] of parents.entries()) {
    const inputs = of.map((parent) => `n${parent}`);
    if (inputs.length === 0) graph.addEdge("__start__", `n${index}`);
    else graph.addEdge(inputs.length === 1 ? (inputs[0] as string) : inputs, `n${index}`);
  }
  for (const exit of sinks({ parents })) graph.addEdge(`n${exit}`, "__end__");
  return graph.compile();
}

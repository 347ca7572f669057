import type { Contender } from "../../contender.ts";
import { add, pieces } from "../../work.ts";

interface Core {
  readonly Agent: new (options: object) => {
    subscribe(listener: (event: PiEvent) => void): () => void;
    prompt(text: string): Promise<void>;
  };
}

interface PiEvent {
  readonly type: string;
  readonly assistantMessageEvent?: { readonly type: string; readonly delta?: string };
}

interface Ai {
  readonly AssistantMessageEventStream: new () => { push(event: object): void };
}

const [core, ai] = ["@earendil-works/pi-agent-core", "@earendil-works/pi-ai"];
const { Agent } = (await import(core)) as Core;
const { AssistantMessageEventStream } = (await import(ai)) as Ai;

const COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };
const MODEL = {
  id: "bench",
  name: "bench",
  api: "bench",
  provider: "bench",
  baseUrl: "",
  reasoning: false,
  input: ["text"],
  cost: COST,
  contextWindow: 1_000_000,
  maxTokens: 100_000,
};
const MESSAGE = {
  role: "assistant",
  api: "bench",
  provider: "bench",
  model: "bench",
  usage: { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, totalTokens: 15, cost: COST },
  timestamp: 0,
};

/** An agent with one subscriber, on a model in the process. */
export const contender: Contender = {
  agent: (turns) => {
    const adder = {
      name: "add",
      label: "Add",
      description: "Adds two numbers.",
      parameters: {
        type: "object",
        properties: { a: { type: "number" }, b: { type: "number" } },
        required: ["a", "b"],
      },
      execute: async (_id: string, args: { a: number; b: number }) => {
        const sum = add(args);
        return { content: [{ type: "text", text: String(sum) }], details: sum };
      },
    };
    const streamFn = (_model: object, { messages }: { readonly messages: readonly unknown[] }): object => {
      const turn = (messages.length - 1) / 2;
      const calls = turn < turns - 1;
      const content = calls
        ? [{ type: "toolCall", id: `call_${turn}`, name: "add", arguments: { a: turn, b: 1 } }]
        : [{ type: "text", text: "done" }];
      const reason = calls ? "toolUse" : "stop";
      const message = { ...MESSAGE, content, stopReason: reason };
      const stream = new AssistantMessageEventStream();
      stream.push({ type: "start", partial: message });
      stream.push({ type: "done", reason, message });
      return stream;
    };
    return async () => {
      const agent = new Agent({
        initialState: { systemPrompt: "", model: MODEL, tools: [adder], messages: [] },
        streamFn,
      });
      agent.subscribe(() => {});
      await agent.prompt("Add.");
    };
  },
  stream: () => {
    const streamFn = (): object => {
      const stream = new AssistantMessageEventStream();
      void (async () => {
        const text = { type: "text", text: "" };
        const partial = { ...MESSAGE, content: [text], stopReason: "stop" };
        stream.push({ type: "start", partial });
        for await (const delta of pieces()) {
          text.text += delta;
          stream.push({ type: "text_delta", contentIndex: 0, delta, partial });
        }
        stream.push({ type: "done", reason: "stop", message: partial });
      })();
      return stream;
    };
    return async () => {
      const agent = new Agent({ initialState: { systemPrompt: "", model: MODEL, tools: [], messages: [] }, streamFn });
      let length = 0;
      agent.subscribe(({ assistantMessageEvent: event }) => {
        if (event?.type === "text_delta") length += event.delta?.length ?? 0;
      });
      await agent.prompt("What is the capital of France?");
      return length;
    };
  },
  cannot: { flow: "it has no workflows" },
};

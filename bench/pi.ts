import type { Absent, Contender } from "./contender.ts";

interface PiAgent {
  new (options: object): {
    subscribe(listener: (event: PiEvent) => void): () => void;
    prompt(text: string): Promise<void>;
    reset(): void;
  };
}

interface PiEvent {
  readonly type: string;
  readonly assistantMessageEvent?: { readonly type: string; readonly delta?: string };
}

type EventStream = new () => { push(event: object): void };

const MODEL = {
  id: "pieces",
  name: "pieces",
  api: "bench",
  provider: "bench",
  baseUrl: "",
  reasoning: false,
  input: ["text"],
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  contextWindow: 1_000_000,
  maxTokens: 100_000,
};

const COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };

/** The same agent in a loop of so many steps: a tool that adds, whose arguments are checked, and one subscriber. */
export async function piLoop(n: number): Promise<Contender | Absent> {
  const loaded = await load();
  if ("reason" in loaded) return loaded;
  const { Agent, Stream } = loaded;
  const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, totalTokens: 15, cost: COST };
  return {
    name: NAME,
    work: "an agent's run, with one subscriber; its messages kept",
    run: async () => {
      let step = 0;
      let sum = 0;
      const streamFn = (): object => {
        const stream = new Stream();
        const calls = step < n - 1;
        const content = calls
          ? [{ type: "toolCall", id: `call_${step}`, name: "add", arguments: { a: step, b: 1 } }]
          : [{ type: "text", text: String(sum) }];
        step++;
        const stopReason = calls ? "toolUse" : "stop";
        const message = {
          role: "assistant",
          content,
          api: "bench",
          provider: "bench",
          model: "pieces",
          usage,
          stopReason,
          timestamp: 0,
        };
        stream.push({ type: "start", partial: message });
        stream.push({ type: "done", reason: stopReason, message });
        return stream;
      };
      const add = {
        name: "add",
        label: "Add",
        description: "Adds two numbers.",
        parameters: {
          type: "object",
          properties: { a: { type: "number" }, b: { type: "number" } },
          required: ["a", "b"],
        },
        execute: async (_id: string, { a, b }: { a: number; b: number }) => {
          sum += b;
          return { content: [{ type: "text", text: String(a + b) }], details: a + b };
        },
      };
      const agent = new Agent({
        initialState: { systemPrompt: "", model: MODEL, tools: [add], messages: [] },
        streamFn,
      });
      agent.subscribe(() => {});
      await agent.prompt("Add.");
      return sum;
    },
  };
}

const NAME = "pi-agent-core";

async function load(): Promise<{ readonly Agent: PiAgent; readonly Stream: EventStream } | Absent> {
  try {
    const [core, ai] = ["@earendil-works/pi-agent-core", "@earendil-works/pi-ai"];
    const { Agent } = (await import(core)) as { Agent: PiAgent };
    const { AssistantMessageEventStream: Stream } = (await import(ai)) as { AssistantMessageEventStream: EventStream };
    return { Agent, Stream };
  } catch (error) {
    return { name: NAME, reason: (error as Error).message };
  }
}

/** @earendil-works/pi-agent-core 1.5.2: an agent with one subscriber, on a model in the process. */
export async function piStream(pieces: () => AsyncIterable<string>): Promise<Contender | Absent> {
  const loaded = await load();
  if ("reason" in loaded) return loaded;
  const { Agent, Stream } = loaded;
  const usage = {
    input: 10,
    output: 20_000,
    cacheRead: 0,
    cacheWrite: 0,
    totalTokens: 20_010,
    cost: COST,
  };
  const streamFn = (): object => {
    const stream = new Stream();
    void (async () => {
      const text = { type: "text", text: "" };
      const partial = {
        role: "assistant",
        content: [text],
        api: "bench",
        provider: "bench",
        model: "pieces",
        usage,
        stopReason: "stop",
        timestamp: 0,
      };
      stream.push({ type: "start", partial });
      for await (const delta of pieces()) {
        text.text += delta;
        stream.push({ type: "text_delta", contentIndex: 0, delta, partial });
      }
      stream.push({ type: "done", reason: "stop", message: partial });
    })();
    return stream;
  };
  return {
    name: NAME,
    work: "an agent's run, with one subscriber; the answer kept",
    run: async () => {
      const agent = new Agent({ initialState: { systemPrompt: "", model: MODEL, tools: [], messages: [] }, streamFn });
      let length = 0;
      agent.subscribe((event) => {
        if (event.assistantMessageEvent?.type === "text_delta")
          length += event.assistantMessageEvent.delta?.length ?? 0;
      });
      await agent.prompt("What is the capital of France?");
      return length;
    },
  };
}

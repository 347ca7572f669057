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

/** @earendil-works/pi-agent-core 1.5.2: an agent with one subscriber, on a model in the process. */
export async function piStream(pieces: () => AsyncIterable<string>): Promise<Contender | Absent> {
  const name = "pi-agent-core";
  let Agent: PiAgent;
  let Stream: EventStream;
  try {
    const [core, ai] = ["@earendil-works/pi-agent-core", "@earendil-works/pi-ai"];
    ({ Agent } = (await import(core)) as { Agent: PiAgent });
    ({ AssistantMessageEventStream: Stream } = (await import(ai)) as { AssistantMessageEventStream: EventStream });
  } catch (error) {
    return { name, reason: (error as Error).message };
  }
  const model = {
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
  const usage = {
    input: 10,
    output: 20_000,
    cacheRead: 0,
    cacheWrite: 0,
    totalTokens: 20_010,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
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
    name,
    work: "an agent's run, with one subscriber; the answer kept",
    run: async () => {
      const agent = new Agent({ initialState: { systemPrompt: "", model, tools: [], messages: [] }, streamFn });
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

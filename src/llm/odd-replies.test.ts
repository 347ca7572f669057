// Over real HTTP, replies that no provider should send, with the provider packages of the AI SDK:
// - a first event that cannot be read is a reply that cannot be read, and is asked for again
// - tokens that are told as 0 are not known, and take from a budget what was reserved
// - a tool call that begins and does not end is no end of an answer
// - a stream that broke off before its first token may have been paid for
// - Google's limit for the minute is waited for as long as its body says; that for the day takes the key out for a while
import { expect, test } from "vitest";
import { framed, rawProvider, sendEvents } from "./http.fixture.ts";
import { isModelError, LLMManager, type LLMManagerOptions, textOf, toolCallsOf, userMessage } from "./index.ts";
import { Budget } from "../base/index.ts";

const price = { input: 10, output: 50 };
const messages = [userMessage("What is the capital of France?")];
const tools = [{ name: "add", description: "Adds.", inputSchema: { type: "object" } }];

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason }],
});
const counted = (usage: object): object => ({ ...chunk({}), choices: [], usage });
const chat = (usage: object): unknown[] => [chunk({ content: "Paris" }), chunk({}, "stop"), counted(usage), "[DONE]"];

const start = {
  type: "message_start",
  message: { id: "m", type: "message", role: "assistant", content: [], model: "c", usage: { input_tokens: 100 } },
};
const block = (index: number, content_block: object, delta: object): unknown[] => [
  { type: "content_block_start", index, content_block },
  { type: "content_block_delta", index, delta },
];
const text = [
  ...block(0, { type: "text", text: "" }, { type: "text_delta", text: "Paris" }),
  { type: "content_block_stop", index: 0 },
];
const call = block(
  1,
  { type: "tool_use", id: "t", name: "add", input: {} },
  { type: "input_json_delta", partial_json: '{"a":' },
);
const end = (stop_reason: string): unknown[] => [
  { type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 20 } },
  { type: "message_stop" },
];

const manager = (name: "anthropic" | "google" | "groq", url: string, options: LLMManagerOptions = {}): LLMManager =>
  new LLMManager({
    models: [{ model: `${name}/m`, keys: ["test-key-of-nobody"], baseURL: `${url}/v1`, price }],
    retry: { attempts: 2, initialDelay: 1, maxDelay: 2 },
    ...options,
  });

test.each<[string, unknown]>([
  ["no JSON", "{oops}"],
  ["of another shape", { ...start, message: { ...start.message, usage: null } }],
])("a first event that is %s is a reply that cannot be read: it is asked for again", async (_, first) => {
  await using server = await rawProvider((response, number) => {
    sendEvents(response, number === 0 ? [first] : [start, ...text, ...end("end_turn")]);
    response.end();
  });
  const { message, calls } = await manager("anthropic", server.url).generate({ messages });
  expect(textOf(message)).toBe("Paris");
  expect(calls).toMatchObject([{ failure: { kind: "bad-reply" } }, { outcome: "answered" }]);
});

test.each<[string, object]>([
  ["without figures", {}],
  ["of zeros", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
])("usage %s is not known: neither 0 nor free, and a budget counts what was reserved", async (_, usage) => {
  await using server = await rawProvider((response) => {
    sendEvents(response, chat(usage));
    response.end();
  });
  const llm = manager("groq", server.url);
  const budget = new Budget({ tokens: 1_000, usd: 1 });
  const reply = await llm.generate({ messages, budget, settings: { maxOutputTokens: 100 } });
  expect(reply.usage).toEqual({});
  expect(reply.cost).toBeUndefined();
  expect(llm.usage().total).toMatchObject({ calls: 1, unmetered: 1, unpriced: 1 });
  expect(budget.spent.tokens).toBeGreaterThan(100);
  expect(budget.spent.usd).toBeGreaterThan(0.005);
});

test.each(["tool_use", "end_turn"])(
  "a call that began and did not end, before %s, is asked for again",
  async (reason) => {
    await using server = await rawProvider((response, number) => {
      sendEvents(response, [
        start,
        ...text,
        ...call,
        ...(number === 0 ? [] : [{ type: "content_block_stop", index: 1 }]),
      ]);
      response.end(framed(end(reason)));
    });
    const shown: string[] = [];
    const stream = manager("anthropic", server.url).stream({ messages, tools });
    for await (const event of stream) shown.push(event.type);
    const { message, calls } = await stream.reply;
    expect(toolCallsOf(message)).toHaveLength(1);
    expect(shown).toContain("reset");
    expect(calls).toMatchObject([
      { outcome: "failed", failure: { kind: "interrupted" }, usage: { inputTokens: 100, outputTokens: 20 } },
      { outcome: "answered" },
    ]);
  },
);

test("one that was cut off because the answer is too long is that answer", async () => {
  await using server = await rawProvider((response) => {
    sendEvents(response, [start, ...text, ...call]);
    response.end(framed(end("max_tokens")));
  });
  const reply = await manager("anthropic", server.url).generate({ messages, tools });
  expect(reply.finishReason).toBe("length");
  expect(server.requests).toBe(1);
});

test.each([true, false])(
  "a stream without a token, whose connection is %s to break, is counted by estimate",
  async (breaks) => {
    await using server = await rawProvider((response, number) => {
      if (number > 0) {
        sendEvents(response, chat({ prompt_tokens: 100, completion_tokens: 20 }));
        return response.end();
      }
      sendEvents(response, []);
      response.write('data: {"id":"c","cho');
      setTimeout(() => (breaks ? response.destroy() : response.end()), 10);
    });
    const { calls, estimated } = await manager("groq", server.url).generate({ messages });
    expect(calls).toMatchObject([
      { outcome: "failed", estimated: true },
      { outcome: "answered", cost: 0.002 },
    ]);
    expect(calls[0]?.cost).toBeGreaterThan(0);
    expect(estimated).toBe(true);
  },
);

test("an error that the provider tells in its stream costs nothing, as one that it answers with", async () => {
  await using server = await rawProvider((response, number) => {
    const error = { error: { message: "too many requests", type: "rate_limit", code: 429 } };
    sendEvents(response, number === 0 ? [error] : chat({ prompt_tokens: 100, completion_tokens: 20 }));
    response.end();
  });
  const { calls } = await manager("groq", server.url).generate({ messages });
  expect(calls).toMatchObject([{ failure: { kind: "rate-limited" }, cost: 0 }, { outcome: "answered" }]);
});

test.each([
  ["minute", "Minute", ["rate-limited", undefined]],
  ["day", "Day", ["quota"]],
])(
  "Google's limit for the %s is told from the other, though both say that the quota is exceeded",
  async (_, period, kinds) => {
    await using server = await rawProvider((response, number) => {
      if (number === 0) {
        const quotaId = `GenerateRequestsPer${period}PerProjectPerModel-FreeTier`;
        const details = [{ violations: [{ quotaId }] }, { retryDelay: "0.02s" }];
        const message = "You exceeded your current quota, please check your plan and billing details.";
        response.writeHead(429, { "content-type": "application/json" });
        return response.end(JSON.stringify([{ error: { code: 429, message, status: "RESOURCE_EXHAUSTED", details } }]));
      }
      sendEvents(response, chat({ prompt_tokens: 100, completion_tokens: 20 }));
      response.end();
    });
    const google = manager("google", server.url);
    const calls = await google.generate({ messages }).then(
      (reply) => reply.calls,
      (error: unknown) => (isModelError(error) ? error.data.calls : []),
    );
    expect(calls.map(({ failure }) => failure?.kind)).toEqual(kinds);
  },
);

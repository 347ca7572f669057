// - what a model of the AI SDK streams becomes events, whatever its version of the specification adds
// - what it is sent is what that version takes
import type {
  LanguageModelV3,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import {
  assistantMessage,
  LLMManager,
  type Message,
  type ModelReply,
  systemMessage,
  textOf,
  toolMessage,
  userMessage,
} from "../index.ts";

const usage = {
  inputTokens: { total: 12, noCache: 2, cacheRead: 10, cacheWrite: undefined },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
};
const finish = { type: "finish", usage, finishReason: { unified: "stop", raw: "stop" } } as const;
const hi = [userMessage("hi")];

function model(
  parts: readonly unknown[],
  specificationVersion: "v3" | "v4" = "v4",
  provider = "acme.images",
): { asked: LanguageModelV4CallOptions[]; model: LanguageModelV3 | LanguageModelV4 } {
  const asked: LanguageModelV4CallOptions[] = [];
  const made = {
    specificationVersion,
    provider,
    modelId: "rocket-1",
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error("it is never asked in one piece")),
    doStream: async (options: LanguageModelV4CallOptions) => {
      asked.push(options);
      return {
        stream: ReadableStream.from(parts),
        response: {
          headers: {
            "x-ratelimit-remaining-requests": "9",
            "x-ratelimit-limit-requests": "10",
            "x-ratelimit-reset-requests": "1s",
          },
        },
      };
    },
  };
  return { asked, model: made as unknown as LanguageModelV4 };
}

const ask = async (parts: readonly unknown[], messages: readonly Message[] = hi): Promise<ModelReply> =>
  new LLMManager({ models: [model(parts).model], retry: 1 }).generate({ messages });

test("every part finds its place, and its metadata comes with it", async () => {
  const parts: LanguageModelV4StreamPart[] = [
    {
      type: "stream-start",
      warnings: [
        { type: "unsupported", feature: "seed" },
        { type: "other", message: "old model" },
      ],
    },
    { type: "response-metadata", id: "resp_1", modelId: "rocket-1-2026" },
    { type: "ping" },
    { type: "reasoning-start", id: "r1", providerMetadata: { acme: { itemId: "rs_1" } } },
    { type: "reasoning-delta", id: "r1", delta: "hm" },
    { type: "reasoning-end", id: "r1", providerMetadata: { acme: { signature: "sig" } } },
    { type: "reasoning-start", id: "r2" },
    { type: "reasoning-end", id: "r2", providerMetadata: { acme: { redactedData: "xyz" } } },
    { type: "text-start", id: "t1" },
    { type: "text-delta", id: "t1", delta: "I " },
    { type: "text-delta", id: "t1", delta: "look.", providerMetadata: { acme: { n: 1 } } },
    { type: "text-end", id: "t1" },
    { type: "text-start", id: "t2" },
    { type: "text-delta", id: "t2", delta: "Now." },
    { type: "text-end", id: "t2" },
    { type: "tool-input-start", id: "c1", toolName: "add" },
    { type: "tool-input-delta", id: "c1", delta: '{"a":' },
    { type: "tool-input-delta", id: "c1", delta: "1}" },
    { type: "tool-input-end", id: "c1" },
    {
      type: "tool-call",
      toolCallId: "c1",
      toolName: "add",
      input: '{"a":1}',
      providerMetadata: { acme: { thought: "t" } },
    },
    { type: "tool-call", toolCallId: "s1", toolName: "web_search", input: "{}", providerExecuted: true },
    { type: "tool-result", toolCallId: "s1", toolName: "web_search", result: { hits: 2 }, preliminary: true },
    { type: "tool-result", toolCallId: "s1", toolName: "web_search", result: { hits: 3 } },
    { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([104, 105]) } },
    { type: "custom", kind: "acme.compaction", providerMetadata: { acme: { id: "k" } } },
    { type: "source", sourceType: "url", id: "u", url: "https://example.com" },
    { type: "something-new" } as never,
    finish,
  ];
  const reply = await ask(parts);
  expect(reply.message.parts).toEqual([
    { type: "reasoning", text: "hm", metadata: { acme: { itemId: "rs_1", signature: "sig" } } },
    { type: "reasoning", text: "", metadata: { acme: { redactedData: "xyz" } } },
    { type: "text", text: "I look.", metadata: { acme: { n: 1 } } },
    { type: "text", text: "Now." },
    { type: "tool-call", id: "c1", name: "add", input: { a: 1 }, metadata: { acme: { thought: "t" } } },
    { type: "tool-call", id: "s1", name: "web_search", input: {}, remote: true },
    { type: "tool-result", id: "s1", name: "web_search", output: { type: "json", value: { hits: 3 } }, remote: true },
    { type: "file", mediaType: "image/png", base64: "aGk=" },
    { type: "opaque", kind: "acme.compaction", metadata: { acme: { id: "k" } } },
  ]);
  expect(reply).toMatchObject({
    model: "acme/rocket-1",
    message: { from: { provider: "acme", model: "rocket-1" } },
    usage: { inputTokens: 12, cachedTokens: 10, outputTokens: 7, reasoningTokens: 3 },
    calls: [{ response: "resp_1", answeredBy: "rocket-1-2026" }],
    warnings: [{ message: "seed is not supported", setting: "seed" }, { message: "old model" }],
  });
  // All of it goes back as it came.
  const { asked, model: again } = model([finish]);
  await new LLMManager({ models: [again] }).generate({
    messages: [...hi, reply.message, toolMessage([{ id: "c1", name: "add", output: { type: "text", text: "2" } }])],
  });
  expect(asked[0]?.prompt[1]?.content).toEqual([
    { type: "reasoning", text: "hm", providerOptions: { acme: { itemId: "rs_1", signature: "sig" } } },
    { type: "reasoning", text: "", providerOptions: { acme: { redactedData: "xyz" } } },
    { type: "text", text: "I look.", providerOptions: { acme: { n: 1 } } },
    { type: "text", text: "Now." },
    {
      type: "tool-call",
      toolCallId: "c1",
      toolName: "add",
      input: { a: 1 },
      providerOptions: { acme: { thought: "t" } },
    },
    { type: "tool-call", toolCallId: "s1", toolName: "web_search", input: {}, providerExecuted: true },
    { type: "tool-result", toolCallId: "s1", toolName: "web_search", output: { type: "json", value: { hits: 3 } } },
    { type: "file", mediaType: "image/png", data: { type: "data", data: "aGk=" } },
    { type: "custom", kind: "acme.compaction", providerOptions: { acme: { id: "k" } } },
  ]);
});

describe("an answer that breaks off", () => {
  const text = [
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "half" },
  ];
  test.each([
    ["without an end", text, "interrupted"],
    [
      "as interrupted",
      [...text, { ...finish, finishReason: { unified: "interrupted", raw: undefined } }],
      "interrupted",
    ],
    ["as an error", [...text, { ...finish, finishReason: { unified: "error", raw: "x" } }], "server"],
    [
      "by an error inside",
      [...text, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }],
      "server",
    ],
  ])("%s is a failure that may pass", async (_, parts, kind) => {
    const error = await ask(parts).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "model-unavailable",
      data: { calls: [{ failure: { kind } }], partial: { parts: [{ text: "half" }] } },
    });
  });
});

test("all settings, tools and the output reach the model", async () => {
  const { asked, model: acme } = model([finish], "v4", "openai.responses");
  const tools = [{ name: "add", description: "Adds.", inputSchema: { type: "object" } }];
  const settings = {
    temperature: 0.5,
    maxOutputTokens: 9,
    topP: 0.9,
    stop: ["END"],
    seed: 4,
    reasoning: "low" as const,
    headers: { "x-a": "1" },
    providerOptions: { openai: { store: false } },
    toolChoice: { tool: "add" },
  };
  const output = {
    schema: { "~standard": { version: 1 as const, vendor: "own", validate: () => ({ value: 1 }) } },
    jsonSchema: { type: "object" },
    name: "n",
  };
  await new LLMManager({ models: [acme] }).generate({ messages: hi, tools, settings, output }).catch(() => {});
  expect(asked[0]).toMatchObject({
    temperature: 0.5,
    maxOutputTokens: 9,
    topP: 0.9,
    stopSequences: ["END"],
    seed: 4,
    reasoning: "low",
    headers: { "x-a": "1" },
    providerOptions: { openai: { store: false } },
    toolChoice: { type: "tool", toolName: "add" },
    tools: [{ type: "function", name: "add", description: "Adds.", inputSchema: { type: "object" } }],
    responseFormat: { type: "json", schema: { type: "object" }, name: "n" },
  });
});

test("a model of version 3 is sent what version 3 takes", async () => {
  const parts: LanguageModelV3StreamPart[] = [
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "ok" },
    { type: "text-end", id: "t" },
    { type: "file", mediaType: "image/png", data: "aGk=" },
    finish,
  ];
  const { asked, model: older } = model(parts, "v3");
  const image = { type: "file", mediaType: "image/png", base64: "aGk=" } as const;
  const call = { type: "tool-call", id: "c", name: "see", input: {} } as const;
  const messages = [
    systemMessage("s"),
    userMessage([
      { type: "text", text: "look" },
      image,
      { ...image, url: "https://example.com/a.png", base64: undefined as never },
    ]),
    assistantMessage([{ type: "opaque", kind: "acme.x" }, call]),
    toolMessage([
      {
        id: "c",
        name: "see",
        output: {
          type: "parts",
          parts: [
            { type: "text", text: "t" },
            image,
            { type: "file", mediaType: "application/pdf", url: "https://example.com/b.pdf" },
          ],
        },
      },
    ]),
  ];
  const reply = await new LLMManager({ models: [older] }).generate({ messages, settings: { reasoning: "high" } });
  expect(textOf(reply.message)).toBe("ok");
  expect(reply.message.parts[1]).toEqual({ type: "file", mediaType: "image/png", base64: "aGk=" });
  expect(reply.warnings).toMatchObject([{ setting: "reasoning" }]);
  expect(asked[0]).not.toHaveProperty("reasoning");
  const [, user, assistant, tool] = asked[0]?.prompt ?? [];
  expect(user?.content).toEqual([
    { type: "text", text: "look" },
    { type: "file", mediaType: "image/png", data: "aGk=" },
    { type: "file", mediaType: "image/png", data: new URL("https://example.com/a.png") },
  ]);
  expect(assistant?.content).toEqual([{ type: "tool-call", toolCallId: "c", toolName: "see", input: {} }]);
  expect(tool?.content).toMatchObject([
    {
      output: {
        type: "content",
        value: [
          { type: "text", text: "t" },
          { type: "image-data", mediaType: "image/png", data: "aGk=" },
          { type: "file-url", url: "https://example.com/b.pdf" },
        ],
      },
    },
  ]);
});

test("a stream that is given up is cancelled", async () => {
  let cancelled: unknown;
  const stream = new ReadableStream(
    {
      pull: (controller) => controller.enqueue({ type: "text-delta", id: "t", delta: "x" }),
      cancel: (reason) => void (cancelled = reason ?? "given up"),
    },
    { highWaterMark: 0 },
  );
  const endless = { ...model([]).model, doStream: async () => ({ stream }) } as unknown as LanguageModelV4;
  const controller = new AbortController();
  const running = new LLMManager({ models: [endless] }).stream({ messages: hi, abortSignal: controller.signal });
  for await (const event of running) {
    if (event.type !== "text-delta") continue;
    controller.abort(new Error("enough"));
    break;
  }
  await running.reply.catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(cancelled).toBe("given up");
});

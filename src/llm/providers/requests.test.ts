// What the AI SDK's packages send, over their own `fetch`:
// - Anthropic's `max_tokens` is what the model may write, thinking included, and no more than a budget has reserved
// - a schema is sent as strict where OpenAI's strict mode can say all of it, and else not claimed to be
// - OpenAI's Responses are not referred to: a history is sent whole, whatever key answers and whatever was cut off
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Budget } from "../../base/index.ts";
import {
  isModelError,
  LLMManager,
  type LLMManagerOptions,
  type Message,
  type ModelSettings,
  type ModelSource,
  toolMessage,
  userMessage,
} from "../index.ts";
import { strictSchema } from "./strict-schema.ts";

type Body = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any
type Fetch = typeof globalThis.fetch;
const hi = [userMessage("hi")];

/** Answers each request with these events, and keeps what it was sent. */
function sent(events: (body: Body) => readonly Body[]): { fetch: Fetch; bodies: Body[] } {
  const bodies: Body[] = [];
  const fetch: Fetch = async (_, init) => {
    const body = JSON.parse(init?.body as string) as Body;
    bodies.push(body);
    const lines = events(body).map((event) => `event: ${event["type"]}\ndata: ${JSON.stringify(event)}\n\n`);
    return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, bodies };
}

const once = (models: readonly ModelSource[], settings: ModelSettings = {}): LLMManager =>
  new LLMManager({ models, settings, retry: 1 } satisfies LLMManagerOptions);

describe("Anthropic", () => {
  /** Writes all that it may. */
  const anthropic = () =>
    sent(({ max_tokens }) => [
      {
        type: "message_start",
        message: { id: "m", type: "message", role: "assistant", model: "c", content: [], usage: { input_tokens: 20 } },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "ok" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: max_tokens } },
      { type: "message_stop" },
    ]);
  const ask = async (model: string, settings: ModelSettings): Promise<Body> => {
    const { fetch, bodies } = anthropic();
    const llm = once([{ model: `anthropic/${model}`, keys: ["a-key-for-tests"], fetch }], settings);
    const { warnings } = await llm.generate({ messages: hi });
    const { max_tokens, thinking, output_config } = bodies[0] as Body;
    return { max_tokens, thinking, effort: output_config?.effort, warnings: warnings.map(({ message }) => message) };
  };

  test.each([
    ["claude-haiku-4-5", "high", 10_000, 6_000],
    ["claude-sonnet-4-5-20250929", "low", 20_000, 2_000],
    ["claude-opus-4-1", "minimal", 10_000, 1_024],
    ["claude-3-7-sonnet-latest", "max", 4_000, 2_976],
    ["claude-sonnet-4-20250514", "medium", 2_048, 1_024],
  ] as const)("%s thinks at %s within what it may write", async (model, reasoning, maxOutputTokens, budget_tokens) => {
    expect(await ask(model, { reasoning, maxOutputTokens })).toEqual({
      max_tokens: maxOutputTokens,
      thinking: { type: "enabled", budget_tokens },
      effort: undefined,
      warnings: [],
    });
  });

  test("a budget is below what the model can write", async () => {
    expect(await ask("claude-opus-4-1", { reasoning: "max", maxOutputTokens: 100_000 })).toMatchObject({
      max_tokens: 32_000,
      thinking: { budget_tokens: 30_400 },
    });
  });

  test("a model that decides for itself is left to", async () => {
    for (const model of ["claude-opus-4-6", "claude-sonnet-5", "claude-opus-5-5"]) {
      expect(await ask(model, { reasoning: "high", maxOutputTokens: 1_000 })).toMatchObject({
        max_tokens: 1_000,
        thinking: { type: "adaptive" },
        effort: "high",
        warnings: [],
      });
    }
  });

  test("where too little may be written it does not think, and says so", async () => {
    const message =
      "claude-haiku-4-5 does not think: with its answer that takes at least 2048 tokens, and it may write 2047";
    expect(await ask("claude-haiku-4-5", { reasoning: "high", maxOutputTokens: 2_047 })).toEqual({
      max_tokens: 2_047,
      thinking: undefined,
      effort: undefined,
      warnings: [message],
    });
    const providerOptions = { anthropic: { thinking: { type: "enabled", budgetTokens: 1_500 } } };
    expect(await ask("claude-haiku-4-5", { providerOptions, maxOutputTokens: 2_047 })).toMatchObject({
      max_tokens: 2_047,
      thinking: { type: "disabled" },
      warnings: [message],
    });
  });

  test("a budget of the caller is a part of what may be written, and is cut down to fit", async () => {
    const providerOptions = { anthropic: { thinking: { type: "enabled", budgetTokens: 4_000 } } };
    for (const model of ["claude-haiku-4-5", "claude-opus-4-6"]) {
      expect(await ask(model, { providerOptions, maxOutputTokens: 8_000 })).toMatchObject({
        max_tokens: 8_000,
        thinking: { type: "enabled", budget_tokens: 4_000 },
        warnings: [],
      });
    }
    expect(await ask("claude-haiku-4-5", { providerOptions, maxOutputTokens: 4_500 })).toMatchObject({
      max_tokens: 4_500,
      thinking: { budget_tokens: 3_476 },
      warnings: [expect.stringContaining("thinks within 3476 tokens, not 4000")],
    });
  });

  test("options under the name of another provider that offers its models are found", async () => {
    const { fetch, bodies } = anthropic();
    const model = createAnthropic({ name: "bedrock.anthropic.messages", apiKey: "a-key-for-tests", fetch })(
      "claude-haiku-4-5",
    );
    const providerOptions = { bedrock: { thinking: { type: "enabled", budgetTokens: 2_000 } } };
    await once([model], { providerOptions, maxOutputTokens: 5_000 }).generate({ messages: hi });
    expect(bodies[0]).toMatchObject({ max_tokens: 5_000, thinking: { budget_tokens: 2_000 } });
  });

  test("without a maximum, its package decides", async () => {
    expect(await ask("claude-haiku-4-5", { reasoning: "low" })).toMatchObject({
      max_tokens: 64_000,
      thinking: { budget_tokens: 6_400 },
    });
  });

  test("a budget in dollars holds, whatever the model thinks", async () => {
    const { fetch, bodies } = anthropic();
    const price = { input: 3, output: 15 };
    const llm = once([{ model: "anthropic/claude-haiku-4-5", keys: ["a-key-for-tests"], fetch, price }]);
    const budget = new Budget({ usd: 0.06 });
    await llm.generate({ messages: hi, budget, settings: { reasoning: "high" } });
    expect(bodies[0]?.["thinking"]).toMatchObject({ type: "enabled" });
    expect(budget.spent.usd).toBeGreaterThan(0.05);
    expect(budget.spent.usd).toBeLessThanOrEqual(0.0601);
  });
});

describe("structured output", () => {
  const chat = () =>
    sent(() => [{ id: "c", model: "m", choices: [{ index: 0, delta: { content: "{}" }, finish_reason: "stop" }] }]);
  type Format = { strict: boolean; schema: Body } | undefined;
  const ask = async (
    make: (fetch: Fetch) => ModelSource,
    schema: z.ZodType,
    settings: ModelSettings = {},
  ): Promise<Format> => {
    const { fetch, bodies } = chat();
    await once([make(fetch)], settings)
      .generateObject({ messages: hi, schema, repairs: 0 })
      .catch(() => {});
    const { text, response_format } = bodies[0] as Body;
    return (text?.format ?? response_format?.json_schema) as Format;
  };
  const named = (model: string) => (fetch: Fetch) => ({ model, keys: ["a-key-for-tests"], fetch });
  const openai = { apiKey: "a-key-for-tests" };
  const models: [string, (fetch: Fetch) => ModelSource][] = [
    ["openai", named("openai/gpt-5-mini")],
    ["openai chat", (fetch) => createOpenAI({ ...openai, fetch }).chat("gpt-5-mini")],
    ["azure", (fetch) => createOpenAI({ ...openai, fetch, name: "azure" })("gpt-5-mini")],
    ["a gateway", (fetch) => ({ model: createOpenAI({ ...openai, fetch, name: "acme" })("gpt-5-mini") })],
    ["openrouter", named("openrouter/openai/gpt-5-mini")],
    ["google", named("google/gemini-2.5-flash")],
    ["mistral", named("mistral/mistral-small-latest")],
    ["xai", named("xai/grok-4")],
    ["cerebras", named("cerebras/llama-4")],
  ];
  const native = models.filter(([name]) => name !== "a gateway");

  test.each(native)("%s is held to a schema that can be strict", async (_, make) => {
    const inner = z.object({ name: z.string(), kind: z.enum(["a", "b"]).nullable() });
    const format = await ask(make, z.object({ city: z.string(), districts: z.array(inner) }));
    expect(format?.strict).toBe(true);
    expect(format?.schema).toMatchObject({
      required: ["city", "districts"],
      additionalProperties: false,
      properties: { districts: { items: { required: ["name", "kind"], additionalProperties: false } } },
    });
  });

  test.each(native)("%s is not, where a field may be left out", async (_, make) => {
    const schema = z.object({ city: z.string(), note: z.string().optional() });
    const given = { openai: { user: "u" } };
    for (const settings of [{}, { providerOptions: given }, { providerOptions: { ...given, azure: { user: "u" } } }]) {
      const format = await ask(make, schema, settings);
      expect(format?.strict).toBe(false);
      expect(format?.schema).toMatchObject({ required: ["city"] });
      expect(format?.schema).not.toHaveProperty("additionalProperties");
    }
  });

  test("each package is told under its own name", async () => {
    const asked: Body[] = [];
    const doStream = async (options: Body) => (asked.push(options), { stream: ReadableStream.from([]) });
    const model = { specificationVersion: "v4", provider: "groq.chat", modelId: "llama-4", doStream } as const;
    const schema = z.object({ city: z.string(), note: z.string().optional() });
    await once([model as never])
      .generate({ messages: hi, output: { schema, mode: "native" } })
      .catch(() => {});
    const told = { strictJsonSchema: false };
    expect(asked[0]?.["providerOptions"]).toEqual({ openai: told, openaiCompatible: told, groq: told, deepseek: told });
  });

  test("what the caller says of strictness holds", async () => {
    const schema = z.object({ city: z.string(), note: z.string().optional() });
    const providerOptions = { openai: { strictJsonSchema: true } };
    expect((await ask(named("openai/gpt-5-mini"), schema, { providerOptions }))?.strict).toBe(true);
  });

  test.each(models)("%s: a value that is no object is asked for by instructions", async (_, make) => {
    expect(await ask(make, z.array(z.string()))).toBeUndefined();
    expect(await ask(make, z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]))).toBeUndefined();
  });

  test("a schema is strict only where all of it can be said", () => {
    const schema = (type: z.ZodType): object =>
      z.toJSONSchema(z.object({ it: type }), { target: "draft-07", io: "input" });
    const strict = [
      z.string(),
      z.int().min(1),
      z.uuid(),
      z.iso.datetime(),
      z.email(),
      z.literal("x"),
      z.array(z.boolean()).max(3),
      z.union([z.string(), z.object({ a: z.null() })]),
      z.strictObject({ a: z.string().describe("what it is") }),
      z.object({}),
    ];
    for (const type of strict) expect(strictSchema(schema(type)), JSON.stringify(schema(type))).toBeDefined();
    const open = [
      z.unknown(),
      z.record(z.string(), z.number()),
      z.looseObject({ a: z.string() }),
      z.object({ a: z.string().default("x") }),
      z.array(z.object({ a: z.string().optional() })),
      z.tuple([z.string(), z.number()]),
      z.url(),
      z.string().regex(/^(?!a)/),
      z.string().max(3),
      z.discriminatedUnion("t", [z.object({ t: z.literal("a") }), z.object({ t: z.literal("b") })]),
    ];
    for (const type of open) expect(strictSchema(schema(type)), JSON.stringify(schema(type))).toBeUndefined();
    expect(strictSchema({ type: "object" })).toBeUndefined();
    expect(strictSchema({ type: "object", properties: null, required: 5 })).toBeUndefined();
    expect(
      strictSchema({ type: "object", properties: {}, allOf: [{ type: "object", properties: {} }] }),
    ).toBeUndefined();
    expect(strictSchema({ type: "object", properties: { a: true }, required: ["a"] })).toBeUndefined();
    const same = schema(z.string());
    expect(strictSchema(same)).toBe(strictSchema(same));
  });

  test("a schema that refers to itself is closed wherever it is", () => {
    const Node = z.object({
      name: z.string(),
      get children() {
        return z.array(Node);
      },
    });
    expect(strictSchema(z.toJSONSchema(Node, { target: "draft-07", io: "input" }))).toMatchObject({
      additionalProperties: false,
      properties: { children: { items: { $ref: "#" } } },
    });
  });
});

describe("OpenAI's Responses", () => {
  const response = { id: "r", created_at: 1, model: "gpt-5-mini", usage: { input_tokens: 1, output_tokens: 1 } };
  const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "ENC" };
  const text = { type: "message", id: "msg_1", role: "assistant", content: [] };
  const call = {
    type: "function_call",
    id: "fc_1",
    call_id: "call_1",
    name: "f",
    arguments: "{}",
    status: "completed",
  };
  const answer = (items: readonly Body[], end = true): readonly Body[] => [
    { type: "response.created", response },
    ...items.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item },
      ...(item === text
        ? [{ type: "response.output_text.delta", output_index, item_id: text.id, content_index: 0, delta: "half of" }]
        : []),
      ...(end || item !== items.at(-1) ? [{ type: "response.output_item.done", output_index, item }] : []),
    ]),
    ...(end ? [{ type: "response.completed", response }] : []),
  ];
  const tools = [{ name: "f", inputSchema: { type: "object", properties: {} } }];
  const result = toolMessage([{ id: "call_1", name: "f", output: { type: "text", text: "x" } }]);
  const openai = { apiKey: "a-key-for-tests" };

  test.each(["openai", "azure", "acme"])("%s: a turn goes back whole, with its reasoning", async (name) => {
    const { fetch, bodies } = sent(() => answer([reasoning, text, call]));
    const llm = once([createOpenAI({ ...openai, name, fetch })("gpt-5-mini")]);
    const { message } = await llm.generate({ messages: hi, tools });
    const { repairs, warnings } = await llm.generate({ messages: [...hi, message, result], tools });
    expect(repairs).toEqual([]);
    expect(warnings).toEqual([]);
    expect(bodies.map(({ store, include }) => ({ store, include }))).toEqual([
      { store: false, include: ["reasoning.encrypted_content"] },
      { store: false, include: ["reasoning.encrypted_content"] },
    ]);
    expect(bodies[1]?.["input"].slice(1)).toEqual([
      { type: "reasoning", id: "rs_1", encrypted_content: "ENC", summary: [] },
      { role: "assistant", content: "half of" },
      { type: "function_call", call_id: "call_1", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "x" },
    ]);
  });

  test("a model that does not reason is not asked for its reasoning", async () => {
    const { fetch, bodies } = sent(() => answer([text]));
    await once([createOpenAI({ ...openai, fetch })("gpt-4.1")]).generate({ messages: hi });
    expect(bodies[0]).toMatchObject({ store: false });
    expect(bodies[0]).not.toHaveProperty("include");
  });

  test("an answer that was cut off goes back by its text", async () => {
    const { fetch, bodies } = sent(() => answer([reasoning, text], false));
    const llm = once([createOpenAI({ ...openai, fetch })("gpt-5-mini")]);
    const error: unknown = await llm.generate({ messages: hi }).catch((thrown: unknown) => thrown);
    const { partial } = isModelError(error) ? error.data : {};
    await llm.generate({ messages: [...hi, partial as Message, userMessage("go on")] }).catch(() => {});
    expect(bodies[1]?.["input"]).toMatchObject([
      { role: "user" },
      { type: "reasoning", encrypted_content: "ENC" },
      { role: "assistant", content: "half of" },
      { role: "user" },
    ]);
  });

  test.each([
    ["openai", { openai: { store: true } }, { store: true }],
    ["azure", { azure: { store: true } }, { store: true }],
    ["azure", { openai: { store: true, user: "u" } }, { store: true, user: "u" }],
    ["azure", { openai: { user: "u" } }, { store: false, user: "u" }],
    ["azure", { azure: { user: "u" }, openai: { user: "v" } }, { store: false, user: "u" }],
    ["openai", { openai: { previousResponseId: "resp_1" } }, { store: undefined, previous_response_id: "resp_1" }],
    ["openai", { openai: { conversation: "conv_1" } }, { store: undefined, conversation: "conv_1" }],
  ])("%s: what the caller says holds: %j", async (name, providerOptions, expected) => {
    const { fetch, bodies } = sent(() => answer([text]));
    const model = createOpenAI({ ...openai, name, fetch })("gpt-5-mini");
    await once([model], { providerOptions }).generate({ messages: hi });
    const { store, user, previous_response_id, conversation } = bodies[0] as Body;
    expect({ store, user, previous_response_id, conversation }).toMatchObject(expected);
  });
});

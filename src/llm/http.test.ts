// Over real HTTP, the provider packages of the AI SDK against a fake provider with its faults on:
// - each fault is recognised for what it is, with each package, and the next attempt answers
// - tool calls, reasoning and usage come through, and go back into the next prompt
// - at 30 % independent faults, two models, three attempts: of 2,000 calls at least 99.5 % are answered, each of the rest
//   with one clear error; what the manager counts is what the server saw
// - 200 calls, 20 at once, open no more than 20 connections
import { describe, expect, test } from "vitest";
import type { FixtureResponse } from "@copilotkit/aimock";
import { random } from "../../test/random.ts";
import { virtualClock } from "../testing/index.ts";
import { delays, type FakeProvider, fakeProvider, type HttpFault } from "./http.fixture.ts";
import {
  isModelError,
  LLMManager,
  type LLMManagerOptions,
  type Message,
  type ModelCall,
  type ModelSource,
  textOf,
  toolCallsOf,
  toolMessage,
  userMessage,
} from "./index.ts";

const TEXT = "The capital of France is Paris, and has been for a long time.";
const answer: FixtureResponse = {
  content: TEXT,
  usage: { prompt_tokens: 100, completion_tokens: 20, input_tokens: 100, output_tokens: 20 },
};
const price = { input: 10, output: 50 };
const cost = (100 * 10 + 20 * 50) / 1e6;
const hi = [userMessage("What is the capital of France?")];
const quick: LLMManagerOptions = {
  retry: { attempts: 3, initialDelay: 5, maxDelay: 50 },
  settings: { timeout: { firstToken: "5s", idle: "5s" } },
};

type Package = "openai" | "openai chat" | "anthropic" | "openai-compatible";
const packages: Package[] = ["openai", "openai chat", "anthropic", "openai-compatible"];

async function source(name: Package, url: string): Promise<ModelSource> {
  const shared = { name, price };
  switch (name) {
    case "openai":
      return { ...shared, model: "openai/gpt-5-mini", keys: ["test-key-openai"], baseURL: `${url}/v1` };
    case "openai chat": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return { ...shared, model: createOpenAI({ apiKey: "test-key-openai", baseURL: `${url}/v1` }).chat("gpt-4.1") };
    }
    case "anthropic":
      return { ...shared, model: "anthropic/claude-haiku-4-5", keys: ["test-key-anthropic"], baseURL: `${url}/v1` };
    case "openai-compatible":
      return { ...shared, model: "groq/llama-4", keys: ["test-key-groq"], baseURL: `${url}/v1` };
  }
}

/** As what a fault may be seen: what breaks off as a broken connection, or as an answer without an end. */
const KINDS: Record<HttpFault, readonly string[]> = {
  "500": ["server"],
  "429": ["rate-limited"],
  "429 with retry-after": ["rate-limited"],
  malformed: ["bad-reply", "interrupted"],
  disconnect: ["interrupted", "network"],
  slow: [""],
  hang: ["timeout"],
};

describe.each(packages)("@ai-sdk: %s", (name) => {
  test.each(Object.keys(KINDS) as HttpFault[])("%s", async (fault) => {
    await using server = await fakeProvider({ answer, fault: (_, number) => (number === 0 ? fault : undefined) });
    const manager = new LLMManager({
      ...quick,
      models: [await source(name, server.url)],
      settings: { timeout: { firstToken: fault === "hang" ? 300 : "10s", idle: "10s" } },
    });
    const reply = await manager.generate({ messages: hi });
    expect(textOf(reply.message)).toBe(TEXT);
    expect(reply.calls.at(-1)).toMatchObject({
      outcome: "answered",
      usage: { inputTokens: 100, outputTokens: 20 },
      cost,
    });
    const kinds = reply.calls.slice(0, -1).map(({ failure }) => failure?.kind);
    expect(KINDS[fault]).toContain(kinds.join());
    expect(server.seen).toHaveLength(reply.calls.length);
  });

  test("calls, reasoning and usage come through and go back", async () => {
    const prompts: unknown[] = [];
    const called: FixtureResponse = {
      toolCalls: [{ name: "add", arguments: '{"a":1,"b":2}', id: "call_abc" }],
      ...(name === "anthropic" && { reasoning: "I add.", reasoningSignature: "sig" }),
    };
    await using server = await fakeProvider({
      answer,
      fault: (request) => (prompts.push(request.messages), undefined),
    });
    await using first = await fakeProvider({ answer: called, fault: () => undefined });
    const tools = [
      {
        name: "add",
        description: "Adds.",
        inputSchema: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } },
      },
    ];
    const { message } = await new LLMManager({ ...quick, models: [await source(name, first.url)] }).generate({
      messages: hi,
      tools,
    });
    const [call] = toolCallsOf(message);
    expect(call).toMatchObject({ name: "add", input: { a: 1, b: 2 } });
    const history: Message[] = [
      ...hi,
      message,
      toolMessage([{ id: call?.id ?? "", name: "add", output: { type: "json", value: 3 } }]),
    ];
    const reply = await new LLMManager({ ...quick, models: [await source(name, server.url)] }).generate({
      messages: history,
      tools,
    });
    expect(textOf(reply.message)).toBe(TEXT);
    expect(reply.repairs).toEqual([]);
    const sent = JSON.stringify(prompts[0]);
    expect(sent).toContain("add");
    expect(sent).toContain(call?.id ?? "-");
  });

  test("a settings's warning, and an abort in the middle", async () => {
    await using server = await fakeProvider({ answer, fault: () => "hang" });
    const manager = new LLMManager({ ...quick, models: [await source(name, server.url)] });
    const controller = new AbortController();
    const reply = manager.generate({ messages: hi, abortSignal: controller.signal });
    const waited = new Promise((resolve) => setTimeout(resolve, 200));
    await waited;
    controller.abort(new Error("enough"));
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(isModelError(error) && error.data.calls).toMatchObject([{ outcome: "aborted", estimated: true }]);
  });
});

test("2,000 calls at 30 % faults are answered", async () => {
  const next = random(20_261_126);
  const kinds = (Object.keys(KINDS) as HttpFault[]).filter((kind) => !delays.includes(kind));
  let hanging = 0;
  const fault = (): HttpFault | undefined => {
    const drawn = next();
    const kind = drawn < 0.3 ? kinds[Math.floor((drawn / 0.3) * kinds.length)] : undefined;
    if (kind === "hang") hanging++;
    if (kind !== undefined) return kind;
    return drawn < 0.35 ? "slow" : undefined;
  };
  await using server = await fakeProvider({ answer, fault });
  const [openai, anthropic] = await Promise.all([source("openai chat", server.url), source("anthropic", server.url)]);
  const clock = virtualClock();
  const manager = new LLMManager({
    ...quick,
    models: [openai, anthropic],
    concurrency: 40,
    clock,
    settings: { timeout: { firstToken: 1_000, idle: "5s" } },
    retry: { attempts: 3, initialDelay: 5, maxDelay: 50 },
    // A breaker learns from failures that say something of the next request; these are drawn by lot.
    breaker: false,
  });
  const calls: ModelCall[] = [];
  const onCall = (call: ModelCall): void => {
    calls.push(call);
    if (call.failure?.kind === "timeout") hanging--;
  };
  let answered = 0;
  const errors: unknown[] = [];
  let left = 2_000;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      try {
        const reply = await manager.generate({ messages: hi, onCall });
        expect(textOf(reply.message)).toBe(TEXT);
        answered++;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  const working = Promise.all(Array.from({ length: 40 }, worker)).finally(() => (left = -Infinity));
  // Time passes only while nothing is under way but what hangs: no answer is late, however slow the machine is.
  while (left > -Infinity) {
    if (underWay(manager) === hanging) await clock.advanceToNext();
    else await new Promise((resolve) => setImmediate(resolve));
  }
  await working;
  report(manager, calls, answered, server);
  expect(answered + errors.length).toBe(2_000);
  expect(answered).toBeGreaterThanOrEqual(1_990);
  for (const error of errors) {
    expect(isModelError(error) && error.data.calls.length).toBe(6);
    expect((error as Error).message).toMatch(
      /^no answer of a model: "openai chat" was asked 3 times.*; "anthropic" was asked 3 times/,
    );
  }
  const { total } = manager.usage();
  expect(total.calls).toBe(calls.length);
  expect(server.seen).toHaveLength(calls.length);
  expect(calls.filter(({ outcome }) => outcome === "answered")).toHaveLength(answered);
  const exact = calls
    .filter(({ estimated }) => estimated !== true)
    .reduce((sum, call) => sum + (call.cost ?? Number.NaN), 0);
  expect(exact).toBeCloseTo(answered * cost);
  expect(total.cost).toBeCloseTo(calls.reduce((sum, call) => sum + (call.cost ?? Number.NaN), 0));
  // Each request that met no fault was answered; each that met one was not, but for what merely came late.
  const met = server.seen.filter((each) => each.fault !== undefined && each.fault !== "slow").length;
  expect(total.failed).toBe(met);
}, 180_000);

test("200 calls, 20 at once, open no more than 20 connections", async () => {
  await using server = await fakeProvider({ answer, fault: () => undefined, latency: 5 });
  const manager = new LLMManager({
    ...quick,
    models: [await source("openai-compatible", server.url)],
    concurrency: 20,
  });
  const replies = await Promise.all(Array.from({ length: 200 }, () => manager.generate({ messages: hi })));
  expect(replies.map(({ message }) => textOf(message))).toEqual(Array.from({ length: 200 }, () => TEXT));
  expect(server.sockets.most).toBeLessThanOrEqual(20);
  expect(server.sockets.all).toBeLessThanOrEqual(20);
  expect(manager.usage().total).toMatchObject({ calls: 200, failed: 0, inputTokens: 20_000, outputTokens: 4_000 });
  expect(manager.usage().total.cost).toBeCloseTo(200 * cost);
  const waited = replies.flatMap(({ calls }) => calls).filter(({ waitedMs }) => waitedMs > 0);
  expect(waited.length).toBeGreaterThanOrEqual(180);
}, 60_000);

/** Requests that wait for the server. */
function underWay(manager: LLMManager): number {
  return manager.state().reduce((sum, { keys }) => sum + keys.reduce((all, { inFlight }) => all + inFlight, 0), 0);
}

function report(manager: LLMManager, calls: readonly ModelCall[], answered: number, server: FakeProvider): void {
  const waits = calls.map(({ waitedMs }) => waitedMs).sort((a, b) => a - b);
  const { total } = manager.usage();
  // oxlint-disable-next-line eslint/no-console
  console.log(
    `${answered} of 2000 answered; ${(calls.length / 2_000).toFixed(2)} requests a call; ` +
      `waited p50 ${waits[waits.length >> 1]?.toFixed(0)} ms, p99 ${waits[Math.floor(waits.length * 0.99)]?.toFixed(0)} ms; ` +
      `$${total.cost.toFixed(2)}, of which ${total.estimated} calls by estimate; ${server.sockets.most} connections at most`,
  );
}

// - a model's answer comes as events and as one reply; reading it is not needed for it to go on
// - waits: exponential with full jitter, or what the provider asks for, within the time for them; only what may pass
// - keys take turns, rest after 429, are taken out after 401; a breaker keeps requests from what is down
// - limits come from options and from headers; those who wait are served in order
// - settings of the nearest level win, and are those of the model that answers
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AitorError, Budget, type Duration, isAitorError, Secret } from "../base/index.ts";
import { type MockAnswer, MockProvider, type MockReply, type VirtualClock, virtualClock } from "../testing/index.ts";
import {
  assistantMessage,
  isContextOverflow,
  isModelError,
  isModelUnavailable,
  LLMManager,
  type LLMManagerOptions,
  type LLMProvider,
  type ModelEvent,
  type ModelReply,
  type ProviderCall,
  systemMessage,
  textOf,
  toolMessage,
  userMessage,
} from "./index.ts";

const hi = [userMessage("hi")];
const status = (code: number, headers?: Record<string, string>): MockAnswer => ({
  fault: { kind: "status", status: code, at: "start", ...(headers && { headers }) },
});
const code = (name: string): unknown => expect.objectContaining({ code: name });

interface Set {
  readonly clock: VirtualClock;
  readonly manager: LLMManager;
  readonly mocks: MockProvider[];
}

function set(scripts: Readonly<Record<string, readonly MockReply[]>>, options: LLMManagerOptions = {}): Set {
  const clock = virtualClock();
  const mocks = Object.entries(scripts).map(([model, script]) => new MockProvider(script, { model, clock }));
  return { clock, mocks, manager: new LLMManager({ models: mocks, clock, ...options }) };
}

/** Lets time pass until it settles. */
async function settle<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let done = false;
  void promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let round = 0; round < 400 && !done; round++) {
    await clock.advance(0);
    if (!done) await clock.advanceToNext();
  }
  return promise;
}

async function eventsOf(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe("an answer", () => {
  test("comes in pieces, then as a reply", async () => {
    const manager = new LLMManager({ models: [new MockProvider(["hello world, how are you?"])] });
    const stream = manager.stream({ messages: hi });
    const events = await eventsOf(stream);
    const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
    const reply = await stream.reply;
    expect(text).toBe("hello world, how are you?");
    expect(textOf(reply.message)).toBe(text);
    expect(events.at(-1)).toEqual({ type: "finished", reply });
    expect(reply).toMatchObject({
      finishReason: "stop",
      model: "mock/scripted",
      message: { from: { provider: "mock", model: "scripted" } },
      calls: [{ outcome: "answered", key: "default", attempt: 1, promptHash: reply.promptHash }],
      repairs: [],
      warnings: [],
    });
    expect(JSON.parse(JSON.stringify(reply))).toEqual(reply);
  });

  test("of reasoning, text and calls keeps their order", async () => {
    const script = [
      {
        reasoning: "hm",
        text: "I look.",
        toolCalls: [
          { name: "a", input: { x: 1 } },
          { name: "b", input: {} },
        ],
      },
    ];
    const { message, finishReason } = await new LLMManager({ models: [new MockProvider(script)] }).generate({
      messages: hi,
    });
    expect(message.parts).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "I look." },
      { type: "tool-call", id: "call_1_1", name: "a", input: { x: 1 } },
      { type: "tool-call", id: "call_1_2", name: "b", input: {} },
    ]);
    expect(finishReason).toBe("tool-calls");
  });

  test("goes on when its reader leaves, or never comes", async () => {
    const { manager, clock } = set({ a: [{ text: "hello world and more", pause: "1s" }] });
    const left = manager.stream({ messages: hi });
    const unread = manager.stream({ messages: hi });
    void (async () => {
      for await (const event of left) if (event.type === "text-delta") break;
    })();
    expect(textOf((await settle(clock, left.reply)).message)).toBe("hello world and more");
    expect(textOf((await settle(clock, unread.reply)).message)).toBe("hello world and more");
    expect((await eventsOf(unread)).at(-1)?.type).toBe("finished");
  });

  test("whose input of a call is no JSON keeps what the model wrote", async () => {
    const provider: LLMProvider = {
      provider: "own",
      model: "m",
      async *stream() {
        yield { type: "tool-call", id: "1", name: "a", input: '{"x":' };
        yield { type: "finish", reason: "tool-calls" };
      },
    };
    const { message, usage, cost } = await new LLMManager({ models: [provider] }).generate({ messages: hi });
    expect(message.parts).toEqual([{ type: "tool-call", id: "1", name: "a", input: {}, broken: '{"x":' }]);
    expect({ usage, cost }).toEqual({ usage: {}, cost: undefined });
  });
});

test.each<[string, (call: ProviderCall) => ProviderCall]>([
  ["as it is", (call) => call],
  ["a copy of it", (call) => ({ ...call, temperature: 0 })],
  ["what is left without its prompt", ({ prompt, ...rest }) => ({ prompt, ...rest })],
])("a provider that wraps another hands on the signal of its call: %s", async (_, handed) => {
  let given: AbortSignal | undefined;
  const inner: LLMProvider = {
    provider: "own",
    model: "inner",
    async *stream({ abortSignal }) {
      given = abortSignal;
      yield { type: "text-delta", text: "never" };
      await new Promise((resolve) => abortSignal.addEventListener("abort", resolve));
    },
  };
  const outer: LLMProvider = { provider: "own", model: "outer", stream: (call) => inner.stream(handed(call)) };
  const controller = new AbortController();
  const reply = new LLMManager({ models: [outer] }).generate({ messages: hi, abortSignal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(reply).rejects.toEqual(code("cancelled"));
  expect(given?.aborted).toBe(true);
});

test.each(["is waited for shortly, and given up", "is given up when the caller is"])(
  "a stream that is held open behind its answer %s",
  async (how) => {
    let given: AbortSignal | undefined;
    const provider: LLMProvider = {
      provider: "own",
      model: "open",
      async *stream({ abortSignal }) {
        given = abortSignal;
        yield { type: "text-delta", text: "whole" };
        yield { type: "finish", reason: "stop" };
        await new Promise((_, reject) => abortSignal.addEventListener("abort", () => reject(new Error("given up"))));
      },
    };
    const clock = virtualClock();
    const caller = new AbortController();
    const manager = new LLMManager({ models: [provider], clock });
    const asking = manager.generate({ messages: hi, abortSignal: caller.signal });
    await clock.advance(0);
    if (how.includes("caller")) caller.abort();
    expect(textOf((await settle(clock, asking)).message)).toBe("whole");
    expect(given?.aborted).toBe(true);
  },
);

describe("retries", () => {
  test.each([408, 409, 429, 500, 502, 503, 529])("%d is tried again", async (number) => {
    const { manager, clock, mocks } = set({ a: [status(number), status(number), "ok"] });
    expect(textOf((await settle(clock, manager.generate({ messages: hi }))).message)).toBe("ok");
    expect(mocks[0]?.calls).toHaveLength(3);
  });

  test.each([400, 401, 402, 403, 404, 413, 422])("%d is not", async (number) => {
    const { manager, clock, mocks } = set({ a: [status(number), "ok"] });
    const error = await settle(clock, manager.generate({ messages: hi })).catch((thrown: unknown) => thrown);
    expect(isModelError(error)).toBe(true);
    expect(isModelUnavailable(error)).toBe(false);
    expect(mocks[0]?.calls).toHaveLength(1);
  });

  test("wait as long as the provider asks", async () => {
    const { manager, clock } = set({ a: [status(503, { "retry-after-ms": "1500" }), "ok"] });
    const stream = manager.stream({ messages: hi });
    const { calls } = await settle(clock, stream.reply);
    expect(calls[1]).toMatchObject({ at: 1_500, waitedMs: 1_500 });
    expect(await eventsOf(stream)).toContainEqual(
      expect.objectContaining({ type: "retried", delayMs: 1_500, failure: "server" }),
    );
  });

  test("wait a random time within limits that double, where it does not say", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constant(0), async () => {
        const { manager, clock } = set(
          { a: [status(500), status(500), status(500), "ok"] },
          { retry: { attempts: 4, initialDelay: 100, maxDelay: 150 } },
        );
        const { calls } = await settle(clock, manager.generate({ messages: hi }));
        const waits = calls.slice(1).map(({ waitedMs }) => waitedMs);
        for (const [index, limit] of [100, 150, 150].entries()) expect(waits[index]).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 20 },
    );
  });

  test("go to the next model where there is no time to wait, though it would be patient", async () => {
    const { manager, clock, mocks } = set(
      { a: [status(503, { "retry-after": "4" })], b: ["from b"] },
      { retry: { attempts: 5, time: "7s" } },
    );
    const stream = manager.stream({ messages: hi });
    expect(textOf((await settle(clock, stream.reply)).message)).toBe("from b");
    expect(mocks[0]?.calls).toHaveLength(2);
    expect((await eventsOf(stream)).filter(({ type }) => type === "retried" || type === "failed-over")).toMatchObject([
      { type: "retried", attempt: 1 },
      { type: "failed-over", failure: "server" },
    ]);
  });

  test.each([
    ["whose key was taken out", status(401)],
    ["that rests for longer than there is time", status(429, { "retry-after": "900" })],
    ["that asks to wait for longer than there is time", status(503, { "retry-after": "900" })],
  ])("are not told of a model %s", async (_, failing) => {
    const { manager, clock } = set({ a: [failing] });
    const stream = manager.stream({ messages: hi });
    await expect(settle(clock, stream.reply)).rejects.toThrow("no answer of a model");
    const told: string[] = [];
    try {
      for await (const { type } of stream) told.push(type);
    } catch {
      // It ends as its reply does.
    }
    expect(told).not.toContain("retried");
  });

  test.each([429, 503])(
    "of years after a %d are an hour: others answer meanwhile, and then it is asked again",
    async (number) => {
      const years = { "retry-after": "999999999" };
      const { manager, clock } = set({ a: [status(number, years), "a"], b: ["b", "b again"] }, { retry: 1 });
      const text = async (): Promise<string> =>
        textOf((await settle(clock, manager.generate({ messages: hi }))).message);
      expect(await text()).toBe("b");
      await clock.advance("59m");
      expect(await text()).toBe("b again");
      await clock.advance("1m");
      expect(await text()).toBe("a");
    },
  );

  test.each([429, 503])("that a %d asks for are in the error, and keep later requests away", async (number) => {
    const { manager, clock, mocks } = set({ a: [status(number, { "retry-after": "900" }), "a"] });
    const asking = (): Promise<ModelReply> => settle(clock, manager.generate({ messages: hi }));
    await expect(asking()).rejects.toThrow(`(HTTP ${number}, asks to wait for 900000 ms)`);
    await expect(asking()).rejects.toThrow("it is left alone for 900000 ms, after failures");
    expect(mocks[0]?.calls).toHaveLength(1);
    await clock.advance("15m");
    expect(textOf((await asking()).message)).toBe("a");
  });

  test("end when the time for waits would be over", async () => {
    const { manager, clock, mocks } = set(
      { a: [status(503, { "retry-after": "50" })] },
      { retry: { attempts: 9, time: "2m" } },
    );
    const error = await settle(clock, manager.generate({ messages: hi })).catch((thrown: unknown) => thrown);
    expect(error).toEqual(code("model-unavailable"));
    expect(mocks[0]?.calls).toHaveLength(3);
    expect(clock.now()).toBe(100_000);
  });

  test("and the whole call end at once when it is aborted", async () => {
    const { manager, clock } = set({ a: [status(503, { "retry-after": "50" })] });
    const controller = new AbortController();
    const reply = manager.generate({ messages: hi, abortSignal: controller.signal });
    await clock.advance("1s");
    controller.abort(new Error("enough"));
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(isModelError(error) && [error.code, error.data.calls.length]).toEqual(["cancelled", 1]);
    const again = manager.generate({ messages: hi, abortSignal: controller.signal });
    await expect(again).rejects.toEqual(code("cancelled"));
  });
});

describe("failover", () => {
  test("goes along the list, and an error tells of each", async () => {
    const { manager, clock } = set({ a: [status(500)], b: [status(429)], c: [status(400)] });
    const error = await settle(clock, manager.generate({ messages: hi })).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toContain('"mock/a" was asked 3 times, at last: HTTP 500');
    expect((error as Error).message).toContain('"mock/b" was asked 3 times');
    expect((error as Error).message).toContain('"mock/c" was asked once');
    expect(isModelUnavailable(error)).toBe(true);
  });

  test("takes the list of the manager, and the model of the request first", async () => {
    const { manager } = set({ a: ["a"], b: ["b"], c: ["c"] }, { default: "mock/b", failover: ["mock/c"] });
    expect(manager.models).toEqual(["mock/a", "mock/b", "mock/c"]);
    expect((await manager.generate({ messages: hi })).model).toBe("mock/b");
    expect((await manager.generate({ messages: hi, model: "mock/a" })).model).toBe("mock/a");
    manager.default = "mock/c";
    manager.failover = false;
    expect([manager.default, manager.failover]).toEqual(["mock/c", []]);
    expect((await manager.generate({ messages: hi })).model).toBe("mock/c");
  });

  test("does not happen for a short wait, and does for a long one", async () => {
    const short = set({ a: [status(429, { "retry-after": "2" }), "a"], b: ["b"] });
    expect((await settle(short.clock, short.manager.generate({ messages: hi }))).model).toBe("mock/a");
    const long = set({ a: [status(429, { "retry-after": "20" }), "a"], b: ["b"] });
    expect((await settle(long.clock, long.manager.generate({ messages: hi }))).model).toBe("mock/b");
    expect(long.clock.now()).toBe(0);
  });

  test("comes back to a model with attempts left when the others have none", async () => {
    const { manager, clock } = set({ a: [status(429, { "retry-after": "20" }), "a"], b: [status(400)] });
    expect((await settle(clock, manager.generate({ messages: hi }))).model).toBe("mock/a");
    expect(clock.now()).toBe(20_000);
  });

  test("of a history that is too long goes to a larger window alone", async () => {
    const clock = virtualClock();
    const overflow = { fault: { kind: "status", status: 400, at: "start", message: "prompt is too long" } } as const;
    const models = [
      new MockProvider([overflow], { model: "a", contextWindow: 100, clock }),
      new MockProvider(["b"], { model: "b", contextWindow: 100, clock }),
      new MockProvider(["c"], { model: "c", contextWindow: 1_000, clock }),
    ];
    expect((await new LLMManager({ models, clock }).generate({ messages: hi })).model).toBe("mock/c");
    const error = await new LLMManager({ models: models.slice(0, 2), clock })
      .generate({ messages: hi })
      .catch((thrown: unknown) => thrown);
    expect(isContextOverflow(error)).toBe(true);
  });

  test("of a history that is too long goes nowhere where no window can be told", async () => {
    let isBroken = false;
    const overflow = { fault: { kind: "status", status: 400, at: "start", message: "prompt is too long" } } as const;
    const price = {
      get: () => {
        if (isBroken) throw new Error("not now");
      },
    };
    const models = ["a", "b"].map((model) =>
      Object.defineProperty(new MockProvider([overflow], { model, contextWindow: 100 }), "price", price),
    );
    const manager = new LLMManager({ models });
    isBroken = true;
    await expect(manager.generate({ messages: hi })).rejects.toThrow(code("context-overflow"));
    expect(models.map(({ calls }) => calls.length)).toEqual([1, 0]);
  });

  test("sends each provider a prompt of its own", async () => {
    const clock = virtualClock();
    const a = new MockProvider([status(400)], { model: "a", family: "openai", clock });
    const b = new MockProvider(["ok"], { model: "b", family: "anthropic", clock });
    const messages = [userMessage("hi"), systemMessage("Be quick."), assistantMessage("so")];
    const reply = await new LLMManager({ models: [a, b], clock }).generate({ messages });
    expect(a.calls[0]?.prompt.map(({ role }) => role)).toEqual(["user", "system", "assistant"]);
    expect(b.calls[0]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(reply.repairs.map(({ kind }) => kind)).toEqual(["system-told", "user-added"]);
  });
});

describe("keys", () => {
  const pool = (
    answers: (key: string, number: number) => MockReply,
    keys: readonly (string | Secret)[],
    options: LLMManagerOptions = {},
  ): Set & { asked: string[] } => {
    const clock = virtualClock();
    const asked: string[] = [];
    const model = (key: string): LLMProvider =>
      new MockProvider((_, number) => (asked.push(key), answers(key, number)), { clock });
    const manager = new LLMManager({ models: [{ model, keys }], clock, ...options });
    return { clock, manager, asked, mocks: [] };
  };

  test("take turns", async () => {
    const { manager, asked } = pool(() => "ok", ["key-number-one", "key-number-two", "key-number-three"]);
    for (let number = 0; number < 6; number++) await manager.generate({ messages: hi });
    expect(asked).toEqual([
      "key-number-one",
      "key-number-two",
      "key-number-three",
      "key-number-one",
      "key-number-two",
      "key-number-three",
    ]);
    expect(Object.keys(manager.usage().keys["mock/scripted"] ?? {})).toEqual(["key 1", "key 2", "key 3"]);
  });

  test("rest after 429, and the next answers at once", async () => {
    const { manager, asked, clock } = pool(
      (key) => (key === "limited-key" ? status(429, { "retry-after": "30" }) : "ok"),
      [new Secret("limited-key", "first"), new Secret("other-key-1", "second")],
    );
    for (let number = 0; number < 3; number++) await manager.generate({ messages: hi });
    expect(asked).toEqual(["limited-key", "other-key-1", "other-key-1", "other-key-1"]);
    expect(clock.now()).toBe(0);
    expect(manager.state()[0]?.keys).toMatchObject([
      { key: "first", state: "cooling", readyInMs: 30_000 },
      { key: "second", state: "ready" },
    ]);
    await clock.advance("31s");
    expect(manager.state()[0]?.keys[0]?.state).toBe("ready");
  });

  test("that rest cost no attempt while another one has not been asked", async () => {
    const keys = ["limited-1", "limited-2", "limited-3", "limited-4", "other-key-1"];
    const limited = (key: string): MockReply =>
      key.startsWith("limited") ? status(429, { "retry-after": "30" }) : "ok";
    const { manager, asked } = pool(limited, keys, { retry: { attempts: 1 } });
    await manager.generate({ messages: hi });
    expect(asked).toEqual(keys);
    const { manager: none, asked: all } = pool(() => status(429, { "retry-after": "0" }), keys, {
      retry: { attempts: 2 },
    });
    await expect(none.generate({ messages: hi })).rejects.toEqual(code("rate-limited"));
    expect(all).toHaveLength(6);
  });

  test.each([
    ["taken out", 401],
    ["at rest, with nothing left", 402],
  ])("that are %s are none that could be asked at once", async (_, number) => {
    const { manager, asked, clock } = pool(
      (key) => (key.startsWith("bad") ? status(number) : status(429, { "retry-after": "0" })),
      ["bad-key-one", "bad-key-two", "bad-key-three", "limited-1"],
      { retry: { attempts: 2 } },
    );
    await expect(settle(clock, manager.generate({ messages: hi }))).rejects.toEqual(code("rate-limited"));
    expect(asked).toEqual(["bad-key-one", "bad-key-two", "bad-key-three", "limited-1", "limited-1"]);
  });

  test("with which the model cannot be made rest, and the others answer", async () => {
    const clock = virtualClock();
    const asked: string[] = [];
    const model = (key: string): LLMProvider => {
      if (key === "bad-key-one" && asked.push(key) < 3) throw new TypeError("no such account");
      return new MockProvider([key], { clock });
    };
    const keys = ["good-key-one", new Secret("bad-key-one", "bad"), "good-key-two"];
    const manager = new LLMManager({ models: [{ model, keys }], clock, retry: 1 });
    for (let number = 0; number < 6; number++) await manager.generate({ messages: hi });
    expect(asked).toHaveLength(1);
    expect(manager.state()[0]?.keys[1]).toMatchObject({
      key: "bad",
      state: "cooling",
      lastFailure: { kind: "refused", message: "it could not be made: no such account" },
    });
    for (const made of [2, 3]) {
      await clock.advance("5m");
      for (let number = 0; number < 3; number++) await manager.generate({ messages: hi });
      expect(asked).toHaveLength(made);
    }
    expect(manager.state()[0]?.keys[1]?.state).toBe("ready");
  });

  test.each([
    ["a minute", "60"],
    ["longer than anything is waited for", "900"],
  ])("that are at work are waited for while another one rests for %s", async (_, rest) => {
    const { manager, asked, clock } = pool(
      (key) => (key === "limited-key" ? status(429, { "retry-after": rest }) : { text: "ok", latency: "1s" }),
      ["limited-key", "other-key-1"],
      { concurrency: 1 },
    );
    const all = Promise.all(Array.from({ length: 5 }, () => manager.generate({ messages: hi })));
    expect((await settle(clock, all)).map(({ message }) => textOf(message))).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(clock.now()).toBe(5_000);
    expect(asked.filter((key) => key === "limited-key")).toHaveLength(1);
  });

  test("that rest for a short time are used again then, while those that are at work still are", async () => {
    let limited = 0;
    const { manager, clock } = pool(
      (key) => {
        if (key === "limited-key") return ++limited === 1 ? status(429, { "retry-after": "2" }) : "ok";
        return { text: "late", latency: "1h" };
      },
      ["limited-key", "other-key-1"],
      { concurrency: 1 },
    );
    const [first, , third] = Array.from({ length: 3 }, () => manager.generate({ messages: hi }));
    const both = Promise.all([first, third]);
    expect((await settle(clock, both)).map((reply) => textOf(reply!.message))).toEqual(["ok", "ok"]);
    expect(clock.now()).toBe(2_000);
  });

  test("at a limit are waited for, though others are left alone for longer than anything is waited for", async () => {
    const keys = ["limited-key", "other-key-1"];
    const { manager, clock } = pool((key) => {
      if (key === "limited-key") return status(429, { "retry-after": "900" });
      const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "10m" };
      return { text: "ok", headers };
    }, keys);
    for (let number = 0; number < 2; number++) await settle(clock, manager.generate({ messages: hi }));
    expect(clock.now()).toBe(600_000);
  });

  test("are taken out after 401, and none left is an error", async () => {
    const { manager, asked } = pool(
      (key) => (key.startsWith("bad") ? status(401) : "ok"),
      ["bad-key-one", "good-key-one"],
    );
    for (let number = 0; number < 3; number++) await manager.generate({ messages: hi });
    expect(asked).toEqual(["bad-key-one", "good-key-one", "good-key-one", "good-key-one"]);
    expect(manager.state()[0]?.keys[0]?.state).toBe("removed");
    const { manager: none, asked: both } = pool(() => status(401), ["bad-key-one", "bad-key-two"]);
    for (let number = 0; number < 2; number++)
      await expect(none.generate({ messages: hi })).rejects.toEqual(code("key-refused"));
    expect(both).toHaveLength(2);
  });

  test("are not shown by anything", async () => {
    const { manager } = pool(
      () => ({ fault: { kind: "status", status: 401, at: "start", message: "bad key super-secret-key-9" } }),
      ["super-secret-key-9"],
    );
    const error = await manager.generate({ messages: hi }).catch((thrown: unknown) => thrown as Error);
    expect(JSON.stringify([manager.state(), manager.usage(), (error as { data?: unknown }).data])).not.toContain(
      "super-secret",
    );
    expect((error as Error).message).toContain("[secret]");
  });

  test.each([
    [{ model: "openai/x", keys: [] }, "keys"],
    [{ model: () => new MockProvider(["a"]) }, "keys beside a function"],
    [{ model: new MockProvider(["a"]), keys: ["a"] }, "a function that makes it"],
    [{ model: {} }, "LanguageModelV4"],
    [null, "LanguageModelV4"],
    [{ model: new MockProvider(["a"]), concurrency: 0 }, "≥ 1"],
    [{ model: new MockProvider(["a"]), toolCalls: "no" }, "true or false"],
    [{ model: new MockProvider(["a"]), price: { input: -1, output: 0 } }, "US dollars"],
    [{ model: new MockProvider(["a"]), settings: { temperature: -1 } }, "a number ≥ 0"],
    [{ model: new MockProvider(["a"]), maxOutputTokens: 0 }, "≥ 1"],
    [{ model: new MockProvider(["a"]), settings: { timeout: { first: 1 } } }, "total, firstToken, idle"],
    [{ model: new MockProvider(["a"]), settings: { maxTokens: 1 } }, "maxOutputTokens"],
    [{ model: new MockProvider(["a"]), key: "one" }, "keys"],
  ])("a source that is wrong is refused: %#", (source, expected) => {
    expect(() => new LLMManager({ models: [source as never] })).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(expected) as string }),
    );
  });
});

test.each<[string, object]>([
  ["model", { model: "mock/echo" }],
  ["retries", { models: ["mock/echo"], retries: 3 }],
  ["delay", { models: ["mock/echo"], retry: { attempts: 3, delay: 0 } }],
])("an option of another name is refused: %s", (name, options) => {
  expect(() => new LLMManager(options)).toThrow(
    expect.objectContaining({ code: "invalid-option", got: JSON.stringify(name) }),
  );
});

test.each([
  ["openai/gpt-5", '"openai/gpt-5"'],
  [{ models: "openai/gpt-5" }, '"openai/gpt-5"'],
  [["openai/gpt-5"], "an array of 1"],
])("a model's name in place of a list, or of options, is refused: %j", (options, got) => {
  expect(() => new LLMManager(options as never)).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});

test.each([undefined, new Budget({ tokens: 1_000_000 })])(
  "a message that is no JSON is told as that: %#",
  async (budget) => {
    const { manager } = set({ a: ["ok"] });
    const call = { type: "tool-call", id: "1", name: "add", input: { a: 1n } } as const;
    await expect(
      manager.generate({ messages: [...hi, assistantMessage([call])], ...(budget && { budget }) }),
    ).rejects.toMatchObject({ code: "not-json", message: expect.stringContaining(".a is not a JSON value") as string });
  },
);

test.each([0, 1.5, "many"])("a concurrency of %j is refused, before there is a model", (concurrency) => {
  expect(() => new LLMManager({ concurrency: concurrency as number })).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("concurrency of the manager") }),
  );
});

test.each([{}, { tokens: 9_000 }])("what is no message is refused, within %j, with what makes one", async (limits) => {
  const { manager } = set({ a: ["ok"] });
  const wrong = [
    { role: "user", content: "hi" },
    { role: "system", content: "hi" },
    { role: "bot", parts: [] },
    "hi",
    null,
  ];
  for (const message of wrong) {
    const asking = manager.generate({ messages: [...hi, message as never], budget: new Budget(limits) });
    await expect(asking).rejects.toThrow("userMessage(…)");
  }
});

describe("a breaker", () => {
  test("keeps requests from what is down, and closes when one succeeds", async () => {
    const { manager, clock, mocks } = set(
      { a: [...Array.from({ length: 6 }, () => status(500)), "ok"], b: ["b"] },
      { retry: 3 },
    );
    const ask = (): Promise<ModelReply> => settle(clock, manager.generate({ messages: hi }));
    for (let number = 0; number < 2; number++) expect((await ask()).model).toBe("mock/b");
    expect(manager.state()[0]?.keys[0]).toMatchObject({ state: "breaker", breaker: "open" });
    for (let number = 0; number < 5; number++) expect((await ask()).model).toBe("mock/b");
    expect(mocks[0]?.calls).toHaveLength(6);
    await clock.advance("10s");
    expect(manager.state()[0]?.keys[0]?.breaker).toBe("half-open");
    expect((await ask()).model).toBe("mock/a");
    expect(manager.state()[0]?.keys[0]?.breaker).toBe("closed");
  });

  test("lets one request try at a time, and rests twice as long when that fails", async () => {
    const { manager, clock, mocks } = set(
      { a: [...Array.from({ length: 12 }, () => status(500)), "ok"] },
      { retry: { attempts: 20, initialDelay: 0, time: "5m" }, patience: 0 },
    );
    const replies = Array.from({ length: 5 }, () => manager.generate({ messages: hi }));
    await settle(clock, Promise.all(replies));
    // Ten before it opened, then one at a time after 10, 20 and 40 s, and the five answers.
    expect(mocks[0]?.calls).toHaveLength(17);
    expect(clock.now()).toBe(70_000);
  });

  const once: LLMManagerOptions = { retry: 1, breaker: { failures: 1, cooldown: "10s" } };

  test("that lets one request try keeps no others waiting, where another model can be asked", async () => {
    const { manager, clock } = set({ a: [status(500), { text: "a", latency: "1m" }], b: ["b"] }, once);
    await manager.generate({ messages: hi });
    await clock.advance("10s");
    const trying = manager.generate({ messages: hi });
    const beside = Promise.all([manager.generate({ messages: hi }), manager.generate({ messages: hi })]);
    expect((await settle(clock, beside)).map(({ model }) => model)).toEqual(["mock/b", "mock/b"]);
    expect(clock.now()).toBe(10_000);
    expect((await settle(clock, trying)).model).toBe("mock/a");
  });

  test.each<[string, Duration, string, number]>([
    ["answers soon", "5s", "mock/a", 15_000],
    ["takes its time", "1m", "mock/b", 30_000],
  ])("that lets one try is waited for until another model can be asked: it %s", async (_, latency, model, at) => {
    const { manager, clock } = set(
      { a: [status(500), { text: "a", latency }, "a"], b: ["b", status(429, { "retry-after": "30" }), "b"] },
      once,
    );
    await manager.generate({ messages: hi });
    const trying = manager.generate({ messages: hi });
    await clock.advance("11s");
    expect(manager.state()[0]?.keys[0]?.breaker).toBe("half-open");
    const beside = await settle(clock, manager.generate({ messages: hi }));
    expect([beside.model, clock.now()]).toEqual([model, at]);
    await settle(clock, trying);
  });

  test("of one key keeps nobody from waiting for another one that is at work", async () => {
    const clock = virtualClock();
    let down = 0;
    const model = (key: string): LLMProvider =>
      new MockProvider(() => (key === "down-key-1" && ++down === 1 ? status(500) : { text: "a", latency: "1m" }), {
        clock,
      });
    const models = [{ model, keys: ["down-key-1", "good-key-1"] }, new MockProvider(["b"], { model: "b", clock })];
    const manager = new LLMManager({ models, clock, concurrency: 1, ...once });
    await manager.generate({ messages: hi });
    await clock.advance("10s");
    const replies = Promise.all(Array.from({ length: 3 }, () => manager.generate({ messages: hi })));
    expect((await settle(clock, replies)).map((reply) => reply.model)).toEqual(Array(3).fill("mock/scripted"));
  });

  test.each<[string, MockAnswer]>([
    ["fails", { ...status(500), latency: "12s" }],
    ["succeeds", { text: "a", latency: "5s" }],
  ])("learns nothing new from a request that began before it opened, and %s", async (_, old) => {
    const { manager, clock } = set({ a: [old, status(500), { text: "a", latency: "5s" }] }, once);
    const stale = manager.generate({ messages: hi }).catch(() => {});
    await expect(manager.generate({ messages: hi })).rejects.toEqual(code("model-unavailable"));
    await clock.advance("6s");
    expect(manager.state()[0]?.keys[0]).toMatchObject({ breaker: "open", readyInMs: 4_000 });
    const trying = manager.generate({ messages: hi });
    await clock.advance("7s");
    await stale;
    expect(manager.state()[0]?.keys[0]).toMatchObject({ breaker: "half-open", inFlight: 1 });
    await settle(clock, trying);
    expect([manager.state()[0]?.keys[0]?.breaker, clock.now()]).toEqual(["closed", 15_000]);
  });

  test("lets no second request try when one is aborted that began before it opened", async () => {
    const slow: MockAnswer = { text: "a", latency: "1m" };
    const { manager, clock, mocks } = set({ a: [slow, status(500), slow] }, once);
    const controller = new AbortController();
    const stale = manager.generate({ messages: hi, abortSignal: controller.signal });
    await expect(manager.generate({ messages: hi })).rejects.toEqual(code("model-unavailable"));
    await clock.advance("10s");
    const trying = Promise.all([manager.generate({ messages: hi }), manager.generate({ messages: hi })]);
    await clock.advance("1s");
    controller.abort();
    await expect(stale).rejects.toEqual(code("cancelled"));
    await clock.advance("1s");
    expect(mocks[0]?.calls).toHaveLength(3);
    await settle(clock, trying);
  });

  test("opens sooner for what hangs", async () => {
    const hang = { fault: { kind: "hang", at: "start" } } as const;
    const { manager, clock, mocks } = set(
      { a: [hang], b: ["b"] },
      { retry: 3, settings: { timeout: { firstToken: "1s" } } },
    );
    expect((await settle(clock, manager.generate({ messages: hi }))).model).toBe("mock/b");
    expect(mocks[0]?.calls).toHaveLength(2);
  });

  test.each<[unknown, string]>([
    [{ failures: 0 }, "≥ 1"],
    [{ cooldown: "soon" }, "a duration"],
    [{ maxCooldown: -1 }, "a duration"],
    [{ treshold: 3 }, "failures, cooldown, maxCooldown"],
    [true, "an object, such as { failures, cooldown, maxCooldown }"],
    [null, "an object"],
  ])("that cannot be made is refused before there is a model: %j", (breaker, expected) => {
    expect(() => new LLMManager({ breaker: breaker as never })).toThrow(expected);
    expect(() => new LLMManager({ breaker: breaker as never })).toThrow("breaker of the manager");
  });

  test("can be off", async () => {
    const { manager, clock, mocks } = set(
      { a: Array.from({ length: 12 }, () => status(500)) },
      { breaker: false, retry: { attempts: 12, maxDelay: "5s" } },
    );
    await settle(
      clock,
      manager.generate({ messages: hi }).catch(() => {}),
    );
    expect(mocks[0]?.calls).toHaveLength(12);
  });
});

describe("limits", () => {
  test("of concurrency hold, and those who wait are served in order", async () => {
    const { manager, clock, mocks } = set({ a: [{ text: "ok", latency: "1s" }] }, { concurrency: 3 });
    const order: number[] = [];
    const replies = Array.from({ length: 9 }, (_, number) =>
      manager.generate({ messages: hi }).then(() => order.push(number)),
    );
    await clock.advance(1);
    expect(manager.state()[0]).toMatchObject({ waiting: 6, keys: [{ state: "busy", inFlight: 3 }] });
    await settle(clock, Promise.all(replies));
    expect(mocks[0]?.inFlight.most).toBe(3);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(clock.now()).toBe(3_000);
  });

  test("of requests and tokens in a minute hold", async () => {
    const clock = virtualClock();
    const model = new MockProvider([{ text: "ok", usage: { inputTokens: 400, outputTokens: 100 } }], { clock });
    const byRequests = new LLMManager({ models: [{ model, requestsPerMinute: 2 }], clock });
    await settle(clock, Promise.all(Array.from({ length: 5 }, () => byRequests.generate({ messages: hi }))));
    expect(clock.now()).toBe(120_000);
    const byTokens = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock });
    for (let number = 0; number < 6; number++) await settle(clock, byTokens.generate({ messages: hi }));
    expect(clock.now()).toBe(120_000 + 120_000);
  });

  test("of requests and tokens in a minute do not count a request that was not sent", async () => {
    const { promise: never } = Promise.withResolvers<Uint8Array>();
    const file = { type: "file" as const, mediaType: "image/png", blob: { blob: "b", size: 2 } };
    for (const limits of [{ requestsPerMinute: 2 }, { requestsPerMinute: 2, tokensPerMinute: 5_000 }]) {
      const clock = virtualClock();
      const model = new MockProvider(["ok"], { clock });
      const manager = new LLMManager({ models: [{ model, ...limits }], clock, blobs: { get: () => never } });
      for (let number = 0; number < 4; number++) {
        const impatient = new AbortController();
        const aborted = manager.generate({ messages: [userMessage([file])], abortSignal: impatient.signal });
        await clock.advance(0);
        impatient.abort();
        await expect(aborted).rejects.toThrow(code("cancelled"));
      }
      await settle(clock, Promise.all([1, 2].map(() => manager.generate({ messages: hi }))));
      expect(clock.now()).toBe(0);
      await settle(clock, manager.generate({ messages: hi }));
      expect(clock.now()).toBe(60_000);
    }
  });

  test("of tokens in a minute hold for many at once, whose prompts are counted before they are sent", async () => {
    const clock = virtualClock();
    const prompt = [userMessage("word ".repeat(450))];
    const model = new MockProvider([{ text: "ok", usage: { inputTokens: 450, outputTokens: 50 }, latency: "1s" }], {
      clock,
    });
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock });
    const replies = Promise.all(Array.from({ length: 6 }, () => manager.generate({ messages: prompt })));
    await clock.advance("59s");
    expect(model.calls).toHaveLength(2);
    await clock.advance("60s");
    expect(model.calls).toHaveLength(4);
    await settle(clock, replies);
  });

  test("of tokens in a minute hold for answers of all sizes: what was more than was known counts in the next", async () => {
    const clock = virtualClock();
    let written = 10;
    const model = new MockProvider(() => ({ text: "ok", usage: { inputTokens: 5, outputTokens: written } }), { clock });
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock, concurrency: 1 });
    await settle(clock, manager.generate({ messages: hi }));
    written = 2_000;
    const replies = Promise.all([1, 2].map(() => manager.generate({ messages: hi })));
    await clock.advance("119s");
    expect(model.calls).toHaveLength(2);
    await clock.advance("1s");
    expect(model.calls).toHaveLength(3);
    await settle(clock, replies);
  });

  test("of tokens in a minute are paid off by each minute that has passed, also where nobody asked meanwhile", async () => {
    const clock = virtualClock();
    const model = new MockProvider([{ text: "ok", usage: { inputTokens: 4_500, outputTokens: 100 } }], { clock });
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock });
    await settle(clock, manager.generate({ messages: hi }));
    await clock.advance("1h");
    const before = clock.now();
    await settle(clock, manager.generate({ messages: hi }));
    expect(clock.now()).toBe(before);
  });

  test("of tokens in a minute hold in the next, whatever a request leaves of those that it took in the one before", async () => {
    const clock = virtualClock();
    const written = [900, 10];
    const model = new MockProvider(
      (_, number) => ({
        text: "ok",
        usage: { inputTokens: 0, outputTokens: written[number - 1] ?? 450 },
        latency: number === 2 ? "70s" : 0,
      }),
      { clock },
    );
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock });
    const first = manager.generate({ messages: hi });
    await clock.advance("60s");
    await first;
    const replies = Promise.all(Array.from({ length: 6 }, () => manager.generate({ messages: hi })));
    await clock.advance("119s");
    expect(model.calls).toHaveLength(3);
    await settle(clock, replies);
  });

  test("of tokens in a minute are not spent by requests that were turned away", async () => {
    const clock = virtualClock();
    const prompt = [userMessage("word ".repeat(450))];
    const model = new MockProvider([status(500), status(500), status(500), "ok"], { clock });
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 500 }], clock, retry: 4 });
    await settle(clock, manager.generate({ messages: prompt }));
    expect(clock.now()).toBeLessThan(60_000);
  });

  test("hold up nobody behind a request that was aborted while it waited, and keep no timer for it", async () => {
    const clock = virtualClock();
    const prompt = (words: number): ReturnType<typeof userMessage>[] => [userMessage("word ".repeat(words))];
    const model = new MockProvider([{ text: "ok", usage: { inputTokens: 500, outputTokens: 0 } }], { clock });
    const manager = new LLMManager({ models: [{ model, tokensPerMinute: 1_000 }], clock });
    await settle(clock, manager.generate({ messages: prompt(500) }));
    const impatient = new AbortController();
    const aborted = manager.generate({ messages: prompt(900), abortSignal: impatient.signal });
    await clock.advance(0);
    const behind = manager.generate({ messages: hi });
    await clock.advance(0);
    expect(manager.state()).toMatchObject([{ waiting: 2 }]);
    impatient.abort();
    await expect(aborted).rejects.toEqual(code("cancelled"));
    await clock.advance(0);
    expect(manager.state()).toMatchObject([{ waiting: 0 }]);
    await behind;
    expect(clock.now()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test("that a provider's headers name hold, also for many runs at once", async () => {
    const headers = (left: number): Record<string, string> => ({
      "x-ratelimit-limit-requests": "10",
      "x-ratelimit-remaining-requests": String(left),
      "x-ratelimit-reset-requests": "30s",
    });
    const clock = virtualClock();
    let left = 10;
    let resetAt = 30_000;
    const model = new MockProvider(
      () => {
        if (clock.now() >= resetAt) {
          left = 10;
          resetAt = clock.now() + 30_000;
        }
        left--;
        return left < 0 ? status(429, headers(0)) : { text: "ok", headers: headers(left), latency: 10 };
      },
      { clock },
    );
    const manager = new LLMManager({ models: [model], clock, concurrency: 5 });
    const replies = await settle(
      clock,
      Promise.all(Array.from({ length: 60 }, () => manager.generate({ messages: hi }))),
    );
    const refused = replies.flatMap(({ calls }) => calls).filter(({ outcome }) => outcome === "failed");
    expect(replies).toHaveLength(60);
    expect(refused.length).toBeLessThanOrEqual(5);
  });

  test.each<[string, (headers: Record<string, string>) => Iterable<[string, string]> | Record<string, string>]>([
    ["an object", (headers) => headers],
    ["Headers", (headers) => new Headers(headers)],
    ["a Map", (headers) => new Map(Object.entries(headers))],
  ])("that a provider of one's own names by %s hold", async (_, given) => {
    const clock = virtualClock();
    const own: LLMProvider = {
      provider: "own",
      model: "m",
      async *stream() {
        const headers = { "X-RateLimit-Remaining-Requests": "0", "X-RateLimit-Reset-Requests": "30s" };
        yield { type: "response", headers: given(headers) };
        yield { type: "finish", reason: "stop" };
      },
    };
    const manager = new LLMManager({ models: [own], clock });
    await manager.generate({ messages: hi });
    expect(manager.state()[0]?.keys[0]).toMatchObject({ state: "limit", requestsLeft: 0, readyInMs: 30_000 });
  });

  test("of concurrency shrink with 429, and grow again", async () => {
    const { manager, clock } = set(
      { a: [status(429), ...Array.from({ length: 200 }, () => "ok")] },
      { concurrency: 8, retry: 5 },
    );
    await settle(clock, manager.generate({ messages: hi }));
    expect(manager.state()[0]?.keys[0]?.concurrency).toBe(4);
    for (let number = 0; number < 60; number++) await manager.generate({ messages: hi });
    expect(manager.state()[0]?.keys[0]?.concurrency).toBe(8);
  });

  test("of concurrency are halved once for a burst that was refused", async () => {
    const burst = Array.from({ length: 8 }, () => status(429));
    const { manager, clock } = set({ a: [...burst, "ok"] }, { concurrency: 8, retry: 5 });
    const replies = Promise.all(Array.from({ length: 8 }, () => manager.generate({ messages: hi })));
    await clock.advance(0);
    expect(manager.state()[0]?.keys[0]?.concurrency).toBe(4);
    await settle(clock, replies);
  });

  test("are left when the one who waits is aborted", async () => {
    const { manager, clock } = set({ a: [{ text: "ok", latency: "1s" }] }, { concurrency: 1 });
    const controller = new AbortController();
    const first = manager.generate({ messages: hi });
    const second = manager.generate({ messages: hi, abortSignal: controller.signal });
    const third = manager.generate({ messages: hi });
    await clock.advance(1);
    controller.abort(new Error("enough"));
    await expect(second).rejects.toEqual(code("cancelled"));
    await settle(clock, Promise.all([first, third]));
    expect(clock.now()).toBe(2_000);
  });
});

describe("settings", () => {
  test("of the nearest level win, and are those of the model that answers", async () => {
    const clock = virtualClock();
    const a = new MockProvider([status(400)], { model: "a", clock });
    const b = new MockProvider(["ok"], { model: "b", clock });
    const manager = new LLMManager({
      clock,
      settings: { temperature: 0.1, seed: 1, headers: { "x-app": "1", "X-Level": "manager" } },
      models: [
        { model: a, settings: { temperature: 0.2, topP: 0.5, providerOptions: { mock: { a: 1 } } } },
        {
          model: b,
          settings: { temperature: 0.3, maxOutputTokens: 77, providerOptions: { mock: { b: { deep: [1] } } } },
        },
      ],
    });
    await manager.generate({
      messages: hi,
      settings: { seed: 2, headers: { "x-level": "call" }, providerOptions: { other: { c: 1 } } },
    });
    expect(a.calls[0]).toMatchObject({
      temperature: 0.2,
      topP: 0.5,
      seed: 2,
      providerOptions: { mock: { a: 1 }, other: { c: 1 } },
    });
    expect(b.calls[0]).toMatchObject({
      temperature: 0.3,
      seed: 2,
      maxOutputTokens: 77,
      headers: { "x-app": "1", "x-level": "call" },
      providerOptions: { mock: { b: { deep: [1] } }, other: { c: 1 } },
    });
    expect(b.calls[0]).not.toHaveProperty("topP");
    expect(b.calls[0]?.headers).toEqual({ "x-app": "1", "x-level": "call" });
  });

  test("that a provider does not take are left out, with a warning", async () => {
    const mock = new MockProvider(["ok"], { takes: ["maxOutputTokens"] });
    const stream = new LLMManager({ models: [mock] }).stream({
      messages: hi,
      settings: { temperature: 1, seed: 3, maxOutputTokens: 5 },
    });
    const events = await eventsOf(stream);
    expect(mock.calls[0]).not.toHaveProperty("temperature");
    expect(mock.calls[0]?.maxOutputTokens).toBe(5);
    expect(events.filter(({ type }) => type === "warning").map((event) => "setting" in event && event.setting)).toEqual(
      ["temperature", "seed"],
    );
    expect((await stream.reply).warnings).toHaveLength(2);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ temperature: "hot" }, "invalid-option"],
    [{ topP: 2 }, "invalid-option"],
    [{ maxOutputTokens: 0 }, "invalid-option"],
    [{ stop: [""] }, "invalid-option"],
    [{ seed: 1.5 }, "invalid-option"],
    [{ reasoning: "huge" }, "invalid-option"],
    [{ toolChoice: "search" }, "invalid-option"],
    [{ toolChoice: { name: "search" } }, "invalid-option"],
    [{ headers: new Headers({ "x-team": "search" }) }, "invalid-option"],
    [{ headers: { "x-team": ["search"] } }, "invalid-option"],
    [{ cache: "1d" }, "invalid-option"],
    [{ timeout: "soon" }, "invalid-duration"],
    [{ timeout: { idle: -1 } }, "invalid-duration"],
  ])("%j is refused", (settings, name) => {
    const manager = new LLMManager({ models: [new MockProvider(["ok"])] });
    expect(() => manager.stream({ messages: hi, settings })).toThrow(expect.objectContaining({ code: name }));
  });

  test("mark how far a prompt may be kept, where the provider wants that said and turns follow", async () => {
    const mock = new MockProvider(["ok"], { family: "anthropic" });
    const manager = new LLMManager({ models: [mock] });
    const call = { type: "tool-call", id: "c", name: "a", input: {} } as const;
    const loop = [
      systemMessage("s"),
      userMessage("hi"),
      assistantMessage([call]),
      toolMessage([{ id: "c", name: "a", output: { type: "text", text: "1" } }]),
    ];
    const marked = (each: ProviderCall | undefined): number[] =>
      (each?.prompt ?? []).flatMap(({ providerOptions }, index) =>
        providerOptions?.["anthropic"]?.["cacheControl"] === undefined ? [] : [index],
      );
    await manager.generate({ messages: loop });
    await manager.generate({ messages: [systemMessage("s"), userMessage("hi")] });
    await manager.generate({ messages: loop, settings: { cache: "off" } });
    await manager.generate({ messages: loop, settings: { cache: "1h" } });
    expect(mock.calls.map(marked)).toEqual([[0, 1, 3], [], [], [0, 1, 3]]);
    expect(mock.calls[3]?.prompt[0]?.providerOptions).toEqual({
      anthropic: { cacheControl: { type: "ephemeral", ttl: "1h" } },
    });
    expect(mock.calls[0]?.prompt[2]).not.toHaveProperty("providerOptions");
  });
});

test("files in the blob store are loaded for a call, and only for it", async () => {
  const asked: string[] = [];
  const blobs = { get: async (ref: { blob: string }) => (asked.push(ref.blob), new Uint8Array([1, 2])) };
  const mock = new MockProvider(["ok"]);
  const file = { type: "file", mediaType: "image/png", blob: { blob: "00ff", size: 2 } } as const;
  const call = { type: "tool-call", id: "c", name: "a", input: {} } as const;
  const messages = [
    userMessage([file]),
    assistantMessage([call]),
    toolMessage([{ id: "c", name: "a", output: { type: "parts", parts: [file] } }]),
  ];
  const manager = new LLMManager({ models: [mock], blobs });
  await manager.generate({ messages });
  expect(asked).toEqual(["00ff", "00ff"]);
  expect(JSON.stringify(mock.calls[0]?.prompt)).not.toContain("00ff");
  await expect(new LLMManager({ models: [mock] }).generate({ messages })).rejects.toMatchObject({
    code: "invalid-option",
    fix: expect.stringContaining("blobs") as string,
  });
});

test("a call that is aborted while its files are loaded asks no model, and counts nothing", async () => {
  const controller = new AbortController();
  const blobs = { get: async () => (controller.abort(new Error("enough")), new Uint8Array([1])) };
  const mock = new MockProvider(["ok"]);
  const manager = new LLMManager({ models: [mock], blobs });
  const messages = [userMessage([{ type: "file", mediaType: "image/png", blob: { blob: "00ff", size: 1 } }])];
  const error = await manager.generate({ messages, abortSignal: controller.signal }).catch((thrown: unknown) => thrown);
  expect(isModelError(error) && [error.code, error.data.calls]).toEqual(["cancelled", []]);
  expect(mock.calls).toEqual([]);
  expect(manager.usage().total.calls).toBe(0);
  expect(manager.state()[0]?.keys[0]).toMatchObject({ state: "ready", inFlight: 0 });
});

test("a listener that aborts when it is told of a failover is the end: no other model is asked, or counted", async () => {
  const { manager, mocks } = set({ a: [status(500)], b: ["from b"] }, { retry: 1 });
  const controller = new AbortController();
  const onEvent = ({ type }: ModelEvent): void => void (type === "failed-over" && controller.abort());
  const asked = manager.generate({ messages: hi, onEvent, abortSignal: controller.signal });
  const error = await asked.catch((thrown: unknown) => thrown);
  expect(isModelError(error) && [error.code, error.data.calls.length]).toEqual(["cancelled", 1]);
  expect(mocks[1]?.calls).toEqual([]);
  expect(manager.usage().total.calls).toBe(1);
});

test("what onCall throws harms nothing", async () => {
  const manager = new LLMManager({ models: [new MockProvider(["ok"])] });
  const reply = manager.generate({
    messages: hi,
    onCall: () => {
      throw new Error("listener");
    },
  });
  expect(textOf((await reply).message)).toBe("ok");
});

test("a manager without a model, and an unknown one, say so", () => {
  expect(() => new LLMManager().stream({ messages: hi })).toThrow(expect.objectContaining({ code: "model-unknown" }));
  expect(() => new LLMManager({ models: ["nobody/x"] })).toThrow(/"<provider>\/<model>" with one of .*anthropic, /);
  expect(() => new LLMManager({ models: [new MockProvider(["ok"])] }).stream({ messages: hi, model: "x" })).toThrow(
    /one of "mock\/scripted"/,
  );
  expect(isAitorError(new Error("x"))).toBe(false);
});

test("an error of Aitor's own that a provider throws lends what it expected, what came and the fix, without secrets", async () => {
  new Secret("secret-of-a-gateway");
  const cause = new AitorError({
    code: "no-route",
    message: "there is no route",
    expected: "a route of the gateway",
    got: "secret-of-a-gateway",
    fix: "add the route",
  });
  const stream = (): never => {
    throw cause;
  };
  const manager = new LLMManager({ models: [{ provider: "gateway", model: "m", stream }] });
  await expect(manager.generate({ messages: hi })).rejects.toMatchObject({
    code: "model-refused",
    expected: "a route of the gateway",
    got: "[secret]",
    fix: "add the route",
    cause,
  });
});

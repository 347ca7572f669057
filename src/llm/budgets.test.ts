// - with exact estimates no budget is ever exceeded, whatever runs at the same time, fails and is aborted
// - what a model may write is the least of its own limit, the settings, and what is left
// - what is not known counts as reserved; a failure that cost nothing gives everything back
// - a limit in dollars needs models whose price is known
import { getEventListeners } from "node:events";

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Budget, type BudgetLimits, isBudgetExceeded } from "../base/index.ts";
import { type MockAnswer, MockProvider, virtualClock } from "../testing/index.ts";
import { isModelError, LLMManager, type LLMManagerOptions, type Message, userMessage } from "./index.ts";
import { jsonSchemaOf } from "./output/output.ts";
import type { PromptMessage } from "./format/prompt.ts";
import { estimateInput, tokenCounter } from "./format/token-estimate.ts";

const hi = [userMessage("What is the capital of France? Answer in one word.")];
const input = estimateInput(await tokenCounter(), hi, undefined, undefined);
const price = { input: 1_000_000, output: 2_000_000 };
const messages = (): Message[] => hi;

function manager(
  script: readonly MockAnswer[] | ((number: number, most: number) => MockAnswer),
  options: LLMManagerOptions = {},
): { manager: LLMManager; mock: MockProvider; clock: ReturnType<typeof virtualClock> } {
  const clock = virtualClock();
  const answer =
    typeof script === "function"
      ? script
      : (number: number): MockAnswer => script[number - 1] ?? (script.at(-1) as MockAnswer);
  const mock = new MockProvider(({ maxOutputTokens = 1e9 }, number) => answer(number, maxOutputTokens), {
    clock,
    price,
    maxOutputTokens: 1_000,
  });
  return { clock, mock, manager: new LLMManager({ models: [mock], clock, retry: 2, ...options }) };
}

const used = (outputTokens: number): MockAnswer => ({ text: "Paris", usage: { inputTokens: input, outputTokens } });

describe("what a model may write", () => {
  test.each([
    ["its own limit", { tokens: 100_000 }, undefined, 1_000],
    ["the settings", { tokens: 100_000 }, 50, 50],
    ["what is left in tokens", { tokens: input + 200 }, undefined, 200],
    ["what is left in dollars", { usd: input + 300 }, undefined, 150],
  ])("is %s", async (_, limits, maxOutputTokens, expected) => {
    const { manager: llm, mock } = manager([used(10)]);
    await llm.generate({
      messages: messages(),
      budget: new Budget(limits),
      ...(maxOutputTokens && { settings: { maxOutputTokens } }),
    });
    expect(mock.calls[0]?.maxOutputTokens).toBe(expected);
  });

  test("leaves enough for input that is written to the provider's cache", async () => {
    const usage = { inputTokens: input, cacheWriteTokens: input, outputTokens: 150 };
    const mock = new MockProvider([{ text: "Paris", usage }], {
      price: { ...price, cacheWrite: 1_250_000 },
      maxOutputTokens: 1_000,
    });
    const budget = new Budget({ usd: 1.25 * input + 300 });
    await new LLMManager({ models: [mock] }).generate({ messages: messages(), budget });
    expect(mock.calls[0]?.maxOutputTokens).toBe(150);
    expect(budget.spent.usd).toBe(budget.limits.usd);
  });

  test("is not limited where the budget limits other things", async () => {
    const { manager: llm, mock } = manager([used(10)]);
    const budget = new Budget({ steps: 3 });
    await llm.generate({ messages: messages(), budget });
    expect(mock.calls[0]?.maxOutputTokens).toBe(1_000);
    expect(budget.spent.tokens).toBe(input + 10);
  });
});

test("too little left for an answer is refused, before anything is sent", async () => {
  const { manager: llm, mock } = manager([used(10)]);
  const budget = new Budget({ tokens: input + 8 });
  const error = await llm.generate({ messages: messages(), budget }).catch((thrown: unknown) => thrown);
  expect(isBudgetExceeded(error) && isModelError(error)).toBe(true);
  expect(error).toMatchObject({ data: { measure: "tokens", limit: input + 8, calls: [], usage: {} } });
  expect(mock.calls).toHaveLength(0);
});

test("an answer settles at what it used, in tokens and dollars", async () => {
  const { manager: llm } = manager([used(10)]);
  const budget = new Budget({ tokens: 10_000, usd: 10_000 });
  const { cost } = await llm.generate({ messages: messages(), budget });
  expect(cost).toBe(input + 20);
  expect(budget.spent).toEqual({ steps: 0, tokens: input + 10, usd: input + 20 });
  expect(budget.estimated.tokens).toBe(0);
});

test("what is turned away costs nothing; what is cut off counts as reserved", async () => {
  const { manager: llm, clock } = manager(
    [
      { fault: { kind: "status", status: 500, at: "start" } },
      { ...used(10), fault: { kind: "disconnect", at: "text" }, text: "Paris, I think" },
      used(10),
    ],
    { retry: 3 },
  );
  const budget = new Budget({ tokens: 10_000 });
  const reply = llm.generate({ messages: messages(), budget });
  await clock.advance("1m");
  const { calls, estimated, usage } = await reply;
  expect(calls.map(({ outcome, estimated: each }) => [outcome, each])).toEqual([
    ["failed", undefined],
    ["failed", true],
    ["answered", undefined],
  ]);
  expect(budget.spent.tokens).toBe(input + 1_000 + input + 10);
  expect(budget.estimated.tokens).toBe(input + 1_000);
  expect(estimated).toBe(true);
  expect(usage.inputTokens).toBe(2 * input);
});

test.each([Number.NaN, Infinity, -50, "7", null])(
  "usage that is no number of tokens is not known: %j",
  async (rubbish) => {
    const usage = { inputTokens: rubbish as number, outputTokens: 5 };
    const { manager: llm } = manager([{ text: "Paris", usage }]);
    const budget = new Budget({ tokens: 100_000 });
    const reply = await llm.generate({ messages: messages(), budget });
    expect(reply.usage).toEqual({ outputTokens: 5 });
    expect(llm.usage().total).toMatchObject({ inputTokens: 0, unmetered: 1 });
    expect(budget.spent.tokens).toBe(input + 1_000);
  },
);

test("usage that its provider does not tell counts as reserved, and is told as unknown", async () => {
  const { manager: llm } = manager([{ text: "Paris", usage: "unknown" }]);
  const budget = new Budget({ tokens: 10_000 });
  const reply = await llm.generate({ messages: messages(), budget });
  expect(reply.usage).toEqual({});
  expect(reply).not.toHaveProperty("cost");
  expect(budget.estimated.tokens).toBe(input + 1_000);
  expect(llm.usage().total).toMatchObject({ calls: 1, unmetered: 1, unpriced: 1, cost: 0 });
});

test("an abort keeps the partial answer, and counts as reserved", async () => {
  const { manager: llm, clock } = manager([{ text: "Paris is the capital of France", pause: "1s" }]);
  const budget = new Budget({ tokens: 10_000 });
  const controller = new AbortController();
  const reply = llm.generate({ messages: messages(), budget, abortSignal: controller.signal });
  await clock.advance("2s");
  controller.abort();
  const error = await reply.catch((thrown: unknown) => thrown);
  expect(isModelError(error) && error.data).toMatchObject({
    partial: { parts: [{ text: "Paris is the capital of " }] },
    usage: { inputTokens: input, outputTokens: 6 },
    calls: [{ outcome: "aborted", estimated: true }],
  });
  expect(budget.estimated.tokens).toBe(input + 1_000);
});

test.each<[string, BudgetLimits, { readonly tokens: number; readonly usd: number }]>([
  ["nothing", {}, { tokens: input + 4, usd: input + 8 }],
  ["steps", { steps: 5 }, { tokens: input + 4, usd: input + 8 }],
  ["tokens", { tokens: 10_000 }, { tokens: input + 1_000, usd: input + 8 }],
  ["dollars", { usd: 10_000 }, { tokens: input + 1_000, usd: input + 2_000 }],
])("what is cut off counts as its call tells where a budget limits %s", async (_, limits, spent) => {
  const { manager: llm, clock } = manager([{ text: "Paris is the capital of France", pause: "1s" }]);
  const budget = new Budget(limits);
  const controller = new AbortController();
  const reply = llm.generate({ messages: messages(), budget, abortSignal: controller.signal });
  await clock.advance("1s");
  controller.abort();
  await expect(reply).rejects.toMatchObject({
    data: { usage: { inputTokens: input, outputTokens: 4 }, cost: input + 8 },
  });
  expect(budget.spent).toEqual({ steps: 0, ...spent });
  expect(budget.estimated).toEqual({ steps: 0, ...spent });
});

test("what is cut off counts the tools that were sent, and the schema", async () => {
  const tools = [{ name: "search", description: "Looks for it. ".repeat(50), inputSchema: { type: "object" } }];
  const jsonSchema = { type: "object", properties: { city: { type: "string" } } };
  const { manager: llm, clock } = manager([{ text: "Paris is the capital", pause: "1s" }]);
  const controller = new AbortController();
  const reply = llm.generate({
    messages: messages(),
    tools,
    output: { schema: z.object({ city: z.string() }), jsonSchema },
    abortSignal: controller.signal,
  });
  await clock.advance("1s");
  controller.abort();
  const inputTokens = estimateInput(await tokenCounter(), hi, tools, jsonSchema);
  await expect(reply).rejects.toMatchObject({ data: { usage: { inputTokens } } });
});

test("what is sent is counted as it is, also where a history of the same length and ends was sent before", async () => {
  const count = await tokenCounter();
  const counted = (history: readonly Message[]): number => estimateInput(count, history, undefined, undefined);
  const [first, last] = [userMessage("first"), userMessage("last")];
  const long = counted([first, userMessage("word ".repeat(1_000)), last]);
  const history = [first, userMessage("word"), last];
  const short = counted(history);
  expect(long - short).toBeGreaterThanOrEqual(999);
  history.push(userMessage("more"));
  expect(counted(history)).toBe(short + counted(history.slice(3)));
  history.pop();
  expect(counted(history)).toBe(short);
});

test("what was asked before and cut off counts as reserved; where nothing is left for it, nothing is kept waiting", async () => {
  const { manager: llm, mock, clock } = manager([used(10)]);
  const { signal } = new AbortController();
  const ask = (tokens: number): Promise<Budget> => {
    const budget = new Budget({ tokens, time: "1m" }, { clock });
    const asked = llm.generate({ messages: messages(), budget, interrupted: 2, abortSignal: signal });
    return asked.then(() => budget);
  };
  const { spent, estimated } = await ask(10_000);
  expect([spent.tokens, estimated.tokens]).toEqual([3 * input + 2_010, 2 * input + 2_000]);
  const error = await ask(input + 500).catch((thrown: unknown) => thrown);
  expect(isBudgetExceeded(error) && isModelError(error)).toBe(true);
  expect([mock.calls.length, clock.pending, getEventListeners(signal, "abort")]).toEqual([1, 0, []]);
});

test("the budget's time ends a call", async () => {
  const { manager: llm, clock } = manager([{ text: "Paris is the capital", pause: "1s" }]);
  const budget = new Budget({ time: "2s" }, { clock });
  const reply = llm.generate({ messages: messages(), budget });
  reply.catch(() => {});
  await clock.advance("2s");
  const error = await reply.catch((thrown: unknown) => thrown);
  expect(isBudgetExceeded(error) && [error.data.measure, isModelError(error)]).toEqual(["time", true]);
  await expect(llm.generate({ messages: messages(), budget })).rejects.toMatchObject({ code: "budget-exceeded" });
});

test("the budget's time does not end a call while it is suspended, and does when it has gone on", async () => {
  const { manager: llm, clock } = manager([{ ...used(10), latency: "5s" }]);
  const budget = new Budget({ time: "2s" }, { clock });
  const first = llm.generate({ messages: messages(), budget });
  await clock.advance("500ms");
  budget.suspend();
  await clock.advance("4s");
  budget.resume();
  await clock.advance("500ms");
  expect((await first).finishReason).toBe("stop");

  const second = llm.generate({ messages: messages(), budget }).catch((thrown: unknown) => thrown);
  await clock.advance("900ms");
  budget.suspend();
  await clock.advance("2s");
  budget.resume();
  await clock.advance("99ms");
  expect(clock.pending).toBeGreaterThan(0);
  await clock.advance("1ms");
  expect(clock.pending).toBe(0);
  expect(await second).toMatchObject({ code: "budget-exceeded", data: { measure: "time", spent: 2_000 } });
});

test("a budget's time that is over while one waits for a sibling is why it ends", async () => {
  const { manager: llm, clock } = manager([{ ...used(10), latency: "5s" }]);
  const budget = new Budget({ tokens: input + 1_000 }, { clock });
  const first = llm.generate({ messages: messages(), budget: budget.child("a") });
  const second = llm.generate({ messages: messages(), budget: budget.child("b", { time: "2s" }) });
  const failed = second.catch((thrown: unknown) => thrown);
  await clock.advance("2s");
  const error = await failed;
  expect(isBudgetExceeded(error) && isModelError(error) && error.data).toMatchObject({ measure: "time", calls: [] });
  await clock.advance("3s");
  expect((await first).finishReason).toBe("stop");
});

test("siblings wait for each other's reservations, and are cut down or refused only when none is out", async () => {
  const { manager: llm, mock, clock } = manager((_, most) => ({ ...used(Math.min(100, most)), latency: "1s" }));
  const budget = new Budget({ tokens: 2 * (input + 1_000) });
  const replies = Array.from({ length: 40 }, (_, index) =>
    llm.generate({ messages: messages(), budget: budget.child(`child ${index}`) }),
  );
  const settled = Promise.allSettled(replies);
  await clock.advance("2m");
  const answered = (await settled).filter(({ status }) => status === "fulfilled").length;
  expect(mock.inFlight.most).toBe(2);
  expect(answered).toBeGreaterThan(15);
  expect(answered).toBeLessThan(40);
  expect(budget.spent.tokens).toBeLessThanOrEqual(2 * (input + 1_000));
  expect(budget.available.tokens).toBeLessThan(input + 16);
});

test("an answer that has to be mended is input of the next one, and counts as that before it is asked for", async () => {
  const count = await tokenCounter();
  const schema = z.object({ city: z.string() });
  const read = (prompt: readonly PromptMessage[]): number =>
    prompt
      .flatMap(({ content }) => (typeof content === "string" ? [] : content))
      .reduce(
        (sum, part) => sum + (part.type === "text" ? 4 + count(part.text) : 0),
        count(JSON.stringify(jsonSchemaOf(schema))),
      );
  for (let limit = 100; limit < 3_000; limit += 70) {
    const mock = new MockProvider(
      ({ prompt, maxOutputTokens = 400 }) => {
        const outputTokens = Math.min(400, maxOutputTokens);
        return { text: "x ".repeat(outputTokens), usage: { inputTokens: read(prompt), outputTokens } };
      },
      { maxOutputTokens: 400, family: "openai" },
    );
    const budget = new Budget({ tokens: limit });
    const asked = new LLMManager({ models: [mock] }).generateObject({ messages: hi, schema, budget, repairs: 3 });
    await expect(asked).rejects.toThrow();
    expect(budget.spent.tokens).toBeLessThanOrEqual(limit);
  }
});

describe("a limit in dollars", () => {
  const unpriced = new MockProvider(["ok"], { model: "unpriced" });
  const listed = { model: "openai/gpt-5-mini", keys: ["no-real-key"] };

  test("is refused early with a model whose price is not known", async () => {
    const llm = new LLMManager({ models: [unpriced, listed] });
    await expect(llm.checkBudget({ usd: 1 })).rejects.toMatchObject({
      code: "price-unknown",
      data: { models: ["mock/unpriced"] },
    });
    await expect(llm.checkBudget(new Budget({ usd: 1 }).child("a"))).rejects.toMatchObject({ code: "price-unknown" });
    await expect(llm.generate({ messages: messages(), budget: new Budget({ usd: 1 }) })).rejects.toMatchObject({
      code: "price-unknown",
    });
    await llm.checkBudget({ tokens: 1 });
    expect(unpriced.calls).toHaveLength(0);
  });

  test("is kept with a price of the data, or of one's own", async () => {
    const llm = new LLMManager({ models: [listed, { model: unpriced, price: { input: 1, output: 1 } }] });
    await llm.checkBudget({ usd: 1 });
    expect(await llm.info()).toEqual({
      name: "openai/gpt-5-mini",
      contextWindow: 400_000,
      priced: true,
      toolCalls: true,
    });
  });
});

test("what is known of a model is asked for again where it could not be told", async () => {
  let isBroken = false;
  const own = Object.defineProperty(new MockProvider(["ok"]), "price", {
    get: () => {
      if (isBroken) throw new Error("not now");
      return price;
    },
  });
  const llm = new LLMManager({ models: [own] });
  isBroken = true;
  await expect(llm.info()).rejects.toThrow("not now");
  isBroken = false;
  expect((await llm.info()).priced).toBe(true);
});

test("no budget of a tree is exceeded, whatever runs at the same time, fails and is aborted", async () => {
  const fault = fc.option(fc.constantFrom("start" as const, "text" as const, "end" as const), {
    nil: undefined,
    freq: 3,
  });
  const job = fc.record({
    at: fc.nat(3),
    output: fc.nat(1_000),
    fault,
    latency: fc.nat(50),
    abortAt: fc.option(fc.nat(120), { nil: undefined, freq: 3 }),
    start: fc.nat(60),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 25 }), async (jobs) => {
      const clock = virtualClock();
      const root = new Budget({ tokens: 4_000, usd: 5_000 }, { clock });
      const a = root.child("a", { tokens: 2_500 });
      const budgets = [root, a, root.child("b", { usd: 2_000 }), a.child("c", { tokens: 1_500 })];
      let number = 0;
      const mock = new MockProvider(
        ({ maxOutputTokens = 0 }) => {
          const { output, fault: where, latency } = jobs[number++ % jobs.length] as (typeof jobs)[number];
          return {
            text: "an answer of some length",
            latency,
            pause: 5,
            usage: { inputTokens: input, outputTokens: Math.min(output, maxOutputTokens) },
            ...(where && { fault: { kind: "disconnect", at: where } }),
          };
        },
        { clock, price, maxOutputTokens: 1_000 },
      );
      const llm = new LLMManager({
        models: [mock],
        clock,
        concurrency: 4,
        breaker: false,
        retry: { attempts: 2, initialDelay: 10 },
      });
      const running = jobs.map(async ({ at, abortAt, start }) => {
        const controller = new AbortController();
        await new Promise<void>((resolve) => void clock.timer(start, resolve));
        if (abortAt !== undefined) clock.timer(abortAt, () => controller.abort());
        return llm.generate({ messages: messages(), budget: budgets[at] as Budget, abortSignal: controller.signal });
      });
      const settled = Promise.allSettled(running);
      await clock.advance("5s");
      await settled;
      for (const budget of budgets) {
        expect(budget.spent.tokens).toBeLessThanOrEqual(budget.limits.tokens ?? Infinity);
        expect(budget.spent.usd).toBeLessThanOrEqual((budget.limits.usd ?? Infinity) + 1e-6);
      }
      expect(root.toJSON().reserved).toEqual({ steps: 0, tokens: 0, usd: 0 });
      expect(llm.usage().total.calls).toBe(mock.calls.length);
    }),
    { numRuns: 60 },
  );
});

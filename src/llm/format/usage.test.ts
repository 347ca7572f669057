// - what is not known is never counted as zero: it is counted as unknown
// - a journal's calls fold to the same sums, by run, agent, model and key, also on top of what was kept before
import { describe, expect, test } from "vitest";
import { Budget, type EventEnvelope } from "../../base/index.ts";
import { MockProvider } from "../../testing/index.ts";
import { addTotals, addUsage, foldUsage, LLMManager, type ModelCall, NO_USAGE, userMessage } from "../index.ts";
import { listedFacts, priced } from "./price.ts";
import { sumUsage } from "./usage.ts";

const call = (part: Partial<ModelCall>): ModelCall => ({
  id: "c",
  request: "r",
  model: "openai/gpt",
  provider: "openai",
  key: "default",
  attempt: 1,
  outcome: "answered",
  at: 0,
  waitedMs: 0,
  durationMs: 1,
  usage: { inputTokens: 10, outputTokens: 5 },
  cost: 0.5,
  promptHash: "h",
  ...part,
});
let calls = 0;
const other = (part: Partial<ModelCall>): ModelCall => call({ id: `call ${++calls}`, ...part });
const called = (run: string, data: ModelCall): EventEnvelope => ({
  v: 1,
  stream: run,
  seq: 1,
  at: 0,
  run,
  key: "think",
  type: "model-called",
  data,
});

test("unknown is counted as unknown", () => {
  const { cost: _, ...unpriced } = call({});
  const totals = [
    call({ usage: { inputTokens: 10, cachedTokens: 4, outputTokens: 5, reasoningTokens: 2 } }),
    unpriced,
    { ...unpriced, usage: {} },
    call({ outcome: "failed", usage: { inputTokens: 0, outputTokens: 0 }, cost: 0 }),
    call({ outcome: "aborted", estimated: true }),
  ].reduce(addUsage, NO_USAGE);
  expect(totals).toEqual({
    calls: 5,
    failed: 2,
    inputTokens: 30,
    cachedTokens: 4,
    cacheWriteTokens: 0,
    outputTokens: 15,
    reasoningTokens: 2,
    cost: 1,
    unpriced: 2,
    estimated: 1,
    unmetered: 1,
  });
  expect(addTotals(totals, NO_USAGE)).toEqual(totals);
});

test("the usage of several calls is known where it is known of each", () => {
  expect(sumUsage([{ inputTokens: 1, outputTokens: 2 }, { inputTokens: 3 }])).toEqual({ inputTokens: 4 });
  expect(sumUsage([])).toEqual({});
});

describe("a journal's calls", () => {
  const events = [
    called("run-1", other({})),
    { ...called("run-1", other({})), type: "step-finished", data: { result: 1 } },
    called("run-1", other({ model: "anthropic/claude", key: "key 2" })),
    called("run-2", other({ cost: 0.25 })),
  ];

  test("count once where a fork's copy of them comes, too", () => {
    const copies = events.map((event) => ({ ...event, run: "fork", stream: "fork" }));
    expect(foldUsage([...events, ...copies])).toEqual(foldUsage(events));
  });

  test.each([
    ["run", { "run-1": 2, "run-2": 1 }],
    ["model", { "openai/gpt": 2, "anthropic/claude": 1 }],
    ["key", { "openai/gpt default": 2, "anthropic/claude key 2": 1 }],
    ["agent", { notes: 2, "": 1 }],
  ] as const)("fold by %s", (by, expected) => {
    const totals = foldUsage(events, { by, agentOf: (run) => (run === "run-1" ? "notes" : undefined) });
    expect(Object.fromEntries(Object.entries(totals).map(([name, { calls }]) => [name, calls]))).toEqual(expected);
  });

  test.each(["constructor", "__proto__", "toString"])("fold under any name, such as %s", (name) => {
    const totals = foldUsage([called(name, other({})), called(name, other({}))]);
    expect(Object.entries(totals)).toMatchObject([[name, { calls: 2 }]]);
    expect(Object.entries(foldUsage([called(name, other({}))], { from: totals }))).toMatchObject([
      [name, { calls: 3 }],
    ]);
  });

  test("fold on top of what was kept", () => {
    const kept = foldUsage(events.slice(0, 3));
    expect(foldUsage(events.slice(3), { from: JSON.parse(JSON.stringify(kept)) as typeof kept })).toEqual(
      foldUsage(events),
    );
    expect(foldUsage(events)["run-1"]?.cost).toBe(1);
  });

  test("are what the manager's callers are told", async () => {
    const manager = new LLMManager({ models: [new MockProvider(["hello"], { price: { input: 1, output: 1 } })] });
    const events: EventEnvelope[] = [];
    for (let run = 0; run < 3; run++) {
      await manager.generate({
        messages: [userMessage("hi")],
        onCall: (data) => events.push(called(`run-${run}`, data)),
      });
    }
    const folded = foldUsage(JSON.parse(JSON.stringify(events)) as EventEnvelope[], { by: "model" });
    expect(folded).toEqual(manager.usage().models);
  });
});

describe("a price", () => {
  const usage = { inputTokens: 1_000, cachedTokens: 400, cacheWriteTokens: 100, outputTokens: 10 };

  test("of one's own counts what was cached by its own price", () => {
    expect(priced({ input: 2, output: 10 })(usage)).toBeCloseTo(0.0021);
    expect(priced({ input: 2, output: 10, cachedInput: 0.2, cacheWrite: 2.5 })(usage)).toBeCloseTo(0.00143);
    expect(priced({ input: 2, output: 10 })({ inputTokens: 1 })).toBeUndefined();
  });

  test("tells what tokens cost on a model that is not asked, and for which there is no key", async () => {
    const model = new MockProvider([], { price: { input: 2, output: 10 } });
    const unpriced = new MockProvider([], { model: "unpriced" });
    const manager = new LLMManager({ models: [model, unpriced, "anthropic/claude-haiku-4-5"] });
    expect(await manager.cost({ inputTokens: 1_000, outputTokens: 10 })).toBeCloseTo(0.0021);
    expect(await manager.cost(usage, "anthropic/claude-haiku-4-5")).toBeCloseTo((500 + 400 * 0.1 + 125 + 50) / 1e6);
    expect(await manager.cost({ inputTokens: 1 })).toBeUndefined();
    expect(await manager.cost({ inputTokens: Number.NaN, outputTokens: 1 })).toBeUndefined();
    expect(await manager.cost({ inputTokens: 1_000, outputTokens: 10, cachedTokens: -1 })).toBeCloseTo(0.0021);
    expect(await manager.cost(usage, "mock/unpriced")).toBeUndefined();
    expect(model.calls).toEqual([]);
    await expect(manager.cost(usage, "nobody/x")).rejects.toMatchObject({ code: "model-unknown" });
  });

  test("counts what is written to the cache for an hour at the price of that", async () => {
    const model = new MockProvider([{ text: "Paris", usage }, "London"], {
      provider: "anthropic",
      model: "claude-haiku-4-5",
      price: "listed",
    });
    const cost = (500 + 400 * 0.1 + 100 * 2 + 50) / 1e6;
    const manager = new LLMManager({ models: [{ model, settings: { cache: "1h" } }] });
    const reply = await manager.generate({ messages: [userMessage("hi")] });
    expect(reply.cost).toBeCloseTo(cost, 9);
    expect(await manager.cost(usage)).toBe(reply.cost);
    const budget = new Budget({ usd: 0.0018 });
    const asked = manager.generate({ messages: [userMessage("x ".repeat(1_000))], budget });
    await expect(asked).rejects.toMatchObject({ code: "budget-exceeded" });
    expect(budget.spent.usd).toBe(0);
  });

  test("of the data is known for a provider's own models, and for no other's of the same name", async () => {
    const { cost, contextWindow } = await listedFacts("anthropic", "claude-haiku-4-5", Date.UTC(2026, 10, 1));
    expect(contextWindow).toBe(200_000);
    expect(cost?.(usage)).toBeCloseTo((500 * 1 + 400 * 0.1 + 100 * 1.25 + 10 * 5) / 1e6);
    expect(cost?.({ inputTokens: 5 })).toBeUndefined();
    expect(cost?.({ inputTokens: 5, cachedTokens: 9, outputTokens: 1 })).toBeGreaterThan(0);
    expect(await listedFacts("my-own-server", "claude-haiku-4-5", 0)).toEqual({
      contextWindow: undefined,
      cost: undefined,
    });
    expect(await listedFacts("openai", "no-such-model", 0)).toEqual({ contextWindow: undefined, cost: undefined });
  });
});

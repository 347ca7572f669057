// An engine solves problems in handlers of agents that somebody else defines, whose memory it gives.
// - memory tells what is asked, whatever the message is, and also after a restart, and in the prompt that is made again
// - memory that does not follow the run is told before a model is asked
import { describe, expect, expectTypeOf, test } from "vitest";
import { type AgentContext, type AgentDefinition, AitorHost, defineAgent } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager } from "../llm/index.ts";
import { MockProvider, type MockScript } from "../testing/index.ts";
import { recordedPrompt } from "./dialect/recorded-prompt.ts";
import { decodeMemory, encodeMemory } from "./memory/memory-codec.ts";
import { ReactMemory } from "./memory/react-memory.ts";
import { adder, calling } from "./reasoning.fixture.ts";
import type { ReactOutcome } from "./result/react-result.ts";
import { ReasoningEngine } from "./turn/reasoning-engine.ts";

const ADD = calling(["add", { a: 1, b: 2 }]);

function made(script: MockScript = [ADD, "It is 3."]) {
  const model = new MockProvider(script);
  const llm = new LLMManager({ models: [model], retry: 1 });
  const engine = new ReasoningEngine({ llm, tools: [adder()], limits: { steps: 4 } });
  return { engine, model };
}

async function opened<Memory, Message, Reply>(
  definition: AgentDefinition<Memory, Message, Reply>,
  journal: Journal = memoryJournal(),
) {
  const host = new AitorHost({ journal, agents: [definition] });
  return { host, journal, agent: await host.open(definition, "1") };
}

function textsOf(memory: ReactMemory<unknown, unknown>): readonly unknown[] {
  return memory.messages({ role: "user" }).map(({ parts }) => parts.map((part) => ("text" in part ? part.text : part)));
}

test("a message that is the problem's text costs no step of its own", async () => {
  const { engine } = made();
  const Own = defineAgent({
    name: "own",
    ...engine.memory(),
    onReceive: (problem: string, ctx) => engine.solve(ctx, { problem }),
  });
  expectTypeOf(Own).toEqualTypeOf<AgentDefinition<ReactMemory, string, ReactOutcome>>();
  const { agent, host } = await opened(Own);
  const { run, ...outcome } = await agent.ask("1 + 2?");
  expect(outcome).toMatchObject({ status: "answered", answer: "It is 3.", steps: 2 });
  expect((await agent.read()).messages()).toHaveLength(4);
  const steps = (await Array.fromAsync(host.runs.events(run))).filter(({ type }) => type === "step-finished");
  expect(steps.map(({ key }) => key)).toEqual(["react/#1/think", "react/#1/add[1.1]", "react/#2/think"]);
});

interface Sum {
  readonly of: readonly [number, number];
}

describe.each([
  ["of its own shape", (of: Sum["of"]): Sum => ({ of })],
  ["that is another text", ([a, b]: Sum["of"]): string => `${a} ${b}`],
  ["that is another problem", (of: Sum["of"]) => ({ problem: "Which?", of })],
] as const)("a message %s", (_, message) => {
  /** In each run a step of its own comes first. */
  function definition(engine: ReasoningEngine, version: string) {
    return defineAgent({
      name: "own",
      version,
      ...engine.memory({
        context: () => ({ shop: "Paris" }),
        fields: {
          initial: () => ({ calls: 0 }),
          apply: (fields, { type }) => (type === "model-called" ? { calls: fields.calls + 1 } : fields),
        },
      }),
      onReceive: async (_: Sum | string | { problem: string }, ctx) => {
        const numbers = await ctx.step("numbers", () => [1, 2]);
        return engine.solve(ctx, { problem: `${numbers.join(" + ")}?`, context: { shop: "Rome" } });
      },
    });
  }

  test("is asked as the handler says", async () => {
    const { engine, model } = made();
    const { agent, journal } = await opened(definition(engine, "1"));
    const { answer, run } = await agent.ask(message([1, 2]));
    expect(answer).toBe("It is 3.");
    const memory = await agent.read();
    expectTypeOf(memory.fields.calls).toEqualTypeOf<number>();
    expect([textsOf(memory), memory.context, memory.fields, memory.stats.runs]).toEqual([
      [["1 + 2?"]],
      { shop: "Rome" },
      { calls: 2 },
      1,
    ]);
    const prompt = await recordedPrompt(journal, run, "react/#2/think");
    expect(prompt).toMatchObject({ missing: [], hash: prompt?.calls[0]?.promptHash });
    expect(model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  });

  test.each(["1", "2"])("goes on after a restart, in version %s", async (version) => {
    const journal = memoryJournal();
    const stuck = made(({ prompt }) => (prompt.at(-1)?.role === "tool" ? new Promise(() => {}) : ADD));
    const first = await opened(definition(stuck.engine, "1"), journal);
    first.agent.ask(message([1, 2]), { id: "m" }).catch(() => {});
    while (stuck.model.calls.length < 2) await new Promise(setImmediate);
    await first.host.shutdown({ deadline: 0 });
    const { engine, model } = made(["It is 3."]);
    const { agent } = await opened(definition(engine, version), journal);
    expect(await agent.ask(message([1, 2]), { id: "m" })).toMatchObject({ answer: "It is 3.", steps: 2 });
    expect(model.calls[0]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(textsOf(await agent.read())).toEqual([["1 + 2?"]]);
  });
});

test("what memory keeps, and how it is exported, is as of a reasoning agent", async () => {
  const llm = new LLMManager({ models: [new MockProvider(() => "Yes.")] });
  const engine = new ReasoningEngine({ llm }, { memory: { maxMessages: 4 } });
  const Own = defineAgent({
    name: "own",
    ...engine.memory(),
    onReceive: (problem: string, ctx) => engine.solve(ctx, { problem }),
  });
  const { agent, host } = await opened(Own);
  for (let count = 0; count < 5; count++) await agent.ask(`${count}?`);
  expect((await agent.read()).stats).toMatchObject({ runs: 5, droppedMessages: 6 });
  const other = await host.open(Own, "2");
  await other.importMemory(await agent.exportMemory());
  expect((await other.read()).messages()).toEqual((await agent.read()).messages());
});

describe("is refused before a model is asked:", () => {
  const initial = (): ReactMemory => ReactMemory.empty({}, {});
  const codec = { encode: encodeMemory, decode: (value: unknown) => decodeMemory(value, () => ({})).memory as never };

  test.each([
    ["patched memory", { memory: initial, codec }],
    ["a fold of somebody's own", { fold: { initial, apply: (memory: ReactMemory) => memory }, codec }],
    ["memory of another kind", { memory: () => ({ seen: 0 }) as unknown as ReactMemory }],
  ])("%s", async (_, memory) => {
    const { engine, model } = made();
    const onReceive = (problem: string, ctx: AgentContext<ReactMemory>) => engine.solve(ctx, { problem });
    const { agent } = await opened(defineAgent({ name: "own", ...memory, onReceive }));
    const error: unknown = await agent.ask("1 + 2?").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "memory-not-followed", expected: expect.stringContaining("engine.memory()") });
    expect(model.calls).toHaveLength(0);
  });

  test.each([
    ["an empty problem", { problem: " " }, "a problem that is not empty"],
    ["a limit that there is not", { problem: "1 + 2?", limits: { steps: 3, turns: 3 } }, '"turns"'],
  ])("%s", async (_, task, told) => {
    const { engine, model } = made();
    const onReceive = (_: string, ctx: AgentContext<ReactMemory>) => engine.solve(ctx, task);
    const { agent } = await opened(defineAgent({ name: "own", ...engine.memory(), onReceive }));
    const error: unknown = await agent.ask("1 + 2?").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-value", message: expect.stringContaining("what is to be solved") });
    expect(String(error)).toContain(told);
    expect(model.calls).toHaveLength(0);
  });

  test("a problem in a branch, a turn or nothing in place of the handler's ctx", async () => {
    const { engine, model } = made();
    const refused: unknown[] = [];
    const Own = defineAgent({
      name: "own",
      ...engine.memory(),
      onReceive: async (problem: string, ctx) => {
        const solve = (given: unknown): Promise<unknown> =>
          engine.solve(given as never, { problem }).catch((thrown: unknown) => void refused.push(thrown));
        await ctx.all([{ name: "one", run: solve }]);
        await ctx.loop("turns", 0, async (_, turn) => ({ done: (await solve(turn)) ?? null }));
        await solve(undefined);
      },
    });
    const { agent } = await opened(Own);
    await agent.ask("1 + 2?");
    expect(refused).toHaveLength(3);
    for (const error of refused) {
      expect(error).toMatchObject({
        code: "invalid-option",
        expected: expect.stringContaining("ctx"),
        fix: expect.stringContaining("delegate"),
      });
    }
    expect(model.calls).toHaveLength(0);
  });

  test("a second problem in a run", async () => {
    const { engine, model } = made(["Yes.", "No."]);
    const Own = defineAgent({
      name: "own",
      ...engine.memory(),
      onReceive: async (problem: string, ctx) => {
        await engine.solve(ctx, { problem });
        return engine.solve(ctx, { problem });
      },
    });
    const { agent } = await opened(Own);
    await expect(agent.ask("Well?")).rejects.toMatchObject({
      code: "memory-not-followed",
      expected: "one problem in a run",
    });
    expect(model.calls).toHaveLength(1);
  });
});

// Wherever a process dies, the run goes on at its turn: history, memory and result are those of a run that nobody disturbed, and
// what was answered is not paid again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import type { EventEnvelope } from "../base/index.ts";
import { WrappedJournal } from "../engine/journals.fixture.ts";
import { type AppendOptions, type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager, type PromptMessage, promptFaults } from "../llm/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { crashingJournal, type CrashPoint, type MockAnswer, MockProvider, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { encodeMemory } from "./memory/memory-codec.ts";
import { adder, calling, scene, subject } from "./reasoning.fixture.ts";
import type { ReactOutcome } from "./result/react-result.ts";

const TURNS: readonly (MockAnswer | string)[] = [
  { text: "First.", ...named("a", ["add", { a: 1, b: 1 }], ["add", { a: 2, b: 2 }], ["ask", {}]) },
  named("b", ["nosuch", {}], ["add", { a: "x" }]),
  { text: "All done." },
];

function named(turn: string, ...calls: (readonly [name: string, input: unknown])[]): MockAnswer {
  const { toolCalls = [] } = calling(...calls);
  return { toolCalls: toolCalls.map((call, index) => ({ ...call, id: `${turn}${index}` })) };
}

/** A model that answers by how far the conversation is, as real ones do, whatever process asks. */
function byHistory({ prompt }: { readonly prompt: readonly PromptMessage[] }): MockAnswer | string {
  expect(promptFaults(prompt, "generic")).toEqual([]);
  return TURNS[prompt.filter(({ role }) => role === "assistant").length] ?? "More.";
}

/** What nobody waits for is lost. */
class Dropping extends WrappedJournal {
  override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    if (options?.lazy !== true) return super.append(events, options);
  }
}

interface World {
  readonly added: Record<string, number>;
}

function life(journal: Journal, world: World) {
  const clock = virtualClock(1_000);
  const model = new MockProvider(byHistory, { clock });
  const add = tool({
    name: "add",
    description: "Adds.",
    input: z.object({ a: z.number(), b: z.number() }),
    access: "write",
    effect: "idempotent",
    run: ({ a, b }, step) => {
      world.added[step.idempotencyKey] = (world.added[step.idempotencyKey] ?? 0) + 1;
      step.record("context-set", { sum: a + b });
      return a + b;
    },
  });
  const ask = tool({
    name: "ask",
    description: "Asks.",
    input: z.object({}),
    access: "external",
    orchestrate: async (_args, run) => {
      const first = await run.step("look", () => "seen");
      await run.sleep(0);
      return { first };
    },
  });
  const Solver = subject.define({
    name: "solver",
    llm: new LLMManager({ models: [model], clock }),
    tools: [add, ask],
  });
  const host = new AitorHost({ journal, clock, agents: [Solver] });
  return { clock, model, host, Solver };
}

async function undisturbed(journal: Journal) {
  const crashing = crashingJournal(journal);
  const world: World = { added: {} };
  const { host, Solver, model, clock } = life(crashing, world);
  const agent = await host.open(Solver, "1");
  const solving = agent.solve("Go.", { id: "m" });
  const settled = solving.then(() => true);
  while (!(await Promise.race([settled, clock.advance(1).then(() => false)])));
  const result = await solving;
  const memory = encodeMemory(await agent.read());
  await host.shutdown();
  return { appends: crashing.appends, result, memory, calls: model.calls.length };
}

/** A run that is killed there, and goes on in another process. */
async function killed(journal: Journal, point: CrashPoint) {
  const world: World = { added: {} };
  const crashing = crashingJournal(journal, point);
  const first = life(crashing, world);
  const agent = await Promise.race([first.host.open(first.Solver, "1"), crashing.crashed.then(() => undefined)]);
  let isOver = false;
  const over = (): void => void (isOver = true);
  void crashing.crashed.then(over);
  // How many records a disk takes depends on what comes together: a run may end before the point.
  agent?.solve("Go.", { id: "m" }).then(over, () => {});
  while (!isOver) await first.clock.advance(1);
  if (crashing.appends < point.append) await first.host.shutdown();
  const second = life(journal, world);
  const again = await second.host.open(second.Solver, "1");
  const solving = again.solve("Go.", { id: "m" });
  const settled = solving.then(() => true);
  while (!(await Promise.race([settled, second.clock.advance(1).then(() => false)])));
  const result = await solving;
  const memory = encodeMemory(await again.read());
  await second.host.shutdown();
  return { result, memory, calls: first.model.calls.length + second.model.calls.length, world };
}

/** Without times. Of a call that was cut off, usage is counted again. */
function timeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, item: unknown) => {
    return name === "durationMs" || name === "at" ? undefined : item;
  }) as unknown;
}

function check(
  before: Awaited<ReturnType<typeof undisturbed>>,
  after: Awaited<ReturnType<typeof killed>>,
  where: string,
): void {
  expect(after.result.answer, where).toBe("All done.");
  // What was in flight at the crash may be asked again; nothing else is.
  expect(after.calls - before.calls, where).toBeLessThanOrEqual(1);
  const without = (value: unknown): unknown => timeless({ ...(value as object), usage: undefined, cost: undefined });
  expect(without(after.result), where).toEqual(without(before.result));
  expect(without(after.memory), where).toEqual(without(before.memory));
  for (const times of Object.values(after.world.added)) expect(times, where).toBeLessThanOrEqual(2);
}

describe("in memory", () => {
  test("a run that is killed before or after any record ends as one that nobody disturbed", async () => {
    const before = await undisturbed(memoryJournal());
    expect(before.result).toMatchObject({ status: "answered", steps: 3 });
    for (let append = 1; append <= before.appends; append++) {
      for (const when of ["before", "after"] as const) {
        check(before, await killed(memoryJournal(), { append, when }), `${when} append ${append}`);
      }
    }
  });
});

describe("on disk", () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "aitor-reasoning-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a run that is killed before or after any record ends as one that nobody disturbed", async () => {
    const open = (name: string) => sqliteJournal(join(folder, `${name}.db`));
    const whole = open("whole");
    const before = await undisturbed(whole);
    await whole.close();
    // Every second point: real processes are killed at all of them by `npm run test:crash`.
    for (let append = 1; append <= before.appends; append++) {
      const when = append % 2 === 0 ? "before" : "after";
      const journal = open(`${when}-${append}`);
      check(before, await killed(journal, { append, when }), `${when} append ${append}`);
      await journal.close();
    }
  }, 120_000);
});

test("a model's call that a crash cuts off counts in the budget, also where nothing was recorded after it", async () => {
  const journal = new Dropping(memoryJournal());
  const limits = { tokens: 50_000 };
  for (let death = 0; death < 2; death++) {
    const { agent, clock } = await scene([{ fault: { kind: "hang", at: "start" } }], {
      journal,
      limits,
      tools: [adder()],
    });
    void agent.solve("Add.", { id: "m" }).catch(() => {});
    await clock.advance(0);
  }
  const script = [calling(["add", { a: 1, b: 1 }]), "2."];
  const { agent, host } = await scene(script, { journal, limits, tools: [adder()] });
  const { run } = await agent.solve("Add.", { id: "m" });
  const events = await Array.fromAsync(host.runs.events(run));
  const { next } = events.find(({ type }) => type === "turn-finished")!.data as {
    readonly next: { readonly budget: { readonly estimated: { readonly tokens: number } } };
  };
  // What a model of which nothing is known may write, twice.
  expect(next.budget.estimated.tokens).toBeGreaterThan(2 * 16_000);
});

test("who asked within a budget is told what calls that a crash cut off count there, beside what was used", async () => {
  const journal = new Dropping(memoryJournal());
  const task = { problem: "Add.", grant: { tokens: 50_000 } };
  for (let death = 0; death < 2; death++) {
    const { agent, clock } = await scene([{ fault: { kind: "hang", at: "start" } }], { journal });
    void agent.ask(task, { id: "m" }).catch(() => {});
    await clock.advance(0);
  }
  const { agent, host } = await scene(["Done."], { journal });
  const { usage, spent, run } = (await agent.ask(task, { id: "m" })) as ReactOutcome;
  expect(usage.inputTokens + usage.outputTokens).toBeLessThan(16_000);
  expect(spent?.tokens).toBeGreaterThan(2 * 16_000);
  expect(await agent.replay(run)).toMatchObject({ same: true });
  await host.shutdown();
});

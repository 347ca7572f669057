// What the agents of a host used
// - is told by agent, run and model, children's calls as their agent's, flows' beside them; what is not known is not 0
// - stays what it is when agents let go of their runs, when retention drops them, and when the journal is opened again
// - stays as a sum of the definition when an agent is deleted, of which no name is left
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Run } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import type { Journal } from "../journal/index.ts";
import { LLMManager, userMessage } from "../llm/index.ts";
import { type SqliteJournalOptions, sqliteJournal } from "../sqlite/index.ts";
import { MockProvider } from "../testing/index.ts";
import { stage } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import { AitorHost } from "./aitor-host.ts";

const answer = { text: "ok", usage: { inputTokens: 100, outputTokens: 10 } };
const priced = new MockProvider([answer], { model: "priced", price: { input: 1_250, output: 12_500 } });
const unpriced = new MockProvider([answer], { model: "unpriced" });
const hangs = new MockProvider([{ ...answer, fault: { kind: "hang", at: "end" } }], { model: "hangs" });
const llm = new LLMManager({ models: [priced, unpriced, hangs] });

async function ask(run: Pick<Run, "step">, model: string): Promise<string> {
  return run.step("ask", async (step) => {
    const asking = llm.generate({
      messages: [userMessage("hi")],
      model: `mock/${model}`,
      abortSignal: step.abortSignal,
      onCall: (call) => step.record("model-called", call),
    });
    // Cut off, it is on record, too.
    step.defer(() => asking.then(nothing, nothing));
    await asking;
    return model;
  });
}

function nothing(): void {}

const helper = { name: "helper", version: "1", execute: (run: Run) => ask(run, "unpriced") };

const Notes = defineAgent({
  name: "notes",
  memory: () => ({ seen: [] as string[] }),
  onReceive: async (text: string, ctx) => {
    await ask(ctx, text === "hang" ? "hangs" : "priced");
    if (text === "bad") throw new Error("no");
    if (text === "child") await ctx.child(helper, undefined);
    ctx.memory.update((draft) => void draft.seen.push(text));
    return text;
  },
});

const Log = defineAgent({
  name: "log",
  fold: { initial: () => 0, apply: (count: number) => count + 1 },
  onReceive: async (_: string, ctx) => ask(ctx, "priced"),
});

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), "aitor-usage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "journal.db");
}

const onDisk = (options?: SqliteJournalOptions): Journal => {
  const journal = sqliteJournal(place(), options);
  onTestFinished(() => journal.close());
  return journal;
};

describe.each([...journals, ["on disk", () => onDisk()] as const])("%s", (_, open) => {
  test("is told by agent, run and model", async () => {
    const { host, journal } = stage(open());
    const [a, b] = [await host.open(Notes, "a"), await host.open(Notes, "b/c")];
    await a.ask("1");
    await a.ask("child", { id: "second" });
    await b.ask("bad").catch(() => {});
    await new EmbeddedEngine({ journal }).run(helper, undefined, { id: "alone" });
    const cost = 0.25;
    expect(await host.usage()).toMatchObject([
      { name: "notes", id: "a", usage: { calls: 3, cost: 2 * cost, unpriced: 1 } },
      { name: "notes", id: "b/c", usage: { calls: 1, cost, unpriced: 0 } },
      { name: "helper", usage: { calls: 1, cost: 0, unpriced: 1 } },
    ]);
    expect(await host.usage({ by: "model" })).toMatchObject([
      { model: "mock/priced", usage: { calls: 3, inputTokens: 300, outputTokens: 30, cost: 3 * cost } },
      { model: "mock/unpriced", usage: { calls: 2, inputTokens: 200, unpriced: 2 } },
    ]);
    const runs = await host.usage({ by: "run" });
    expect(runs).toHaveLength(5);
    expect(runs).toContainEqual(expect.objectContaining({ run: "notes/a/second", name: "notes", id: "a" }));
    expect(runs.find(({ run }) => run === "notes/a/second/helper")?.usage).toMatchObject({ calls: 1, unpriced: 1 });
    expect(runs.find(({ run }) => run === "alone")).not.toHaveProperty("id");
  });

  test("counts a call that was cut off", async () => {
    const { host } = stage(open());
    const agent = await host.open(Notes, "a");
    const before = hangs.calls.length;
    const asked = agent.ask("hang", { id: "m" });
    asked.catch(nothing);
    while (hangs.calls.length === before) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await host.cancel("notes/a/m");
    const cut = { calls: 1, failed: 1, estimated: 1, unpriced: 1 };
    expect(await host.usage({ by: "model" })).toMatchObject([{ model: "mock/hangs", usage: cut }]);
  });

  test("of an agent that is deleted is its definition's, without a name", async () => {
    const { host, journal } = stage(open());
    const secret = await host.open(Notes, "user-4711");
    const other = await host.open(Notes, "other");
    for (const text of ["1", "child"]) await secret.ask(text);
    await other.ask("1");
    const models = await host.usage({ by: "model" });
    await host.delete(Notes, "user-4711");
    expect(await host.usage({ by: "model" })).toEqual(models);
    const left = await host.usage();
    expect(left).toMatchObject([
      { name: "notes", usage: { calls: 3, unpriced: 1 } },
      { name: "notes", id: "other", usage: { calls: 1 } },
    ]);
    expect(left[0]).not.toHaveProperty("id");
    const streams = (await Array.fromAsync(journal.heads())).map(({ stream }) => stream);
    const rest = await Promise.all(streams.map((stream) => Array.fromAsync(journal.read(stream))));
    expect(JSON.stringify([streams, rest, await host.usage({ by: "run" })])).not.toContain("user-4711");
    // It comes again as a new one.
    await (await host.open(Notes, "user-4711")).ask("new");
    await host.delete(Notes, "user-4711");
    expect((await host.usage())[0]).toMatchObject({ name: "notes", usage: { calls: 4 } });
  });

  test("of many messages at the same time is exact at any moment", async () => {
    const { host } = stage(open());
    const agents = await Promise.all(["a", "b", "c"].map((id) => host.open(Log, id)));
    let done = 0;
    const asked = Array.from({ length: 60 }, (_1, number) => agents[number % 3]?.ask("x").then(() => done++));
    while (done < asked.length) {
      const before = done;
      const [of] = await host.usage({ by: "model" });
      expect(of?.usage.calls ?? 0).toBeGreaterThanOrEqual(before);
      expect(of?.usage.calls ?? 0).toBeLessThanOrEqual(asked.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const sums = await Promise.all((["agent", "run", "model"] as const).map((by) => host.usage({ by })));
    expect(sums.map((entries) => entries.reduce((sum, { usage }) => sum + usage.calls, 0))).toEqual([60, 60, 60]);
  });
});

test("of runs that retention drops is there, also when the journal is opened again", async () => {
  const path = place();
  const life = async (text: string): Promise<readonly unknown[]> => {
    await using journal = sqliteJournal(path, { retain: { count: 0 } });
    await using host = new AitorHost({ journal, dedupe: 0 });
    const agent = await host.open(Notes, "a");
    for (let message = 0; message < 5; message++) await agent.ask(text);
    await journal.compact();
    expect(await Array.fromAsync(journal.heads({ kind: "run" }))).toEqual([]);
    expect(await host.usage({ by: "run" })).toMatchObject([{ name: "notes", id: "a" }]);
    return await host.usage();
  };
  expect(await life("1")).toMatchObject([{ name: "notes", id: "a", usage: { calls: 5, cost: 1.25 } }]);
  expect(await life("child")).toMatchObject([{ name: "notes", id: "a", usage: { calls: 15, cost: 2.5, unpriced: 5 } }]);
});

test("of an agent that was deleted leaves no name in the file", async () => {
  const path = place();
  await using journal = sqliteJournal(path);
  await using host = new AitorHost({ journal });
  await (await host.open(Notes, "user-4711")).ask("child");
  await host.delete(Notes, "user-4711");
  await journal.compact();
  expect(readFileSync(path).includes("user-4711")).toBe(false);
  expect(await host.usage()).toMatchObject([{ name: "notes", usage: { calls: 2 } }]);
});

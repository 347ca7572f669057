// How much of an agent's history is kept
// - all of it where nothing is said; else so many changes at most, and memory is the same
// - what is kept can be read, forked and replayed; what is not is refused by name, and never told wrongly
// - messages, their replies, runs and blobs are as before; runs that a fold is made of may be forgotten then
// - a run that goes on is not cut; a history is as it was where the journal refuses a new one, or the agent is deleted
import { describe, expect, test } from "vitest";
import { journals, WrappedJournal } from "../engine/journals.fixture.ts";
import type { EventEnvelope } from "../base/index.ts";
import { type AppendOptions, type Journal, memoryJournal } from "../journal/index.ts";
import { failureOf, Gates, stage, streamOf } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import { behaviourOf } from "./definition/defined-behaviour.ts";
import { AitorHost } from "./aitor-host.ts";
import { memoryCommits, recordedMemory } from "./memory/recorded-memory.ts";

const STREAM = "agent:notes/a";
const KEY = { name: "notes", id: "a" };

const notes = (gates = new Gates()) =>
  defineAgent({
    name: "notes",
    memory: () => [] as string[],
    onReceive: async (text: string, ctx) => {
      if (text.startsWith("hold")) await ctx.step("hold", () => gates.hold(text));
      if (text !== "nothing") ctx.memory.update((draft) => void draft.push(text));
      return ctx.memory.value.length;
    },
  });

/** Remembers what it was told, as a fold. */
const folding = () =>
  defineAgent({
    name: "notes",
    fold: {
      initial: () => [] as readonly string[],
      apply: (texts, { type, data }: EventEnvelope) =>
        type === "message-received" ? [...texts, (data as { readonly message: string }).message] : texts,
    },
    onReceive: (_text: string, ctx) => ctx.memory.value.length,
  });

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

async function typesOf(journal: Journal, stream = STREAM): Promise<string[]> {
  return (await streamOf(journal, stream)).map(({ type }) => type);
}

test("a limit that is none is refused", () => {
  for (const history of [0, -1, 1.5, NaN]) {
    expect(() => new AitorHost({ history })).toThrow("history of a host");
  }
});

describe.each(journals)("%s", (_, open) => {
  test("all is kept where nothing is said", async () => {
    const journal = open();
    const agent = await stage(journal).host.open(notes(), "a");
    for (const text of texts(50)) await agent.ask(text);
    expect(await typesOf(journal)).toEqual(texts(50).map(() => "memory-changed"));
  });

  describe.each([
    ["patched", notes],
    ["folded", folding],
  ])("%s memory", (_kind, definition) => {
    test("is the same, whatever is kept", async () => {
      const journal = open();
      const { host } = stage(journal, { history: 5 });
      const agent = await host.open(definition(), "a");
      const lengths: number[] = [];
      for (const text of texts(33)) {
        expect(await agent.ask(text)).toBe(Number(text) + 1);
        lengths.push((await streamOf(journal, STREAM)).length);
      }
      expect(Math.max(...lengths)).toBeLessThanOrEqual(6);
      expect(await agent.read()).toEqual(texts(33));
      expect((await typesOf(journal))[0]).toBe("history-begun");
      expect((await typesOf(journal)).filter((type) => type === "history-begun")).toHaveLength(1);
      await host.shutdown();
      const again = await stage(journal).host.open(definition(), "a");
      expect(await again.read()).toEqual(texts(33));
      expect(await again.ask("x")).toBe(34);
    });

    test("that has grown long before begins anew when it is limited", async () => {
      const journal = open();
      const first = await stage(journal).host.open(definition(), "a");
      for (const text of texts(20)) await first.ask(text);
      const agent = await stage(journal, { history: 10 }).host.open(definition(), "a");
      await agent.ask("x");
      await agent.ask("y");
      expect((await streamOf(journal, STREAM)).length).toBeLessThan(4);
      expect(await agent.read()).toEqual([...texts(20), "x", "y"]);
    });

    test("as it was can be read and forked from where its history begins, and is refused before", async () => {
      const journal = open();
      const { host } = stage(journal, { history: 3 });
      const agent = await host.open(definition(), "a");
      for (const text of texts(2)) await agent.ask(text);
      const old = (await streamOf(journal, STREAM)).map(({ seq }) => seq);
      for (const text of texts(5).slice(2)) await agent.ask(text);
      const [begun, ...later] = (await streamOf(journal, STREAM)).map(({ seq }) => seq) as [number, ...number[]];
      const code = { code: "history-not-kept", data: { first: begun } };
      const behaviour = behaviourOf(definition());
      for (const at of [0, ...old, begun - 1]) {
        expect(await failureOf(agent.fork(`at-${at}`, { at }))).toMatchObject({ ...code, got: `commit ${at}` });
        expect(await failureOf(recordedMemory(journal, KEY, { at, behaviour }))).toMatchObject(code);
      }
      expect(later.length).toBeGreaterThan(0);
      for (const [index, at] of [begun, ...later].entries()) {
        const then = texts(5).slice(0, 5 - later.length + index);
        expect(await (await agent.fork(`at-${at}`, { at })).read()).toEqual(then);
        expect(await recordedMemory(journal, KEY, { at, behaviour })).toEqual(then);
      }
      const commits = await Array.fromAsync(memoryCommits(journal, KEY));
      expect(commits.map(({ seq, what, run }) => [seq, what, run === undefined])).toEqual(
        (await streamOf(journal, STREAM)).map(({ seq, type }) => [seq, type, type === "history-begun"]),
      );
    });

    test("a run is forked and replayed where what was before it is kept, and refused where it is not", async () => {
      const journal = open();
      const { host, clock } = stage(journal, { history: 3 });
      const agent = await host.open(definition(), "a");
      const ids = texts(4);
      for (const id of ids) await agent.ask(id, { id });
      await agent.ask("last", { id: "last" });
      await clock.advance(0);
      const defined = definition();
      const [{ seq: begun }] = (await streamOf(journal, STREAM)) as [EventEnvelope];
      const told = await Promise.all(
        [...ids, "last"].map(async (id) => {
          const run = `notes/a/${id}`;
          const isKept = ((await streamOf(journal, run)).at(-1)?.seq ?? 0) > begun;
          const options = { as: `fork-${id}`, at: 0 };
          if (isKept) {
            expect(await host.runs.replay(defined, run)).toMatchObject({ same: true });
            expect(await host.runs.memoryBefore(defined, run)).toEqual(id === "last" ? ids : ids.slice(0, Number(id)));
            await host.runs.fork(defined, run, options);
          } else {
            const code = { code: "history-not-kept", got: `the memory before ${run}` };
            expect(await failureOf(host.runs.replay(defined, run))).toMatchObject(code);
            expect(await failureOf(host.runs.memoryBefore(defined, run))).toMatchObject(code);
            expect(await failureOf(host.runs.fork(defined, run, options))).toMatchObject(code);
          }
          return isKept;
        }),
      );
      expect(new Set(told)).toEqual(new Set([true, false]));
      const forks = (await host.list("notes")).filter(({ id }) => id.startsWith("fork-"));
      expect(forks).toHaveLength(told.filter((isKept) => isKept).length);
    });

    test("messages are known as before, and have the same replies", async () => {
      const { host } = stage(open(), { history: 1 });
      const agent = await host.open(definition(), "a");
      for (const id of texts(6)) expect(await agent.ask(id, { id })).toBe(Number(id) + 1);
      for (const id of texts(6)) expect(await agent.ask(id, { id })).toBe(Number(id) + 1);
      expect(await agent.read()).toEqual(texts(6));
    });
  });

  test("what was before a run that changed nothing is what was before it, and not what is now", async () => {
    const { host } = stage(open());
    const agent = await host.open(notes(), "a");
    for (const text of ["1", "nothing", "2"]) await agent.ask(text, { id: text });
    expect(await host.runs.memoryBefore(notes(), "notes/a/nothing")).toEqual(["1"]);
  });

  test("what was before a run that changed nothing is not told once it is not kept", async () => {
    const { host } = stage(open(), { history: 2 });
    const agent = await host.open(notes(), "a");
    for (const text of ["nothing", "1", "2", "3"]) await agent.ask(text, { id: text });
    const failure = await failureOf(host.runs.memoryBefore(notes(), "notes/a/nothing"));
    expect(failure).toMatchObject({ code: "history-not-kept" });
  });

  test("changes from outside, and imports, count as others do", async () => {
    const journal = open();
    const { host } = stage(journal, { history: 2 });
    const agent = await host.open(notes(), "a");
    const file = await agent.exportMemory();
    for (const text of texts(7)) await agent.update((draft) => void draft.push(text));
    await agent.importMemory({ ...file, value: ["imported"] });
    for (const text of texts(3)) await agent.update((draft) => void draft.push(text));
    expect((await streamOf(journal, STREAM)).length).toBeLessThanOrEqual(3);
    expect(await agent.read()).toEqual(["imported", ...texts(3)]);
    expect(await (await stage(journal).host.open(notes(), "a")).read()).toEqual(["imported", ...texts(3)]);
  });

  test("who observes is told of changes, and of nothing else", async () => {
    const { host, events } = stage(open(), { history: 1 });
    const agent = await host.open(notes(), "a");
    for (const text of texts(4)) await agent.ask(text);
    await agent.read();
    const told = events.flatMap((event) => (event.type === "memory-changed" ? [event.patches.at(-1)?.value] : []));
    expect(told).toHaveLength(4);
  });

  test("blobs stay as long as the agent", async () => {
    const { host } = stage(open(), { history: 1 });
    const agent = await host.open(notes(), "a");
    await agent.ask("x");
    const ref = await agent.blobs.put(Uint8Array.of(1, 2));
    for (const text of texts(4)) await agent.ask(text);
    expect(await agent.blobs.get(ref)).toEqual(Uint8Array.of(1, 2));
  });

  test("runs that folded memory was made of are kept no longer than ids are known", async () => {
    const journal = open();
    const { host } = stage(journal, { history: 3, dedupe: 500 });
    const agent = await host.open(folding(), "a");
    for (const id of texts(4)) await agent.ask(id, { id });
    await agent.read();
    const kept: unknown[] = [];
    for await (const { stream, keepUntil } of journal.heads({ kind: "run" })) kept.push([stream, keepUntil]);
    expect(kept).toEqual([
      ["notes/a/0", 1_500],
      ["notes/a/1", 1_500],
      ["notes/a/2", 1_500],
      ["notes/a/3", Infinity],
    ]);
  });

  test("changes that a snapshot covers are counted, too", async () => {
    const journal = open();
    const first = stage(journal, { history: 4 });
    const large = "x".repeat(70_000);
    const agent = await first.host.open(notes(), "a");
    for (const text of [large, "1"]) await agent.ask(text);
    expect(await journal.snapshots.get(STREAM)).toMatchObject({ state: { changes: expect.any(Number) } });
    await first.host.shutdown();
    const again = await stage(journal, { history: 4 }).host.open(notes(), "a");
    for (const text of ["2", "3", "4"]) await again.ask(text);
    expect(await typesOf(journal)).toEqual(["history-begun", "memory-changed"]);
    expect(await again.read()).toEqual([large, "1", "2", "3", "4"]);
  });

  test("a run that has changed memory and goes on is not cut: a new history waits for its end", async () => {
    const journal = open();
    const gates = new Gates();
    const turning = defineAgent({
      name: "notes",
      memory: () => [] as string[],
      onReceive: async (text: string, ctx) =>
        ctx.loop("l", 1, async (turn, inner) => {
          await inner.step("hold", () => gates.hold(`${text} ${turn}`));
          ctx.memory.update((draft) => void draft.push(`${text} ${turn}`));
          return turn < 4 ? { next: turn + 1 } : { done: turn };
        }),
    });
    const first = stage(journal, { history: 2 });
    const agent = await first.host.open(turning, "a");
    await agent.tell("x", { id: "x" });
    for (const turn of [1, 2, 3]) {
      gates.open(`x ${turn}`);
      await first.clock.advance(0);
      // Somebody only looks.
      await agent.read();
    }
    expect(await typesOf(journal)).toEqual(["memory-changed", "memory-changed", "memory-changed"]);
    // A process that does not go on with it leaves it alone, too.
    const second = stage(journal, { history: 2, recover: false });
    expect(await (await second.host.open(turning, "a")).read()).toEqual(["x 1", "x 2", "x 3"]);
    await second.clock.advance("1m");
    expect((await typesOf(journal))[0]).toBe("memory-changed");
    gates.open("x 4");
    await first.clock.advance(0);
    await agent.read();
    await first.clock.advance(0);
    expect(await typesOf(journal)).toEqual(["history-begun"]);
    expect(await agent.read()).toEqual(["x 1", "x 2", "x 3", "x 4"]);
  });

  test("an agent that is deleted begins as a new one", async () => {
    const journal = open();
    const { host } = stage(journal, { history: 1 });
    const definition = notes();
    const agent = await host.open(definition, "a");
    await agent.ask("x");
    await host.delete(definition, "a");
    expect(await streamOf(journal, STREAM)).toEqual([]);
    expect(await Array.fromAsync(journal.heads({ kind: "agent" }))).toEqual([]);
    expect(await agent.ask("y")).toBe(1);
  });

  test("where its mailbox is full, the history begins anew after a later change", async () => {
    const journal = open();
    const gates = new Gates();
    const definition = defineAgent({
      name: "notes",
      mailbox: { limit: 1, whenFull: "reject" },
      memory: () => [] as string[],
      onReceive: async (text: string, ctx) => {
        await ctx.step("hold", () => gates.hold(text));
        ctx.memory.update((draft) => void draft.push(text));
      },
    });
    const { host, clock } = stage(journal, { history: 1 });
    const agent = await host.open(definition, "a");
    for (const text of ["1", "2", "3"]) {
      await agent.tell(text).catch(() => {});
      gates.open(text);
      await clock.advance(0);
    }
    expect((await streamOf(journal, STREAM)).length).toBeLessThanOrEqual(2);
    expect(await agent.read()).toEqual(["1", "2", "3"]);
  });
});

test("where the journal refuses a new history, the old one goes on", async () => {
  const memory = memoryJournal();
  let refused = 0;
  class Refusing extends WrappedJournal {
    override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
      if (options?.restart === undefined) return super.append(events, options);
      refused++;
      return Promise.reject(new Error("not now"));
    }
  }
  const journal = new Refusing(memory);
  const agent = await stage(journal, { history: 2 }).host.open(notes(), "a");
  for (const text of texts(6)) expect(await agent.ask(text)).toBe(Number(text) + 1);
  expect(refused).toBeGreaterThan(1);
  expect(await typesOf(memory)).toEqual(texts(6).map(() => "memory-changed"));
  const later = await stage(memory, { history: 2 }).host.open(notes(), "a");
  await later.ask("6");
  expect(await later.read()).toEqual(texts(7));
  await later.ask("7");
  expect((await streamOf(memory, STREAM)).length).toBeLessThan(4);
});

test("where the journal refuses a new history, it is not tried again before something changes, also of an agent that may not stay awake", async () => {
  let refused = 0;
  class Refusing extends WrappedJournal {
    override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
      if (options?.restart === undefined) return super.append(events, options);
      // Nothing else would end it.
      return ++refused > 50 ? super.append(events, options) : Promise.reject(new Error("not now"));
    }
  }
  const { host, clock } = stage(new Refusing(memoryJournal()), { history: 2, awake: 1 });
  const waiting = defineAgent({
    name: "waiting",
    memory: () => null,
    onReceive: (_: string, ctx) => ctx.waitFor<string>("word"),
  });
  // It stays awake, and leaves no room for the other one when that is idle.
  const reply = (await host.open(waiting, "w")).ask("wait");
  await clock.advance(0);
  const agent = await host.open(notes(), "a");
  for (const text of texts(6)) expect(await agent.ask(text)).toBe(Number(text) + 1);
  await clock.advance(0);
  expect(refused).toBeGreaterThan(1);
  expect(refused).toBeLessThan(10);
  const [asked] = await host.pending();
  await host.answer(asked!.run, asked!.key, { value: "go" });
  expect(await reply).toBe("go");
});

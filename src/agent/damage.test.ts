// Memory on record that cannot be read: a change that does not fit, a schema that refuses, a migration that throws, a bit that
// flipped on the disk
// - is set aside and reported; the last good state counts, and messages that come later work, also after another restart
// - a state that never was is no good one: what was changed after the damage does not count, up to what replaces the whole
// - snapshots count: what is older may be gone
// - a journal that fails, or is closed, says nothing about memory, which is not set aside, and a message whose agent could not be
//   woken keeps its place; what the agent's own code throws then fails its message
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { EventEnvelope } from "../base/index.ts";
import { journals, WrappedJournal } from "../engine/journals.fixture.ts";
import { type Journal, memoryJournal, type Restored } from "../journal/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { became, failureOf, stage, streamOf } from "./agent.fixture.ts";
import { type AgentDefinition, defineAgent } from "./definition/agent-definition.ts";
import type { MemoryCodec } from "./definition/agent-options.ts";
import type { MemoryPatch } from "./definition/memory-events.ts";

interface Sum {
  n: number;
  log: string[];
}

interface More {
  readonly schema?: z.ZodType<Sum>;
  readonly codec?: MemoryCodec<Sum>;
  readonly version?: string;
  readonly migrate?: () => Sum;
}

const make = (more: More = {}) =>
  defineAgent({
    name: "agent",
    ...more,
    memory: (): Sum => ({ n: 0, log: [] }),
    onReceive: (by: number, ctx) => {
      ctx.memory.update((draft) => {
        draft.n += by;
        draft.log.push(String(by));
      });
      return ctx.memory.value.n;
    },
  });

/** A change that another program wrote. */
function change(...patches: readonly MemoryPatch[]): EventEnvelope {
  const data = { version: "1", patches };
  const stream = "agent:agent/a";
  return { v: 1, stream, seq: 0, at: 1, run: stream, key: "", type: "memory-changed", data };
}

const bad: MemoryPatch = { op: "add", path: ["not", "there"], value: 1 };

describe.each(journals)("%s", (_, open) => {
  async function asked(journal: Journal, ...numbers: readonly number[]): Promise<void> {
    const { host } = stage(journal);
    const agent = await host.open(make(), "a");
    for (const by of numbers) await agent.ask(by);
    await host.shutdown();
  }

  test("a change that does not fit is set aside, and what came before it counts", async () => {
    const journal = open();
    await asked(journal, 1, 2);
    const good = (await streamOf(journal, "agent:agent/a")).at(-1)?.seq;
    await journal.append([change(bad)]);
    const { host, failures, events } = stage(journal);
    const agent = await host.open(make(), "a");
    expect(await agent.ask(4)).toBe(7);
    expect(failures).toMatchObject([{ type: "memory-set-aside", agent: { name: "agent", id: "a" }, good }]);
    expect(events.filter(({ type }) => type === "memory-set-aside")).toHaveLength(1);
    const again = stage(journal);
    const reopened = await again.host.open(make(), "a");
    expect(await reopened.read()).toEqual({ n: 7, log: ["1", "2", "4"] });
    expect(await reopened.ask(8)).toBe(15);
    expect(again.failures).toEqual([]);
  });

  test("what was damaged stays on record", async () => {
    const journal = open();
    await asked(journal, 1);
    await journal.append([change(bad)]);
    const before = await streamOf(journal, "agent:agent/a");
    await (await stage(journal).host.open(make(), "a")).read();
    const after = await streamOf(journal, "agent:agent/a");
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([
      { type: "memory-set-aside", data: { version: "1", value: { n: 1, log: ["1"] } } },
    ]);
  });

  test("a change behind the damage is of a state that never was; one that replaces the whole is good", async () => {
    const journal = open();
    await asked(journal, 1);
    await journal.append([change({ op: "replace", path: ["n"], value: 50 }, bad)]);
    await journal.append([change({ op: "replace", path: ["n"], value: 70 })]);
    expect(await (await stage(journal).host.open(make(), "a")).read()).toEqual({ n: 1, log: ["1"] });

    const other = open();
    await asked(other, 1);
    await other.append([change(bad)]);
    await other.append([change({ op: "replace", path: [], value: { n: 9, log: ["whole"] } })]);
    const { host, failures } = stage(other);
    expect(await (await host.open(make(), "a")).read()).toEqual({ n: 9, log: ["whole"] });
    expect(failures).toHaveLength(1);
  });

  test("the only change on record, damaged, leaves a new memory", async () => {
    const journal = open();
    await journal.append([change(bad)]);
    const { host, failures } = stage(journal);
    const agent = await host.open(make(), "a");
    expect(await agent.ask(1)).toBe(1);
    expect(failures).toMatchObject([{ type: "memory-set-aside", good: 0 }]);
  });

  test("what a schema refuses is set aside, and the last state that it takes counts", async () => {
    const journal = open();
    await asked(journal, 1, 2, 100, 200);
    const { host, failures } = stage(journal);
    const schema = z.object({ n: z.number().max(50), log: z.array(z.string()) });
    const agent = await host.open(make({ schema }), "a");
    expect(await agent.ask(3)).toBe(6);
    expect(failures).toMatchObject([{ type: "memory-set-aside", error: { code: "invalid-value" } }]);
  });

  test.each([
    [
      "a codec that reads nothing",
      { codec: { encode: (sum: Sum) => sum, decode: (): Sum => JSON.parse("{") as Sum } },
      { name: "SyntaxError" },
    ],
    [
      "a schema that refuses what a new agent has, too",
      { schema: z.object({ n: z.number().min(100), log: z.array(z.string()) }) },
      { code: "invalid-value", expected: expect.stringContaining(".n") },
    ],
  ])("%s puts nothing in memory's place: messages fail with why until it is corrected", async (__, more, why) => {
    const journal = open();
    await asked(journal, 1, 2);
    const before = await streamOf(journal, "agent:agent/a");
    const { host } = stage(journal);
    const agent = await host.open(make(more), "a");
    for (let times = 0; times < 2; times++) {
      expect(await failureOf(agent.read())).toMatchObject(why);
      expect(await failureOf(agent.ask(5))).toMatchObject(why);
    }
    expect(await streamOf(journal, "agent:agent/a")).toEqual(before);
    expect(await (await stage(journal).host.open(make(), "a")).read()).toEqual({ n: 3, log: ["1", "2"] });
  });

  test("what a migration throws for is set aside: without any good state, memory begins anew", async () => {
    const journal = open();
    await asked(journal, 1, 2);
    const migrate = (): never => {
      throw new RangeError("cannot migrate");
    };
    const { host, failures } = stage(journal);
    const agent = await host.open(make({ version: "2", migrate }), "a");
    expect(await agent.ask(5)).toBe(5);
    expect(failures).toMatchObject([{ type: "memory-set-aside", good: 0, error: { message: "cannot migrate" } }]);
    const again = stage(journal);
    expect(await (await again.host.open(make({ version: "2", migrate }), "a")).read()).toEqual({ n: 5, log: ["5"] });
    expect(again.failures).toEqual([]);
  });

  test("what a codec cannot decode is set aside", async () => {
    const journal = open();
    await asked(journal, 1, 60, 2);
    const coded = defineAgent({
      name: "agent",
      memory: (): Sum => ({ n: 0, log: [] }),
      codec: {
        encode: (memory) => memory,
        decode: (value) => {
          if ((value as Sum).n > 50) throw new Error("too large");
          return value as Sum;
        },
      },
      onReceive: (_: void, ctx) => ctx.memory.value.n,
    });
    const { host, failures } = stage(journal);
    expect(await (await host.open(coded, "a")).ask()).toBe(1);
    expect(failures).toMatchObject([{ type: "memory-set-aside", error: { message: "too large" } }]);
  });

  test("what a codec can do without is reported whenever it is read, and the rest counts", async () => {
    const journal = open();
    await asked(journal, 1, 2);
    const coded = defineAgent({
      name: "agent",
      memory: (): Sum => ({ n: 0, log: [] }),
      codec: {
        encode: (memory) => memory,
        decode: (value) => ({ ...(value as Sum), log: [] }),
        leftOut: ({ log }) => (log.length === 0 ? [new Error("the log of before")] : []),
      },
      onReceive: (by: number, ctx) => {
        ctx.memory.update((draft) => {
          draft.n += by;
          draft.log.push(String(by));
        });
        return ctx.memory.value.n;
      },
    });
    for (const [by, n] of [
      [3, 6],
      [4, 10],
    ] as const) {
      const { host, failures } = stage(journal);
      const agent = await host.open(coded, "a");
      expect(await agent.ask(by)).toBe(n);
      await agent.ask(0);
      expect(failures).toMatchObject([{ type: "memory-left-out", error: { message: "the log of before" } }]);
      await host.shutdown();
    }
  });

  test("a message that was under way goes on with the last good state", async () => {
    const journal = open();
    const held = defineAgent({
      name: "agent",
      memory: (): Sum => ({ n: 0, log: [] }),
      onReceive: async (by: number, ctx) => {
        ctx.memory.update((draft) => void (draft.n += by));
        if (by === 7) await ctx.waitFor("go");
        return ctx.memory.value.n;
      },
    });
    const first = stage(journal);
    const agent = await first.host.open(held, "a");
    await agent.ask(1);
    await agent.tell(7, { id: "m" });
    await first.clock.advance(0);
    await first.host.shutdown();
    await journal.append([change(bad)]);
    const { host, clock } = stage(journal);
    const again = await host.open(held, "a");
    await clock.advance(0);
    await again.answer({ run: "agent/a/m", key: "go" }, { value: null });
    await clock.advance(0);
    expect(await again.ask(1)).toBe(9);
  });
});

describe("a journal that fails says nothing about memory:", () => {
  /** What it reads of agents, or their snapshots, cannot be had at the moment. */
  class Unreadable extends WrappedJournal {
    fails: "read" | "snapshots" | undefined;
    override readonly snapshots: Journal["snapshots"];

    constructor(journal: Journal) {
      super(journal);
      this.snapshots = {
        put: (...call) => journal.snapshots.put(...call),
        get: async (...call) => {
          if (this.fails === "snapshots") throw new Error("the network is down");
          return journal.snapshots.get(...call);
        },
      };
    }

    override read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
      if (this.fails !== "read" || !stream.startsWith("agent:")) return super.read(stream, from);
      return {
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("the network is down")) }),
      };
    }
  }

  test.each(["read", "snapshots"] as const)("%s", async (what) => {
    const inner = memoryJournal();
    const journal = new Unreadable(inner);
    await (await stage(journal).host.open(make(), "a")).ask(1);
    journal.fails = what;
    const { host, failures } = stage(journal);
    const agent = await host.open(make(), "a");
    expect(await failureOf(agent.read())).toMatchObject({ message: "the network is down" });
    journal.fails = undefined;
    expect(await agent.read()).toEqual({ n: 1, log: ["1"] });
    expect(failures).toEqual([]);
    expect((await streamOf(inner, "agent:agent/a")).map(({ type }) => type)).toEqual(["memory-changed"]);
  });
});

describe("a journal that fails while an agent is woken for a message halts that, which keeps its place:", () => {
  /** One of its calls about a stream fails. */
  class Failing extends WrappedJournal {
    fails: { readonly call: "restore" | "read"; readonly of: string } | undefined;

    override restore(stream: string, atMost?: number): Promise<Restored> {
      this.#failOnce("restore", stream);
      return this.journal.restore(stream, atMost);
    }

    override async *read(stream: string, from?: number): AsyncGenerator<EventEnvelope, void, undefined> {
      this.#failOnce("read", stream);
      yield* this.journal.read(stream, from);
    }

    #failOnce(call: "restore" | "read", stream: string): void {
      if (this.fails?.call !== call || this.fails.of !== stream) return;
      this.fails = undefined;
      throw Object.assign(new Error("the disk could not be read"), { code: "EIO" });
    }
  }

  const folding = defineAgent({
    name: "agent",
    fold: { initial: () => 0, apply: (n: number, { type }) => (type === "message-received" ? n + 1 : n) },
    onReceive: (_: number, ctx) => ctx.memory.value,
  });
  const top = defineAgent({
    name: "agent",
    memory: () => 0,
    onReceive: (by: number, ctx) => ctx.delegate(make(), by, { name: "below" }),
  });

  test.each([
    ["the snapshot and the changes of its memory", "restore", "agent:agent/a", make(), 11],
    ["a run that is folded into its memory", "read", "agent/a/first", folding, 2],
    ["the run of the message itself", "read", "agent/a/m", folding, 2],
    ["the run of what it delegates", "read", "agent/a/m/agent[below]", top, 10],
  ] as const)("%s", async (_, call, of, definition: AgentDefinition<unknown, number, unknown>, reply) => {
    const journal = new Failing(memoryJournal());
    const first = stage(journal);
    await (await first.host.open(definition, "a")).ask(1, { id: "first" });
    await first.host.shutdown();
    const { host, failures } = stage(journal);
    const agent = await host.open(definition, "a");
    journal.fails = { call, of };
    expect(await failureOf(agent.ask(10, { id: "m" }))).toMatchObject({
      code: "agent-halted",
      cause: { message: "the disk could not be read", code: "EIO" },
    });
    await agent.tell(100);
    expect(failures).toMatchObject([{ type: "message-halted" }]);
    const again = stage(journal);
    expect(await (await again.host.open(definition, "a")).ask(10, { id: "m" })).toBe(reply);
    expect(again.failures).toEqual([]);
  });

  test("what its own code throws for a new agent fails the message", async () => {
    const { host } = stage();
    const broken = defineAgent({
      name: "agent",
      memory: (): number => {
        throw new RangeError("no memory");
      },
      onReceive: (by: number) => by,
    });
    const agent = await host.open(broken, "a");
    expect(await failureOf(agent.ask(1, { id: "m" }))).toMatchObject({ message: "no memory" });
    expect(await Array.fromAsync(host.deadLetters())).toEqual([]);
    expect(host.stats()).toMatchObject({ halted: 0 });
  });
});

describe("with snapshots", () => {
  const big = (n: number): Sum => ({ n, log: ["x".repeat(70_000)] });

  test("the damage behind one leaves what came up to it", async () => {
    const journal = memoryJournal();
    const { host, clock } = stage(journal);
    const agent = await host.open(make(), "a");
    await agent.update(() => big(1));
    await clock.advance(0);
    await agent.update((draft) => void (draft.n = 2));
    await clock.advance(0);
    expect(await journal.snapshots.get("agent:agent/a")).toMatchObject({ state: { value: { n: 1 } } });
    await journal.append([change(bad)]);
    expect(await (await stage(journal).host.open(make(), "a")).read()).toMatchObject({ n: 2 });
  });

  test("one that cannot be used is passed over, for what is before it and behind it", async () => {
    const journal = memoryJournal();
    await journal.append([change({ op: "replace", path: [], value: { n: 1, log: [] } })]);
    await journal.append([change({ op: "replace", path: ["n"], value: 2 })]);
    const last = (await streamOf(journal, "agent:agent/a")).at(-1)?.seq ?? 0;
    await journal.snapshots.put("agent:agent/a", { seq: last, state: { v: 1, version: "1", value: { n: "broken" } } });
    const schema = z.object({ n: z.number(), log: z.array(z.string()) });
    const { host, failures } = stage(journal);
    expect(await (await host.open(make({ schema }), "a")).read()).toEqual({ n: 2, log: [] });
    expect(failures).toHaveLength(1);
  });

  test("one of folded memory that cannot be used is passed over: memory is what all of its runs make of it", async () => {
    const journal = memoryJournal();
    const counting = (migrate?: () => never) =>
      defineAgent({
        name: "count",
        version: migrate === undefined ? "1" : "2",
        ...(migrate && { migrate }),
        fold: { initial: () => 0, apply: (n, { type }) => (type === "message-received" ? n + 1 : n) },
        onReceive: (text: string) => text,
      });
    const first = stage(journal);
    const agent = await first.host.open(counting(), "a");
    for (let n = 0; n < 300; n++) await agent.ask("x");
    await first.clock.advance(0);
    expect(await journal.snapshots.get("agent:count/a")).toBeDefined();
    await agent.ask("x");
    const migrate = (): never => {
      throw new RangeError("cannot migrate");
    };
    const { host, failures } = stage(journal);
    expect(await (await host.open(counting(migrate), "a")).read()).toBe(301);
    expect(failures).toMatchObject([{ type: "memory-set-aside", error: { message: "cannot migrate" } }]);
  });

  test("folded memory, whose older runs are gone, is what its snapshot says", async () => {
    const journal = memoryJournal();
    const counting = (limit: number) =>
      defineAgent({
        name: "count",
        schema: z.number().max(limit),
        fold: { initial: () => 0, apply: (n, { type }) => (type === "message-received" ? n + 1 : n) },
        onReceive: (text: string) => text,
      });
    const first = stage(journal);
    const agent = await first.host.open(counting(1_000), "a");
    for (let n = 0; n < 300; n++) await agent.ask("x", { id: `m${n}` });
    await first.clock.advance(0);
    const { state } = (await journal.snapshots.get("agent:count/a")) as { state: { value: number } };
    for (let n = 0; n < 200; n++) await journal.drop(`count/a/m${n}`);
    const { host, failures } = stage(journal);
    const again = await host.open(counting(state.value + 10), "a");
    expect(await again.read()).toBe(state.value + 10);
    expect(failures).toHaveLength(1);
  });
});

describe("on a disk, where a bit has flipped,", () => {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "aitor-damage-"));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };

  /** Flips a bit in the only place of a closed journal that holds a text. */
  function flip(path: string, text: string): void {
    const bytes = readFileSync(path);
    const place = bytes.indexOf(text);
    expect(place).toBeGreaterThan(0);
    expect(bytes.indexOf(text, place + 1)).toBe(-1);
    bytes[place] = (bytes[place] as number) ^ 1;
    writeFileSync(path, bytes);
  }

  const notes = defineAgent({
    name: "notes",
    memory: () => [] as string[],
    onReceive: (text: string, ctx) => ctx.memory.update((draft) => void draft.push(`noted ${text}`)),
  });

  test("the last good state counts, others are untouched, and all is well after another restart", async () => {
    const path = join(folder(), "journal.db");
    {
      await using journal = sqliteJournal(path);
      const { host } = stage(journal);
      const [a, b] = [await host.open(notes, "a"), await host.open(notes, "b")];
      for (const text of ["one", "two", "three"]) {
        await a.ask(text);
        await b.ask(`b ${text}`);
      }
      await host.shutdown();
    }
    flip(path, "noted two");
    {
      await using journal = sqliteJournal(path);
      const { host, failures } = stage(journal);
      const [a, b] = [await host.open(notes, "a"), await host.open(notes, "b")];
      expect(await a.read()).toEqual(["noted one"]);
      expect(await b.read()).toEqual(["noted b one", "noted b two", "noted b three"]);
      await a.ask("four");
      expect(failures).toMatchObject([
        { type: "memory-set-aside", agent: { id: "a" }, error: { code: "journal-corrupt" } },
      ]);
      await host.shutdown();
    }
    await using journal = sqliteJournal(path);
    const { host, failures } = stage(journal);
    const a = await host.open(notes, "a");
    expect(await a.read()).toEqual(["noted one", "noted four"]);
    await a.ask("five");
    expect(await a.read()).toEqual(["noted one", "noted four", "noted five"]);
    expect(failures).toEqual([]);
    await host.shutdown();
  });
});

test("an agent whose journal is closed is told so", async () => {
  const journal = memoryJournal();
  const { host } = stage(journal);
  const agent = await host.open(make(), "a");
  await agent.ask(1);
  await journal.close();
  const asked = became(agent.ask(2));
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked.error).toMatchObject({ code: "journal-closed" });
});

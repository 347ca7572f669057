// What memory is on record, and what the code makes of it
// - a codec keeps what is no JSON (Date, Map, bytes, classes), changed in place or by a new value
// - a schema checks what is restored, and what it gives is what the handler gets; what it would refuse is not recorded
// - memory of another version goes through migrate, once it is changed it is of the new one; also of a run that has begun
// - a fold that is given up is told: its memory is set aside
// - what can be read of an older version is not recorded again before it changes
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { journals } from "../engine/journals.fixture.ts";
import { memoryJournal } from "../journal/index.ts";
import { failureOf, Gates, stage, streamOf } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import type { AgentContext } from "./definition/agent-options.ts";

/** Money, with what nobody else may touch. */
class Purse {
  readonly owner: string;
  #cents: number;

  constructor(owner: string, cents: number) {
    this.owner = owner;
    this.#cents = cents;
  }

  get cents(): number {
    return this.#cents;
  }

  add(cents: number): void {
    this.#cents += cents;
  }

  with(cents: number): Purse {
    return new Purse(this.owner, this.#cents + cents);
  }
}

describe.each(journals)("%s", (_, open) => {
  describe("a codec", () => {
    interface All {
      at: Date;
      tags: Map<string, Set<number>>;
      bytes: Uint8Array;
      purse: Purse;
      list: string[];
    }
    const all = defineAgent({
      name: "all",
      memory: (): All => ({
        at: new Date(0),
        tags: new Map(),
        bytes: new Uint8Array(2),
        purse: new Purse("me", 0),
        list: [],
      }),
      codec: {
        encode: ({ at, tags, bytes, purse, list }) => ({
          at: at.getTime(),
          tags: [...tags].map(([tag, numbers]) => [tag, [...numbers]]),
          bytes: [...bytes],
          purse: [purse.owner, purse.cents],
          list,
        }),
        decode: (value) => {
          const { at, tags, bytes, purse, list } = value as {
            at: number;
            tags: [string, number[]][];
            bytes: number[];
            purse: [string, number];
            list: string[];
          };
          return {
            at: new Date(at),
            tags: new Map(tags.map(([tag, numbers]) => [tag, new Set(numbers)])),
            bytes: Uint8Array.from(bytes),
            purse: new Purse(...purse),
            list,
          };
        },
      },
      onReceive: (how: "change" | "fail" | "nothing", ctx) => {
        ctx.memory.update((draft) => {
          if (how === "nothing") return;
          draft.at.setTime(1_000);
          draft.tags.set("x", new Set([1]));
          draft.tags.get("x")?.add(2);
          draft.bytes[0] = 7;
          (draft.purse as unknown as Purse).add(5);
          draft.list.push("x");
        });
        if (how === "fail") throw new Error("no");
        return ctx.memory.value.bytes[0];
      },
    });
    const shown = ({ at, tags, bytes, purse, list }: All): unknown => [
      at.getTime(),
      [...tags].map(([tag, numbers]) => [tag, [...numbers]]),
      [...bytes],
      purse.cents,
      list,
    ];
    const changed = [1_000, [["x", [1, 2]]], [7, 0], 5, ["x"]];

    test("keeps dates, maps, bytes and objects of classes, changed in place, over a restart", async () => {
      const journal = open();
      const agent = await stage(journal).host.open(all, "a");
      expect(await agent.ask("change")).toBe(7);
      const now = (await agent.read()) as unknown as All;
      expect(shown(now)).toEqual(changed);
      const again = (await (await stage(journal).host.open(all, "a")).read()) as unknown as All;
      expect(shown(again)).toEqual(changed);
      expect([again.at, again.bytes, again.purse]).toEqual([
        expect.any(Date),
        expect.any(Uint8Array),
        expect.any(Purse),
      ]);
    });

    test("records nothing where nothing changed, and undoes what a failed handler changed in place", async () => {
      const journal = open();
      const agent = await stage(journal).host.open(all, "a");
      await agent.ask("nothing");
      expect(await streamOf(journal, "agent:all/a")).toEqual([]);
      await failureOf(agent.ask("fail"));
      expect(shown((await agent.read()) as unknown as All)).toEqual([0, [], [0, 0], 0, []]);
    });

    test("keeps memory that is an object of a class, which changes itself or gives a new one", async () => {
      const journal = open();
      const purses = defineAgent({
        name: "purse",
        memory: () => new Purse("me", 1),
        codec: {
          encode: ({ owner, cents }) => [owner, cents],
          decode: (value) => new Purse(...(value as [string, number])),
        },
        onReceive: (_: void, ctx) => {
          ctx.memory.update((purse) => (purse as unknown as Purse).add(10));
          ctx.memory.update((purse) => (purse as unknown as Purse).with(100));
          return (ctx.memory.value as unknown as Purse).cents;
        },
      });
      const agent = await stage(journal).host.open(purses, "a");
      expect(await agent.ask()).toBe(111);
      const read = (await (await stage(journal).host.open(purses, "a")).read()) as unknown as Purse;
      expect([read.owner, read.cents]).toEqual(["me", 111]);
    });

    test("that writes no JSON fails the change", async () => {
      const wrong = defineAgent({
        name: "wrong",
        memory: () => ({ at: new Date(0) }),
        codec: { encode: (memory) => memory, decode: (value) => value as { at: Date } },
        onReceive: (_: void, ctx) => ctx.memory.update((draft) => void draft.at.setTime(1)),
      });
      const journal = open();
      const agent = await stage(journal).host.open(wrong, "a");
      expect(await failureOf(agent.ask())).toMatchObject({ code: "not-json" });
      expect(await streamOf(journal, "agent:wrong/a")).toEqual([]);
    });
  });

  const version1 = (gates = new Gates()) =>
    defineAgent({
      name: "agent",
      version: "1",
      memory: () => ({ count: 0 }),
      onReceive: async (by: number, ctx) => {
        ctx.memory.update((draft) => void (draft.count += by));
        if (by === 100) await ctx.step("hold", () => gates.hold("h"));
        return ctx.memory.value.count;
      },
    });

  interface Second {
    total: number;
    log: string[];
  }
  const version2 = (migrations: string[] = []) =>
    defineAgent({
      name: "agent",
      version: "2",
      schema: z.object({ total: z.number(), log: z.array(z.string()) }),
      memory: (): Second => ({ total: 0, log: [] }),
      migrate: (memory, from) => {
        migrations.push(from);
        return { total: (memory as { count: number }).count, log: [`from ${from}`] };
      },
      onReceive: async (by: number, ctx) => {
        ctx.memory.update((draft) => {
          draft.total += by;
          draft.log.push(String(by));
        });
        if (by === 100) await ctx.step("hold", () => null);
        return ctx.memory.value.total;
      },
    });

  test("memory of another version is migrated when it is read, and recorded when it changes", async () => {
    const journal = open();
    await (await stage(journal).host.open(version1(), "a")).ask(7);
    const before = (await streamOf(journal, "agent:agent/a")).length;
    const migrations: string[] = [];
    const agent = await stage(journal).host.open(version2(migrations), "a");
    expect(await agent.read()).toEqual({ total: 7, log: ["from 1"] });
    expect(await streamOf(journal, "agent:agent/a")).toHaveLength(before);
    expect(await agent.ask(3)).toBe(10);
    expect(migrations).toEqual(["1"]);
    const last = (await streamOf(journal, "agent:agent/a")).at(-1);
    expect(last?.data).toMatchObject({ version: "2", patches: [{ path: [], value: { total: 10 } }] });
    const later: string[] = [];
    expect(await (await stage(journal).host.open(version2(later), "a")).read()).toEqual({
      total: 10,
      log: ["from 1", "3"],
    });
    expect(later).toEqual([]);
  });

  test("without migrate memory is taken as it is", async () => {
    const journal = open();
    await (await stage(journal).host.open(version1(), "a")).ask(7);
    const other = defineAgent({ name: "agent", version: "1.1", memory: () => ({ count: 0 }), onReceive: () => 0 });
    expect(await (await stage(journal).host.open(other, "a")).read()).toEqual({ count: 7 });
  });

  test("a message that one version began, and another one ends, begins with migrated memory", async () => {
    const journal = open();
    const first = stage(journal);
    const agent = await first.host.open(version1(), "a");
    await agent.ask(7);
    await agent.tell(100, { id: "m" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const { host, clock } = stage(journal);
    const again = await host.open(version2(), "a");
    await clock.advance(0);
    expect(await again.ask(100, { id: "m" })).toBe(107);
    expect(await again.read()).toEqual({ total: 107, log: ["from 1", "100"] });
  });

  test("turns that one version committed are migrated with the rest", async () => {
    const looping = (version: string) =>
      defineAgent({
        name: "loop",
        version,
        memory: () => ({ v: version, turns: 0 }),
        migrate: (memory) => ({ ...(memory as { turns: number }), v: version }),
        onReceive: (_: void, ctx) =>
          ctx.loop("l", 0, async (n, turn) => {
            ctx.memory.update((draft) => void draft.turns++);
            if (n === 2 && version === "1") await turn.step("hold", () => new Promise<never>(() => {}));
            else if (n === 2) await turn.step("hold", () => null);
            return n === 2 ? { done: n } : { next: n + 1 };
          }),
      });
    const journal = open();
    const first = stage(journal);
    await (await first.host.open(looping("1"), "a")).tell(undefined, { id: "m" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const { host, clock } = stage(journal);
    const again = await host.open(looping("2"), "a");
    expect(await again.read()).toEqual({ v: "2", turns: 2 });
    await clock.advance(0);
    expect(await again.ask(undefined, { id: "m" })).toBe(2);
    expect(await again.read()).toEqual({ v: "2", turns: 3 });
    expect(await (await stage(journal).host.open(looping("2"), "a")).read()).toEqual({ v: "2", turns: 3 });
  });

  describe.each([
    ["at once", z.array(z.string().min(1))],
    ["later", z.array(z.string().min(1)).refine(() => Promise.resolve(true))],
  ])("a schema that answers %s", (__, schema) => {
    const make = () =>
      defineAgent({
        name: "list",
        schema,
        memory: () => [] as string[],
        onReceive: async ({ texts, last }: { texts: string[]; last?: string }, ctx) => {
          // What it is for a moment may be anything.
          ctx.memory.update((draft) => void draft.push(""));
          ctx.memory.update((draft) => void draft.pop());
          if (texts.length > 0) {
            await ctx.loop("add", texts, async ([text, ...left]) => {
              if (text !== undefined) ctx.memory.update((draft) => void draft.push(text));
              return left.length > 0 ? { next: left } : { done: null };
            });
          }
          if (last !== undefined) ctx.memory.update((draft) => void draft.push(last));
          return ctx.memory.value;
        },
      });

    test("refuses what could not be restored before it is recorded, and memory is as it was", async () => {
      const journal = open();
      const { host } = stage(journal);
      const agent = await host.open(make(), "a");
      expect(await agent.ask({ texts: ["1"], last: "2" })).toEqual(["1", "2"]);
      const refused = { code: "invalid-value", message: expect.stringContaining('the memory of agent "list"') };
      expect(await failureOf(agent.ask({ texts: [], last: "" }))).toMatchObject(refused);
      expect(await failureOf(agent.update((draft) => void draft.push("")))).toMatchObject(refused);
      expect(await agent.read()).toEqual(["1", "2"]);
      // The turns before are on record.
      expect(await failureOf(agent.ask({ texts: ["3", "", "4"] }))).toMatchObject(refused);
      expect(await agent.read()).toEqual(["1", "2", "3"]);
      expect(await agent.update((draft) => void draft.push("5"))).toEqual(["1", "2", "3", "5"]);
      const again = stage(journal);
      expect(await (await again.host.open(make(), "a")).read()).toEqual(["1", "2", "3", "5"]);
      expect(again.failures).toEqual([]);
    });

    test.each<[string, (ctx: Ctx, turn: () => Promise<{ done: null }>) => Promise<unknown>]>([
      ["in a turn of a loop", (ctx, turn) => ctx.loop("l", 0, (_, run) => run.loop("inner", 0, turn).then(done))],
      [
        "in a branch, after the handler has changed it",
        async (ctx, turn) => {
          await turn();
          await ctx.all([{ name: "b", run: (run) => run.loop("inner", 0, async () => ({ done: null })) }]);
        },
      ],
    ])("refuses it at the end of a loop %s", async (___, loops) => {
      const journal = open();
      const bad = defineAgent({
        name: "list",
        schema,
        memory: () => [] as string[],
        onReceive: async (text: string, ctx) => {
          await loops(ctx, async () => {
            ctx.memory.update((draft) => void draft.push(text));
            return { done: null };
          });
          // It would be right at the end, and would not in the process that goes on with it.
          ctx.memory.update((draft) => draft.filter((each) => each !== ""));
        },
      });
      const { host } = stage(journal);
      const agent = await host.open(bad, "a");
      await agent.ask("1");
      expect(await failureOf(agent.ask(""))).toMatchObject({ code: "invalid-value" });
      const commits = await streamOf(journal, "agent:list/a");
      expect(JSON.stringify(commits.map(({ data }) => data))).not.toContain('""');
      expect(await agent.read()).toEqual(["1"]);
    });

    test("refuses it of an agent that is delegated to, too", async () => {
      const { host } = stage(open());
      const top = defineAgent({
        name: "top",
        memory: () => null,
        onReceive: (last: string, ctx) => ctx.delegate(make(), { texts: [], last }, { name: "1" }),
      });
      const agent = await host.open(top, "a");
      expect(await agent.ask("x")).toEqual(["x"]);
      expect(await failureOf(agent.ask(""))).toMatchObject({ code: "invalid-value" });
    });
  });

  test.each([
    ["at once", z.object({ name: z.string().trim(), tags: z.array(z.string()).default([]) })],
    ["later", z.object({ name: z.string().trim(), tags: z.array(z.string()).default([]) }).refine(async () => true)],
  ])("what a schema gives %s is what memory is, before it is restored as after", async (__, schema) => {
    const journal = open();
    const make = () =>
      defineAgent({
        name: "agent",
        schema,
        memory: (): { name: string; tags?: string[] } => ({ name: "" }),
        onReceive: async ({ name, turns = 0 }: { name: string; turns?: number }, ctx) => {
          const { memory } = ctx;
          const before = memory.value.name;
          await ctx.loop("rename", 0, async (turn) => {
            if (turn < turns) memory.update((draft) => void (draft.name = ` ${name}${turn} `));
            return turn < turns ? { next: turn + 1 } : { done: memory.value.name };
          });
          memory.update((draft) => void (draft.name = ` ${name} `));
          await ctx.waitFor("go");
          return before;
        },
      });
    const { host, clock } = stage(journal);
    const agent = await host.open(make(), "a");
    const go = async (of: typeof agent, time: typeof clock): Promise<void> => {
      await time.advance(0);
      for (const signal of await of.pending()) await of.answer(signal, { value: null });
    };
    const first = agent.ask({ name: "Ada" });
    await go(agent, clock);
    await first;
    expect(await agent.read()).toEqual({ name: "Ada", tags: [] });
    expect(await agent.update((draft) => ({ name: `${draft.name} ` }))).toEqual({ name: "Ada", tags: [] });
    // Another process goes on with one that saw it before.
    agent.ask({ name: "Alan", turns: 2 }, { id: "m" }).catch(() => {});
    await clock.advance(0);
    await Promise.all([host.shutdown({ deadline: 0 }), clock.advance(0)]);
    const next = stage(journal);
    const again = await next.host.open(make(), "a");
    expect(await again.read()).toEqual({ name: "Alan1", tags: [] });
    const second = again.ask({ name: "Alan", turns: 2 }, { id: "m" });
    await go(again, next.clock);
    expect(await second).toBe("Ada");
    expect(await again.read()).toEqual({ name: "Alan", tags: [] });
    expect(await (await stage(journal).host.open(make(), "a")).read()).toEqual({ name: "Alan", tags: [] });
  });

  test("what a schema makes of memory that only a codec writes counts, too", async () => {
    const journal = open();
    const make = (schema?: z.ZodType<Map<string, string>>) =>
      defineAgent({
        name: "agent",
        ...(schema && { schema }),
        memory: () => new Map<string, string>(),
        codec: { encode: (map) => [...map], decode: (value) => new Map(value as [string, string][]) },
        onReceive: (text: string, ctx) => {
          ctx.memory.update((draft) => void draft.set(text, text));
          return ctx.memory.value.size;
        },
      });
    const schema = z.map(z.string(), z.string().trim());
    await (await stage(journal).host.open(make(), "a")).ask(" a ");
    const agent = await stage(journal).host.open(make(schema), "a");
    expect([...(await agent.read())]).toEqual([[" a ", "a"]]);
    await agent.ask(" b ");
    const known = [
      [" a ", "a"],
      [" b ", "b"],
    ];
    expect([...(await agent.read())]).toEqual(known);
    expect([...(await (await stage(journal).host.open(make(), "a")).read())]).toEqual(known);
  });

  test("what a schema makes of memory must be recordable", async () => {
    const agent = await stage(open()).host.open(
      defineAgent({
        name: "agent",
        schema: z.object({ at: z.string().transform((text) => new Date(text) as unknown as string) }),
        memory: () => ({ at: "2020-01-01" }),
        onReceive: (at: string, ctx) => ctx.memory.update((draft) => void (draft.at = at)),
      }),
      "a",
    );
    expect(await failureOf(agent.ask("2021-01-01"))).toMatchObject({ code: "not-json" });
    expect(await agent.read()).toEqual({ at: "2020-01-01" });
  });

  test("what a schema gives is what the handler gets, and what is recorded from then on", async () => {
    const journal = open();
    const make = (schema?: z.ZodType<{ n: number; extra?: string }>) =>
      defineAgent({
        name: "agent",
        ...(schema && { schema }),
        memory: (): { n: number; extra?: string } => ({ n: 0 }),
        onReceive: (_: void, ctx) => {
          ctx.memory.update((draft) => void draft.n++);
          return ctx.memory.value.extra;
        },
      });
    await (await stage(journal).host.open(make(), "a")).ask();
    const schema = z.object({ n: z.number(), extra: z.string().default("given") });
    const agent = await stage(journal).host.open(make(schema), "a");
    expect(await agent.ask()).toBe("given");
    expect(await (await stage(journal).host.open(make(), "a")).read()).toEqual({ n: 2, extra: "given" });
  });
});

test("memory that was a fold, and is none any more, is set aside and told, not forgotten; it can be carried over", async () => {
  const fold = {
    initial: (): readonly string[] => [],
    apply: (state: readonly string[], { type, data }: { type: string; data: unknown }): readonly string[] =>
      type === "message-received" ? [...state, (data as { message: string }).message] : state,
  };
  const before = defineAgent({ name: "log", fold, onReceive: (_: string, ctx) => ctx.memory.value.length });
  const after = defineAgent({
    name: "log",
    version: "2",
    memory: () => ({ said: [] as readonly string[] }),
    migrate: (memory) => ({ said: memory as string[] }),
    onReceive: (text: string, ctx) => ctx.memory.update(({ said }) => ({ said: [...said, text] })),
  });
  const first = stage();
  const agent = await first.host.open(before, "a");
  for (const text of ["one", "two"]) await agent.ask(text);
  const file = await agent.exportMemory();
  await first.host.shutdown();

  const { host, failures } = stage(first.journal);
  const next = await host.open(after, "a");
  await next.ask("three");
  expect(await next.read()).toEqual({ said: ["three"] });
  expect(failures).toMatchObject([{ type: "memory-set-aside", error: { code: "memory-folded" } }]);
  await next.importMemory(file);
  await next.ask("four");
  expect(await next.read()).toEqual({ said: ["one", "two", "four"] });
  await host.shutdown();
  const last = stage(first.journal);
  expect(await (await last.host.open(after, "a")).read()).toEqual({ said: ["one", "two", "four"] });
  expect(last.failures).toEqual([]);
  await last.host.shutdown();
});

test("a migration of folded memory is one of its snapshot: what is on record of runs is folded anew", async () => {
  const journal = memoryJournal();
  const make = (version: string) =>
    defineAgent({
      name: "count",
      version,
      fold: {
        initial: () => ({ n: 0 }),
        apply: (state, { type }) => (type === "message-received" ? { ...state, n: state.n + 1 } : state),
      },
      migrate: (memory) => ({ ...(memory as { n: number }), migrated: version }),
      onReceive: (text: string) => text,
    });
  const first = stage(journal);
  const agent = await first.host.open(make("1"), "a");
  for (let n = 0; n < 300; n++) await agent.ask("x");
  await first.clock.advance(0);
  expect(await journal.snapshots.get("agent:count/a")).toBeDefined();
  expect(await (await stage(journal).host.open(make("2"), "a")).read()).toEqual({ n: 300, migrated: "2" });
});

type Ctx = AgentContext<string[]>;

function done(): { done: null } {
  return { done: null };
}

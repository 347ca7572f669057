// Memory that changes by patches
// - changes together with the reply: not where the handler fails, is cancelled, or dies before
// - at the end of a turn of the handler's loop it is recorded with the turn, once, and stays whatever becomes of the rest
// - changes only where a resumed run would change it again: elsewhere the change is refused, and nothing has changed
// - is any JSON value, of a draft or a new one; what a change throws undoes it; what is read of it cannot be changed
// - wherever a process dies, memory is what a sequential run of the same messages makes of it
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { EventEnvelope, Run } from "../../base/index.ts";
import { atEachPoint } from "../../engine/life.fixture.ts";
import { journals } from "../../engine/journals.fixture.ts";
import { memoryJournal } from "../../journal/index.ts";
import type { CrashPoint } from "../../testing/index.ts";
import { became, failureOf, Gates, life, stage, streamOf } from "../agent.fixture.ts";
import { defineAgent } from "../definition/agent-definition.ts";
import type { AgentContext } from "../definition/agent-options.ts";

interface List {
  items: string[];
}

type Ctx = AgentContext<List>;

/** An agent whose handler does what a test says. */
function agent(does: (message: string, ctx: Ctx) => unknown, memory: () => List = () => ({ items: [] })) {
  return defineAgent({ name: "agent", memory, onReceive: async (message: string, ctx) => does(message, ctx) });
}

const push =
  (item: string) =>
  (draft: List): void =>
    void draft.items.push(item);

describe.each(journals)("%s", (_, open) => {
  async function opened(does: (message: string, ctx: Ctx) => unknown) {
    const on = stage(open());
    return { ...on, agent: await on.host.open(agent(does), "a") };
  }

  test("a handler sees its changes, others see them when they are on record", async () => {
    const gates = new Gates();
    const { agent, clock } = await opened(async (message, ctx) => {
      ctx.memory.update(push(message));
      expect(ctx.memory.value.items).toContain(message);
      await ctx.step("hold", () => gates.hold(message));
      ctx.memory.update(push("more"));
      return ctx.memory.value.items.length;
    });
    const asked = became(agent.ask("1"));
    await clock.advance(0);
    expect(await agent.read()).toEqual({ items: [] });
    gates.open("1");
    await clock.advance(0);
    expect(asked.value).toBe(2);
    expect(await agent.read()).toEqual({ items: ["1", "more"] });
  });

  test("a message is one change on record: its patches, right before the run's end", async () => {
    const { agent, journal } = await opened((message, ctx) => {
      ctx.memory.update(push(message));
      ctx.memory.update(push("more"));
    });
    await agent.ask("1");
    await agent.ask("2", { id: "m" });
    const [first, second, ...rest] = await streamOf(journal, "agent:agent/a");
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ data: { patches: [{ op: "replace", path: [] }] } });
    expect(second).toMatchObject({ type: "memory-changed", run: "agent/a/m" });
    expect(
      ((second as EventEnvelope).data as { patches: { value: string }[] }).patches.map(({ value }) => value),
    ).toEqual(["2", "more"]);
    const run = await streamOf(journal, "agent/a/m");
    expect(run.at(-1)).toMatchObject({ type: "run-finished", seq: (second?.seq ?? 0) + 1 });
  });

  test("turns of loops side by side that end at the same time record a change once", async () => {
    const loop = (run: Run): Promise<number> =>
      run.loop("l", 1, async (n) => (n === 3 ? { done: n } : { next: n + 1 }));
    const { agent, journal } = await opened(async (message, ctx) => {
      ctx.memory.update(push(message));
      await ctx.all([
        { name: "left", run: loop },
        { name: "right", run: loop },
      ]);
      ctx.memory.update(push(`${message}, after`));
    });
    await agent.ask("1");
    await agent.ask("2");
    const changes = (await streamOf(journal, "agent:agent/a")).flatMap(({ type, data }) =>
      type === "memory-changed" ? (data as { readonly patches: readonly unknown[] }).patches : [],
    );
    expect(changes).toHaveLength(4);
    expect(await agent.read()).toEqual({ items: ["1", "1, after", "2", "2, after"] });
  });

  test("a handler that fails while turns are being recorded loses what came after them, and nothing else", async () => {
    const { agent } = await opened(async (message, ctx) => {
      ctx.memory.update(push(message));
      if (message === "after") return;
      const loop = (run: Run): Promise<number> => run.loop("l", 1, async (n) => ({ next: n + 1 }));
      const broken = async (): Promise<never> => {
        await undefined;
        throw new Error("broken");
      };
      await ctx.all([
        { name: "loop", run: loop },
        { name: "broken", run: broken },
      ]);
    });
    expect(await failureOf(agent.ask("turn"))).toMatchObject({ message: "broken" });
    await agent.ask("after");
    expect(await agent.read()).toEqual({ items: ["turn", "after"] });
  });

  test("a handler that changes nothing records nothing of memory", async () => {
    const { agent, journal } = await opened((_m, ctx) => ctx.memory.update(() => {}));
    await agent.ask("1");
    expect(await streamOf(journal, "agent:agent/a")).toEqual([]);
  });

  test("what a handler changed before it failed did not happen", async () => {
    const { agent } = await opened((message, ctx) => {
      ctx.memory.update(push(message));
      if (message === "bad") throw new Error("no");
    });
    await agent.ask("1");
    await failureOf(agent.ask("bad"));
    expect(await agent.read()).toEqual({ items: ["1"] });
    await agent.ask("2");
    expect(await agent.read()).toEqual({ items: ["1", "2"] });
  });

  test("what a handler changed before it was cancelled did not happen, nor what it changes afterwards", async () => {
    const gates = new Gates();
    const late: unknown[] = [];
    const { agent, clock } = await opened(async (message, ctx) => {
      ctx.memory.update(push(message));
      if (message !== "bad") return;
      await gates.hold("outside of all steps");
      try {
        ctx.memory.update(push("late"));
      } catch (error) {
        late.push((error as { code?: string }).code);
      }
    });
    await agent.ask("1");
    const asked = became(agent.ask("bad", { id: "m" }));
    await clock.advance(0);
    await agent.cancel("agent/a/m");
    await agent.ask("2");
    gates.open("outside of all steps");
    await clock.advance(0);
    expect(late).toEqual(["memory-busy"]);
    await agent.ask("3");
    expect(asked.error).toMatchObject({ code: "cancelled" });
    expect(await agent.read()).toEqual({ items: ["1", "2", "3"] });
  });

  test("what a handler left running changes nothing after the reply", async () => {
    const late: unknown[] = [];
    const gates = new Gates();
    const { agent, clock } = await opened((message, ctx) => {
      if (message === "leaves") {
        void gates.hold("later").then(() => {
          try {
            ctx.memory.update(push("late"));
          } catch (error) {
            late.push((error as { code?: string }).code);
          }
        });
      }
      ctx.memory.update(push(message));
    });
    await agent.ask("leaves");
    gates.open("later");
    await clock.advance(0);
    await agent.ask("next");
    expect(late).toEqual(["memory-busy"]);
    expect(await agent.read()).toEqual({ items: ["leaves", "next"] });
  });

  test("a message that is cancelled while its agent wakes leaves nothing behind", async () => {
    const on = stage(open(), { restAfter: "1s" });
    const handle = await on.host.open(
      agent((message, ctx) => ctx.memory.update(push(message))),
      "a",
    );
    await handle.tell("1", { id: "m" });
    // Before it has come to its memory, which is read first.
    await handle.cancel("agent/a/m");
    await handle.ask("2");
    await on.clock.advance(0);
    expect((await handle.read()).items.at(-1)).toBe("2");
    await on.clock.advance("5s");
    expect(on.host.stats()).toMatchObject({ awake: 0 });
  });

  describe("a change is refused, with nothing changed,", () => {
    const outside = (name: string, run: (branch: Run) => Promise<unknown>) => ({ name, run });
    const wrong: Record<string, (ctx: Ctx, change: () => void) => Promise<unknown>> = {
      "in a step's function": (ctx, change): Promise<unknown> => ctx.step("s", change),
      "in a branch": (ctx, change) => ctx.all([outside("left", async () => change())]),
      "in a branch of a race": (ctx, change) => ctx.race([outside("left", async () => change())]),
      "in a scope": (ctx, change) => ctx.scope("s", async () => change()),
      "in a flow": (ctx, change) => ctx.run({ name: "f", version: "1", execute: async () => change() }),
      "beside an open step": async (ctx, change) => {
        const step = ctx.step("s", async () => 1);
        change();
        await step;
      },
      "beside an open step of a turn": (ctx, change) =>
        ctx.loop("l", 0, async (_state, turn) => {
          const step = turn.step("s", async () => 1);
          change();
          await step;
          return { done: 1 };
        }),
      "in a loop in a branch": (ctx, change) =>
        ctx.all([outside("left", (b) => b.loop("l", 0, async () => (change(), { done: 1 })))]),
    };
    test.each(Object.entries(wrong))("%s", async (_where, does) => {
      const refused: unknown[] = [];
      const { agent } = await opened(async (_m, ctx) => {
        await does(ctx, () => {
          try {
            ctx.memory.update(push("wrong"));
          } catch (error) {
            refused.push((error as { code?: string }).code);
          }
        });
        ctx.memory.update(push("right"));
      });
      await agent.ask("x");
      expect(refused).toEqual(["memory-busy"]);
      expect(await agent.read()).toEqual({ items: ["right"] });
    });

    type Change = (draft: List) => List | void;
    test.each<[what: string, change: Change, code: string]>([
      ["that is asynchronous", () => Promise.resolve() as never, "invalid-option"],
      ["that is no JSON", (draft: List) => void (draft.items as unknown[]).push(new Date(0)), "not-json"],
      ["that leaves a hole in a list", (draft: List) => void (draft.items as unknown[]).push(undefined), "not-json"],
      ["that sets a place in a list to nothing", (d: List) => void ((d.items as unknown[])[0] = undefined), "not-json"],
      ["that is another value, and no JSON", () => ({ items: [Number.NaN as never] }), "not-json"],
    ])("one %s", async (_what, change, code) => {
      const codes: unknown[] = [];
      const { agent } = await opened((message, ctx) => {
        ctx.memory.update(push(message));
        try {
          ctx.memory.update(change);
        } catch (error) {
          codes.push((error as { code?: string }).code);
        }
      });
      await agent.ask("x");
      expect(codes).toEqual([code]);
      expect(await agent.read()).toEqual({ items: ["x"] });
      expect(await failureOf(agent.update(change))).toMatchObject({ code });
      expect(await agent.read()).toEqual({ items: ["x"] });
    });

    test("one that is asynchronous, and is told what it gave", async () => {
      const { agent } = await opened(() => {});
      const error = await failureOf(agent.update((async () => {}) as never));
      expect(error).toMatchObject({ expected: "a synchronous function", got: "one that returns a promise" });
    });

    test("that throws, in a handler or from outside", async () => {
      const { agent } = await opened((message, ctx) => {
        ctx.memory.update(push(message));
        try {
          ctx.memory.update((draft) => {
            draft.items.length = 0;
            throw new RangeError("no");
          });
        } catch {
          // The handler goes on without it.
        }
      });
      await agent.ask("x");
      expect(await agent.read()).toEqual({ items: ["x"] });
      const update = agent.update((draft) => {
        draft.items.length = 0;
        throw new RangeError("no");
      });
      expect(await failureOf(update)).toMatchObject({ name: "RangeError" });
      expect(await agent.read()).toEqual({ items: ["x"] });
      await agent.ask("y");
      expect(await agent.read()).toEqual({ items: ["x", "y"] });
    });
  });

  test("a draft may be changed in every way, and a new value takes its place", async () => {
    const { agent, journal } = await opened(() => {});
    await agent.update(() => ({ items: ["a", "b", "c", "d"] }));
    await agent.update((draft) => void draft.items.splice(1, 2));
    await agent.update((draft) => ({ items: [...draft.items, "e"] }));
    await agent.update((draft) => void draft.items.reverse());
    await agent.update((draft) => {
      draft.items.sort();
      draft.items[0] = "z";
    });
    await agent.update((draft) => void Object.assign(draft, { extra: { deep: [1] } }));
    await agent.update((draft) => void delete (draft as { extra?: unknown }).extra);
    const now = await agent.read();
    expect(now).toEqual({ items: ["z", "d", "e"] });
    const again = await stage(journal).host.open(
      defineAgent({ name: "agent", memory: () => ({ items: ["other"] }), onReceive: () => 0 }),
      "a",
    );
    expect(await again.read()).toEqual(now);
  });

  test("what stands under any name, be it constructor or __proto__, is changed after a restart as it was before", async () => {
    const { agent, journal, failures } = await opened(() => {});
    await agent.update((draft) => void Object.assign(draft, { of: JSON.parse('{ "__proto__": { "n": 1 } }') }));
    for (let n = 1; n <= 2; n++) {
      await agent.update((draft) => {
        const { of } = draft as unknown as { of: Record<string, { n: number; list?: number[] }> };
        if (!Object.hasOwn(of, "constructor")) of["constructor"] = { n: 0, list: [] };
        for (const name of ["constructor", "__proto__"]) (of[name] as { n: number }).n++;
        of["constructor"]?.list?.push(n);
      });
    }
    const now = JSON.stringify(await agent.read());
    expect(now).toBe('{"items":[],"of":{"__proto__":{"n":3},"constructor":{"n":2,"list":[1,2]}}}');
    const again = stage(journal);
    const handle = await again.host.open(
      defineAgent({ name: "agent", memory: () => ({ items: ["other"] }), onReceive: () => 0 }),
      "a",
    );
    expect(JSON.stringify(await handle.read())).toBe(now);
    expect([...failures, ...again.failures]).toEqual([]);
  });

  test("with a codec, null is a value as any other, returned or imported", async () => {
    const definition = defineAgent({
      name: "day",
      memory: () => null as Date | null,
      codec: {
        encode: (day) => day?.getTime() ?? null,
        decode: (value) => (value === null ? null : new Date(value as number)),
      },
      onReceive: (ms: number | null, ctx) => ctx.memory.update(() => (ms === null ? null : new Date(ms))),
    });
    const journal = open();
    const handle = await stage(journal).host.open(definition, "a");
    const empty = await handle.exportMemory();
    await handle.ask(5);
    expect(await handle.read()).toEqual(new Date(5));
    await handle.ask(null);
    expect(await handle.read()).toBe(null);
    await handle.ask(6);
    await handle.importMemory(empty);
    expect(await handle.read()).toBe(null);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toBe(null);
  });

  test("the codec may be an object of a class", async () => {
    class Days {
      readonly #unit = 1_000;
      encode(day: Date): number {
        return day.getTime() / this.#unit;
      }
      decode(value: unknown): Date {
        return new Date((value as number) * this.#unit);
      }
    }
    const definition = defineAgent({
      name: "day",
      memory: () => new Date(0),
      codec: new Days(),
      onReceive: (seconds: number, ctx) => ctx.memory.update((day) => void day.setUTCSeconds(seconds)),
    });
    const journal = open();
    await (await stage(journal).host.open(definition, "a")).ask(5);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(new Date(5_000));
  });

  test("a change within a change is refused, and neither happened", async () => {
    const { agent } = await opened((_, ctx) =>
      ctx.memory.update((draft) => {
        draft.items.push("outer");
        ctx.memory.update(push("inner"));
      }),
    );
    expect(await failureOf(agent.ask("x"))).toMatchObject({ code: "memory-busy" });
    expect(await agent.read()).toEqual({ items: [] });
  });

  test("what a change returns that contains itself is refused as no JSON", async () => {
    const { agent } = await opened(() => {});
    const items: unknown[] = [];
    items.push(items, items);
    expect(await failureOf(agent.update(() => ({ items }) as List))).toMatchObject({ code: "not-json" });
  });

  test("memory may be any JSON value", async () => {
    for (const [first, second] of [
      [0, 5],
      ["", "x"],
      [null, { a: [null] }],
      [false, true],
      [[1], []],
      [{ a: 1 }, null],
    ]) {
      const journal = open();
      const definition = defineAgent({ name: "any", memory: () => first as unknown, onReceive: () => 0 });
      const handle = await stage(journal).host.open(definition, "a");
      expect(await handle.read()).toEqual(first);
      expect(await handle.update(() => second as never)).toEqual(second);
      expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(second);
    }
  });

  test("what is read of it, and what was put in, cannot be changed any more", async () => {
    const item = { deep: ["x"] };
    const definition = defineAgent({ name: "any", memory: () => ({ list: [] as unknown[] }), onReceive: () => 0 });
    const handle = await stage(open()).host.open(definition, "a");
    await handle.update((draft) => void draft.list.push(item));
    const read = (await handle.read()) as unknown as { list: { deep: string[] }[] };
    expect(() => read.list.push(item)).toThrow(TypeError);
    expect(() => read.list[0]?.deep.push("y")).toThrow(TypeError);
    expect(await handle.read()).toEqual({ list: [{ deep: ["x"] }] });
  });

  describe("at the end of a turn of the handler's loop", () => {
    const looping = (gates: Gates, done: string[] = []) =>
      agent(async (message, ctx) => {
        ctx.memory.update(push(`${message} begins`));
        await ctx.loop("turns", 0, async (n, turn) => {
          done.push(await turn.step("s", () => `${message} ${n}`));
          ctx.memory.update(push(`${message} ${n}`));
          if (n === 2) await turn.step("hold", () => gates.hold(message));
          return n === 2 ? { done: n } : { next: n + 1 };
        });
        ctx.memory.update(push(`${message} ends`));
        if (message.startsWith("bad")) throw new Error("no");
      });

    test("it is on record, and others see it", async () => {
      const gates = new Gates();
      const { host, clock } = stage(open());
      const handle = await host.open(looping(gates), "a");
      const asked = became(handle.ask("m"));
      await clock.advance(0);
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1"] });
      gates.open("m");
      await clock.advance(0);
      expect(asked).toHaveProperty("value");
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1", "m 2", "m ends"] });
    });

    test("it stays where the handler fails later, or is cancelled", async () => {
      const gates = new Gates();
      const { host, clock } = stage(open());
      const handle = await host.open(looping(gates), "a");
      gates.open("bad");
      await failureOf(handle.ask("bad"));
      expect(await handle.read()).toEqual({ items: ["bad begins", "bad 0", "bad 1", "bad 2"] });
      await handle.tell("m", { id: "m" });
      await clock.advance(0);
      await handle.cancel("agent/a/m");
      expect((await handle.read()).items.slice(4)).toEqual(["m begins", "m 0", "m 1"]);
      await handle.update(push("after"));
      expect((await handle.read()).items.slice(4)).toEqual(["m begins", "m 0", "m 1", "after"]);
    });

    test("a resumed run goes on from it: what is on record is not changed again", async () => {
      const journal = open();
      const first = stage(journal);
      await (await first.host.open(looping(new Gates()), "a")).tell("m");
      await first.clock.advance(0);
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      const gates = new Gates();
      const done: string[] = [];
      const { host, clock } = stage(journal);
      const handle = await host.open(looping(gates, done), "a");
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1"] });
      await clock.advance(0);
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1"] });
      gates.open("m");
      await clock.advance(0);
      expect(done).toEqual(["m 2"]);
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1", "m 2", "m ends"] });
    });

    test("a resumed run that is cancelled keeps what is on record", async () => {
      const journal = open();
      const first = stage(journal);
      await (await first.host.open(looping(new Gates()), "a")).tell("m", { id: "m" });
      await first.clock.advance(0);
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      const { host, clock } = stage(journal);
      const handle = await host.open(looping(new Gates()), "a");
      await clock.advance(0);
      await handle.cancel("agent/a/m");
      expect(await handle.read()).toEqual({ items: ["m begins", "m 0", "m 1"] });
      expect(await handle.update(push("after"))).toEqual({ items: ["m begins", "m 0", "m 1", "after"] });
    });
  });
});

describe("wherever a process dies, memory is what a sequential run makes of it:", () => {
  /** What is done to memory, and the same without an agent. */
  const handlers: Record<string, (message: string, ctx: Ctx) => Promise<unknown>> = {
    "a change, a step, a change": async (message, ctx) => {
      ctx.memory.update(push(`${message} before`));
      const n = await ctx.step("s", () => ctx.memory.value.items.length);
      ctx.memory.update(push(`${message} ${n}`));
      return n;
    },
    "a loop between changes": async (message, ctx) => {
      ctx.memory.update(push(`${message} before`));
      await ctx.loop("l", 0, async (n, turn) => {
        ctx.memory.update(push(`${message} turn ${n} begins`));
        const seen = await turn.step("s", () => ctx.memory.value.items.length);
        ctx.memory.update(push(`${message} ${seen}`));
        return n === 2 ? { done: null } : { next: n + 1 };
      });
      ctx.memory.update(push(`${message} after`));
      return ctx.memory.value.items.length;
    },
    "two loops, one in the other's turns, and branches": async (message, ctx) => {
      await ctx.loop("outer", 0, async (n, turn) => {
        ctx.memory.update(push(`${message} outer ${n}`));
        await turn.loop("inner", 0, async (m) => {
          ctx.memory.update(push(`${message} inner ${n}.${m}`));
          return m === 1 ? { done: null } : { next: m + 1 };
        });
        return n === 1 ? { done: null } : { next: n + 1 };
      });
      const both = await ctx.all([
        { name: "left", run: (b) => b.step("s", () => 1) },
        { name: "right", run: (b) => b.loop("l", 0, async (n) => (n === 1 ? { done: 2 } : { next: n + 1 })) },
      ]);
      ctx.memory.update(push(`${message} ${both.join()}`));
      await ctx.loop("last", 0, async () => {
        ctx.memory.update(push(`${message} last`));
        return { done: null };
      });
      return both;
    },
    "a change before a race whose loser had turns": async (message, ctx) => {
      ctx.memory.update(push(`${message} before`));
      await ctx.race([
        {
          name: "loser",
          run: (b) => b.loop("l", 0, async (n, turn) => (await turn.step("s", () => n), { next: n + 1 })),
        },
        {
          name: "winner",
          run: async (b) => {
            for (let n = 0; n < 4; n++) await b.step("w", () => n);
          },
        },
      ]);
      await ctx.step("after", () => 1);
      ctx.memory.update(push(`${message} after`));
      return null;
    },
    "a failure after a turn": async (message, ctx) => {
      await ctx.loop("l", 0, async (n) => {
        ctx.memory.update(push(`${message} ${n}`));
        return n === 1 ? { done: null } : { next: n + 1 };
      });
      ctx.memory.update(push(`${message} lost`));
      await ctx.step("s", () => 1);
      if (message === "2") throw new Error("no");
      return null;
    },
  };

  const limits = [Infinity, 1] as const;
  const cases = limits.flatMap((history) => Object.entries(handlers).map((each) => [history, ...each] as const));

  test.each(cases)("a history of %d changes: %s", async (history, _what, handle) => {
    const messages = ["1", "2", "3"];
    const definition = agent(handle);
    const live = async (journal: ReturnType<typeof memoryJournal>, point?: CrashPoint) => {
      const process = life(journal, point, { history });
      void process.host.open(definition, "a").then(async (opened) => {
        for (const message of messages) void opened.tell(message, { id: message }).catch(() => {});
      });
      await process.clock.advance("1m");
      return process;
    };
    const whole = memoryJournal();
    const { journal, host } = await live(whole);
    const expected = await (await host.open(definition, "a")).read();
    expect(expected.items.length).toBeGreaterThan(3);
    await atEachPoint(journal.appends, async (point) => {
      const on = memoryJournal();
      await live(on, point);
      const { host } = await live(on);
      const opened = await host.open(definition, "a");
      expect(await opened.read()).toEqual(expected);
      // And so it is on record.
      const reader = stage(on);
      expect(await (await reader.host.open(definition, "a")).read()).toEqual(expected);
      for (const message of messages) {
        const ends = (await streamOf(on, `agent/a/${message}`)).filter(({ type }) =>
          /^run-(finished|failed)$/.test(type),
        );
        expect(ends).toHaveLength(1);
      }
    });
  });
});

test("memory that is no JSON, with no codec, is refused before anything is on record", async () => {
  const definition = defineAgent({ name: "wrong", memory: () => ({ at: new Date(0) }), onReceive: () => 0 });
  const { host, journal } = stage();
  const opened = await host.open(definition, "a");
  expect(await failureOf(opened.ask())).toMatchObject({ code: "not-json", message: expect.stringContaining(".at") });
  expect(await failureOf(opened.read())).toMatchObject({ code: "not-json" });
  expect(await streamOf(journal, "agent:wrong/a")).toEqual([]);
});

test("a memory function that throws fails the message, and nothing of memory is on record", async () => {
  let broken = true;
  const memory = (): number => {
    if (broken) throw new Error("no memory");
    return 7;
  };
  const { host, journal } = stage();
  const opened = await host.open(
    defineAgent({ name: "wrong", memory, onReceive: (_: void, c) => c.memory.value }),
    "a",
  );
  expect(await failureOf(opened.ask())).toMatchObject({ message: "no memory" });
  expect(await streamOf(journal, "agent:wrong/a")).toEqual([]);
  broken = false;
  expect(await opened.ask()).toBe(7);
});

test("the schema of memory is for what is restored: a new agent begins as the definition says", async () => {
  const schema = z.object({ n: z.number() });
  const definition = defineAgent({
    name: "a",
    schema,
    memory: () => ({ n: 0 }),
    onReceive: (_: void, c) => c.memory.value.n,
  });
  expect(await (await stage().host.open(definition, "a")).ask()).toBe(0);
});

// What a handler delegates to another agent
// - is a run below its own, with a memory of its own, which is made of that run's record alone, also after a crash at any moment
// - is cancelled, deleted and listed with the agent that delegated it, at whatever depth; what it waits for is answered there
// - is handed what its handler has in the process, and heard by those who follow the run above it, with its address
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Budget, type EventEnvelope } from "../../base/index.ts";
import { journals } from "../../engine/journals.fixture.ts";
import { atEachPoint } from "../../engine/life.fixture.ts";
import type { Journal } from "../../journal/index.ts";
import { became, failureOf, life, stage, typesOf } from "../agent.fixture.ts";
import { agentRef, defineAgent } from "../definition/agent-definition.ts";
import type { AgentContext } from "../definition/agent-options.ts";
import { AppendList } from "../definition/append-list.ts";
import type { FollowedEvent } from "../definition/run-followers.ts";

/** Counts in turns; each turn is a step whose calls are told. */
function counters(calls: string[] = []) {
  const count = async (ctx: AgentContext<unknown>, upTo: number, changed: (n: number) => void): Promise<void> => {
    await ctx.loop("count", 0, async (n, turn) => {
      const next = await turn.step("add", ({ idempotencyKey }) => (calls.push(idempotencyKey), n + 1));
      changed(next);
      return next === upTo ? { done: next } : { next };
    });
  };
  const Patched = defineAgent({
    name: "patched",
    memory: () => ({ seen: [] as number[] }),
    onReceive: async (upTo: number, ctx) => {
      await count(ctx, upTo, (n) => ctx.memory.update((draft) => void draft.seen.push(n)));
      return ctx.memory.value.seen.join();
    },
  });
  const Folded = defineAgent({
    name: "folded",
    fold: {
      initial: () => AppendList.of<string>(),
      apply: (list, { type, data }: EventEnvelope) => {
        if (type === "message-received") return list.append(`message ${(data as { message: number }).message}`);
        return type === "step-finished" ? list.append(String((data as { result: unknown }).result)) : list;
      },
    },
    codec: { encode: (list) => [...list], decode: (value) => AppendList.of(value as string[]) },
    onReceive: async (upTo: number, ctx) => {
      await count(ctx, upTo, () => {});
      return [...ctx.memory.value].join();
    },
  });
  const Top = defineAgent({
    name: "top",
    memory: () => [] as string[],
    onReceive: async (upTo: number, ctx) => {
      const one = await ctx.delegate(Patched, upTo, { name: "1" });
      const two = await ctx.scope("part", (scope) => ctx.delegate(Folded, upTo, { name: "2", scope }));
      ctx.memory.update((draft) => void draft.push(one, two));
      return [one, two];
    },
  });
  return { Patched, Folded, Top };
}

const REPLY = ["1,2,3", "message 3,1,2,3"];

/** Three levels, the lowest of which asks. */
function levels() {
  const Low = defineAgent({
    name: "low",
    memory: () => "",
    onReceive: (what: string, ctx) =>
      ctx.waitFor("say", { request: { what }, schema: z.string() }).then((said) => `${what} ${said}`),
  });
  const Middle = defineAgent({
    name: "middle",
    memory: () => "",
    onReceive: (what: string, ctx) =>
      ctx.all(
        ["a", "b"].map((name) => ({
          name,
          run: (scope) => ctx.delegate(Low, what + name, { name, scope }),
        })),
      ),
  });
  const Top = defineAgent({
    name: "top",
    memory: () => [] as string[],
    onReceive: async (what: string, ctx) => {
      const said = await ctx.delegate(Middle, what, { name: "m" });
      ctx.memory.update((draft) => void draft.push(...said));
      return said;
    },
  });
  return { Top };
}

async function runsOf(journal: Journal): Promise<Record<string, string>> {
  const runs: Record<string, string> = {};
  for await (const { stream, state } of journal.heads({ kind: "run" })) runs[stream] = state;
  return runs;
}

describe.each(journals)("%s", (_, open) => {
  test("is a run below its own, with a memory of its own", async () => {
    const { Top, Patched } = counters();
    const { host, journal } = stage(open());
    const top = await host.open(Top, "a");
    expect(await top.ask(3, { id: "m" })).toEqual(REPLY);
    expect(await top.read()).toEqual(REPLY);
    expect(await runsOf(journal)).toEqual({
      "top/a/m": "finished",
      "top/a/m/patched[1]": "finished",
      "top/a/m/part/folded[2]": "finished",
    });
    // Nothing of it is an agent that somebody could open.
    expect(await (await host.open(Patched, "1")).read()).toEqual({ seen: [] });
    expect((await host.list()).map(({ name }) => name)).toEqual(["top"]);
  });

  test("its memory is the same wherever processes die, and no step on record is called again", async () => {
    const counted = open();
    const { Top } = counters();
    const first = life(counted, undefined, { agents: [Top] });
    await (await first.host.open(Top, "a")).ask(3, { id: "m" });
    await atEachPoint(first.journal.appends, async (point) => {
      const journal = open();
      const before = counters();
      const dying = life(journal, point, { agents: [before.Top] });
      became(dying.host.open(before.Top, "a").then((top) => top.ask(3, { id: "m" })));
      await dying.clock.advance(0);
      const done = new Set<string>();
      for (const run of Object.keys(await runsOf(journal))) {
        for await (const { type, key } of journal.read(run)) if (type === "step-finished") done.add(`${run}/${key}`);
      }
      const calls: string[] = [];
      const after = counters(calls);
      const second = life(journal, undefined, { agents: [after.Top] });
      const top = await second.host.open(after.Top, "a");
      expect(await top.ask(3, { id: "m" })).toEqual(REPLY);
      expect(await top.read()).toEqual(REPLY);
      expect(calls.filter((key) => done.has(key))).toEqual([]);
      await second.host.shutdown();
    });
  });

  test("what is noted in its run at any moment is in its memory once", async () => {
    const Noted = defineAgent({
      name: "noted",
      fold: {
        initial: (): readonly string[] => [],
        apply: (seen, { type }: EventEnvelope) =>
          type === "message-received" || type === "word-noted" ? [...seen, type] : seen,
      },
      onReceive: async (_: string, ctx) => {
        await ctx.waitFor("go");
        return ctx.memory.value.join();
      },
    });
    const Top = defineAgent({
      name: "top",
      memory: () => "",
      onReceive: (_: string, ctx) => ctx.delegate(Noted, "x", { name: "n" }),
    });
    const run = "top/a/m/noted[n]";
    for (let ticks = 0; ticks < 200; ticks++) {
      const { host, clock } = stage(open());
      const top = await host.open(Top, "a");
      const asked = top.ask("x", { id: "m" });
      for (let tick = 0; tick < ticks; tick++) await undefined;
      const note = became(host.runs.note(run, "word-noted", {}));
      await clock.advance(0);
      const [signal] = await top.pending();
      await top.answer(signal!, { value: 1 });
      expect(await asked).toBe(note.error === undefined ? "message-received,word-noted" : "message-received");
    }
  });

  test("what it waits for is listed and answered at the top, a restart later too", async () => {
    const journal = open();
    const first = stage(journal);
    const top = await first.host.open(levels().Top, "t");
    top.ask("x", { id: "m" }).catch(() => {});
    await first.clock.advance(0);
    const [a, b] = await top.pending();
    expect([a, b]).toMatchObject([
      { run: "top/t/m/middle[m]/a/low[a]", key: "say", request: { what: "xa" } },
      { run: "top/t/m/middle[m]/b/low[b]", key: "say", request: { what: "xb" } },
    ]);
    expect(first.host.stats()).toMatchObject({ suspended: 1 });
    await top.answer(b!, { value: "first" });
    await first.clock.advance(0);
    await first.host.shutdown({ deadline: 0 });
    const { Top } = levels();
    const second = stage(journal, { agents: [Top] });
    const again = await second.host.open(Top, "t");
    await second.clock.advance("3d");
    expect(await again.pending()).toMatchObject([{ run: a!.run, key: "say" }]);
    await expect(again.answer(a!, { value: 7 })).rejects.toMatchObject({ code: "invalid-value" });
    await again.answer(a!, { value: "second" });
    expect(await again.ask("x", { id: "m" })).toEqual(["xa second", "xb first"]);
  });

  test("an answer that comes while no process is there is not lost", async () => {
    const journal = open();
    const first = stage(journal);
    const top = await first.host.open(levels().Top, "t");
    top.ask("x", { id: "m" }).catch(() => {});
    await first.clock.advance(0);
    const pending = await top.pending();
    await first.host.shutdown({ deadline: 0 });
    const elsewhere = stage(journal);
    for (const [index, signal] of pending.entries()) {
      await elsewhere.host.answer(signal.run, signal.key, { value: `from outside ${index}` });
    }
    await elsewhere.host.shutdown();
    const { Top } = levels();
    const second = stage(journal, { agents: [Top] });
    const again = await second.host.open(Top, "t");
    expect(await again.ask("x", { id: "m" })).toEqual(["xa from outside 0", "xb from outside 1"]);
  });

  test("is cancelled and deleted with the agent above it", async () => {
    const { host, clock, journal } = stage(open());
    const { Top } = levels();
    const top = await host.open(Top, "t");
    const asked = became(top.ask("x", { id: "m" }));
    await clock.advance(0);
    await top.cancel("top/t/m", "enough");
    await clock.advance(0);
    expect(asked.error).toMatchObject({ code: "cancelled" });
    expect(new Set(Object.values(await runsOf(journal)))).toEqual(new Set(["cancelled"]));
    expect(Object.keys(await runsOf(journal))).toHaveLength(4);
    await host.delete(Top, "t");
    expect(await runsOf(journal)).toEqual({});
  });

  test("that fails is a failed step", async () => {
    const Bad = defineAgent({
      name: "bad",
      memory: () => 0,
      onReceive: (): number => {
        throw new Error("no");
      },
    });
    const Top = defineAgent({
      name: "top",
      memory: () => "",
      onReceive: async (_: string, ctx) => (await failureOf(ctx.delegate(Bad, undefined, { name: "1" }))).message,
    });
    const { host } = stage(open());
    expect(await (await host.open(Top, "t")).ask("x")).toContain("no");
  });
});

test("it is handed what its handler has in the process", async () => {
  const budget = new Budget({ tokens: 10 });
  const Spender = defineAgent({
    name: "spender",
    memory: () => 0,
    onReceive: (tokens: number, ctx) => {
      ctx.handed.budget?.spend({ tokens });
      return String(ctx.handed.values?.["word"]);
    },
  });
  const Top = defineAgent({
    name: "top",
    memory: () => 0,
    onReceive: (tokens: number, ctx) => {
      expect(ctx.handed).toEqual({});
      const handed = { budget: budget.child("spender"), values: { word: "yes" } };
      return ctx.delegate(Spender, tokens, { name: "1", handed });
    },
  });
  const { host } = stage();
  expect(await (await host.open(Top, "t")).ask(7)).toBe("yes");
  expect(budget.spent.tokens).toBe(7);
});

test("its events are told to those who follow the run above it, with its address", async () => {
  const Talker = defineAgent({
    name: "talker",
    memory: () => 0,
    onReceive: async (_: string, ctx) => {
      ctx.feed.onFollow(() => "so far");
      ctx.feed.publish("hello");
      await ctx.waitFor("go");
      expect(ctx.feed.followed).toBe(true);
      ctx.feed.publish("bye");
      ctx.feed.onFollow(undefined);
      return "done";
    },
  });
  const Top = defineAgent({
    name: "top",
    memory: () => "",
    onReceive: (_: string, ctx) => ctx.delegate(Talker, "x", { name: "1" }),
  });
  const { host, clock } = stage();
  const top = await host.open(Top, "t");
  const [early, late]: FollowedEvent[][] = [[], []];
  const leave = host.runs.follow("top/t/m", (followed) => void early?.push(followed));
  const asked = top.ask("x", { id: "m" });
  await clock.advance(0);
  host.runs.follow("top/t/m", (followed) => void late?.push(followed));
  await top.answer({ run: "top/t/m/talker[1]", key: "go" }, { value: 1 });
  expect(await asked).toBe("done");
  leave();
  const published = (list: FollowedEvent[] = []) =>
    list.flatMap((each) => (each.kind === "published" ? [[each.run, each.event]] : []));
  expect(published(early)).toEqual([
    ["top/t/m/talker[1]", "hello"],
    ["top/t/m/talker[1]", "bye"],
  ]);
  expect(published(late)).toEqual([
    ["top/t/m/talker[1]", "so far"],
    ["top/t/m/talker[1]", "bye"],
  ]);
  const recorded = early?.flatMap((each) => (each.kind === "recorded" ? [`${each.run} ${each.event.type}`] : []));
  expect(recorded).toContain("top/t/m/talker[1] signal-awaited");
  expect(recorded?.at(-1)).toBe("top/t/m run-finished");
});

test("a handler is told when nothing of it goes on before something comes from outside", async () => {
  const told: boolean[] = [];
  const Waiter = defineAgent({
    name: "waiter",
    memory: () => 0,
    onReceive: async (_: string, ctx) => {
      ctx.onRest((resting) => void told.push(resting));
      await ctx.step("a", () => 1);
      await ctx.waitFor("go");
      return ctx.step("b", () => 2);
    },
  });
  const { host, clock } = stage();
  const agent = await host.open(Waiter, "w");
  const asked = agent.ask("x", { id: "m" });
  await clock.advance(0);
  expect(told).toEqual([true]);
  await agent.answer({ run: "waiter/w/m", key: "go" }, { value: 1 });
  expect(await asked).toBe(2);
  expect(told).toEqual([true, false]);
});

test("what a handler gave to be called that throws keeps nothing from those who follow its run", async () => {
  const fails = (): never => {
    throw new RangeError("no");
  };
  const Waiter = defineAgent({
    name: "waiter",
    memory: () => 0,
    onReceive: async (_: string, ctx) => {
      ctx.onRest(fails);
      ctx.feed.onFollow(fails);
      await ctx.waitFor("go");
    },
  });
  const { host, clock, events } = stage();
  const agent = await host.open(Waiter, "w");
  const told: FollowedEvent[] = [];
  host.runs.follow("waiter/w/m", (followed) => void told.push(followed));
  const asked = agent.ask("x", { id: "m" });
  await clock.advance(0);
  const recorded = told.flatMap((each) => (each.kind === "recorded" ? [each.event.type] : []));
  expect(recorded).toContain("run-suspended");
  expect(typesOf(events)).toContain("message-suspended");
  host.runs.follow("waiter/w/m", () => {})();
  await agent.answer({ run: "waiter/w/m", key: "go" }, { value: 1 });
  await asked;
});

test("who comes after a handler's end is told nothing by it, though it did not take that back", async () => {
  const Talker = defineAgent({
    name: "talker",
    memory: () => 0,
    onReceive: (_: string, ctx) => ctx.feed.onFollow(() => "so far"),
  });
  const { host } = stage();
  await (await host.open(Talker, "t")).ask("x", { id: "m" });
  const told: FollowedEvent[] = [];
  host.runs.follow("talker/t/m", (followed) => void told.push(followed));
  expect(told).toEqual([]);
});

test("what is no definition, and a message that does not fit, are refused before anything begins", async () => {
  const undefinedAgents: Readonly<Record<string, unknown>> = {
    ref: agentRef<string, string>("strict"),
    function: () => "",
    class: Date,
    nothing: undefined,
  };
  const Strict = defineAgent({ name: "strict", message: z.string(), memory: () => 0, onReceive: () => "" });
  const Top = defineAgent({
    name: "top",
    memory: () => "",
    onReceive: async (what: string, ctx) => {
      const failed = await failureOf(
        what in undefinedAgents
          ? ctx.delegate(undefinedAgents[what] as never, "x", { name: "1" })
          : ctx.delegate(Strict, what === "name" ? "x" : (7 as never), { name: what === "name" ? "" : "1" }),
      );
      return failed.code ?? "";
    },
  });
  const { host, journal } = stage();
  const top = await host.open(Top, "t");
  for (const what of Object.keys(undefinedAgents)) expect(await top.ask(what), what).toBe("agent-undefined");
  expect(await top.ask("message")).toBe("invalid-value");
  expect(await top.ask("name")).toBe("invalid-option");
  expect(Object.keys(await runsOf(journal)).filter((run) => run.includes("strict"))).toEqual([]);
});

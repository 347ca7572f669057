// Agents at rest and awake
// - an agent wakes with the first message, or when it is read, and rests when nothing was asked of it for some time
// - beyond so many, the one that was idle longest rests at once; one that is busy, or waits, stays awake; those that are changed from outside wake so many at a time
// - an agent that comes back from rest has the memory that it had; a snapshot bounds what is read for that
// - list tells who there is, at rest or not, and stats how the host stands
// - messages for agents that a host does not have wait, which is logged
import { describe, expect, test } from "vitest";
import { configureLogging, type EventEnvelope, type LogRecord } from "../base/index.ts";
import { journals, WrappedJournal } from "../engine/journals.fixture.ts";
import { memoryJournal } from "../journal/index.ts";
import { failureOf, Gates, life, stage, streamOf } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import { AitorHost } from "./aitor-host.ts";

function clerk(gates = new Gates(), name = "clerk") {
  return defineAgent({
    name,
    memory: () => [] as string[],
    onReceive: async (text: string, ctx) => {
      ctx.memory.update((draft) => void draft.push(text));
      if (text.startsWith("hold")) await ctx.step("hold", () => gates.hold(text));
      if (text.startsWith("wait")) await ctx.waitFor("go");
    },
  });
}

describe.each(journals)("%s", (_, open) => {
  test("an agent wakes with a message and rests after some time; it comes back with its memory", async () => {
    const { host, clock, events } = stage(open(), { restAfter: "10s" });
    const agent = await host.open(clerk(), "a");
    expect(host.stats()).toMatchObject({ awake: 0 });
    await agent.ask("1");
    expect(host.stats()).toMatchObject({ awake: 1, handling: 0 });
    await clock.advance("9s");
    await agent.ask("2");
    await clock.advance("9s");
    expect(host.stats()).toMatchObject({ awake: 1 });
    await clock.advance("10s");
    expect(host.stats()).toMatchObject({ awake: 0 });
    await agent.ask("3");
    expect(await agent.read()).toEqual(["1", "2", "3"]);
    expect(events.map(({ type }) => type).filter((type) => type.startsWith("agent-"))).toEqual([
      "agent-woke",
      "agent-rested",
      "agent-woke",
    ]);
  });

  test("beyond so many, the one that was idle longest rests", async () => {
    const { host } = stage(open(), { awake: 2 });
    const definition = clerk();
    const rested: string[] = [];
    host.observe(({ type, agent }) => void (type === "agent-rested" && rested.push(agent.id)));
    for (const id of ["a", "b"]) await (await host.open(definition, id)).ask("x");
    await (await host.open(definition, "a")).read();
    await (await host.open(definition, "c")).ask("x");
    expect(rested).toEqual(["b"]);
    expect(host.stats()).toMatchObject({ awake: 2 });
  });

  test("one that is busy, or waits for an answer, stays awake", async () => {
    const gates = new Gates();
    const { host, clock } = stage(open(), { awake: 1, restAfter: "1s" });
    const definition = clerk(gates);
    await (await host.open(definition, "waits")).tell("wait", { id: "m" });
    await clock.advance(0);
    await (await host.open(definition, "busy")).tell("hold");
    await clock.advance("1h");
    expect(host.stats()).toMatchObject({ awake: 2, handling: 1, suspended: 1 });
    gates.open("hold");
    await host.answer("clerk/waits/m", "go", { value: null });
    await clock.advance("1h");
    expect(host.stats()).toMatchObject({ awake: 0, handling: 0, suspended: 0 });
    expect(await (await host.open(definition, "waits")).read()).toEqual(["wait"]);
  });

  test("of those that are changed from outside so many are awake at a time, beside those at work", async () => {
    const gates = new Gates();
    const { host, clock } = stage(open(), { awake: 1 });
    const definition = clerk(gates);
    let most = 0;
    host.observe(() => void (most = Math.max(most, host.stats().awake)));
    await (await host.open(definition, "busy")).tell("hold");
    await clock.advance(0);
    const agents = await Promise.all(Array.from({ length: 20 }, (_each, n) => host.open(definition, `a${n}`)));
    await Promise.all(agents.map((agent) => agent.update((draft) => void draft.push("x"))));
    // The one at work, the one that is changed, and for a moment the one that was.
    expect(most).toBeLessThanOrEqual(3);
    gates.open("hold");
    await clock.advance(0);
    expect(host.stats()).toMatchObject({ awake: 1 });
  });

  test("a handler that changes another agent from outside holds nobody up", async () => {
    const { host } = stage(open(), { awake: 1 });
    const other = await host.open(clerk(), "other");
    const changing = defineAgent({
      name: "changing",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.step("change", () => other.update((draft) => void draft.push(text))),
    });
    await Promise.all(["1", "2"].map(async (id) => (await host.open(changing, id)).ask(id)));
    expect((await other.read()).toSorted()).toEqual(["1", "2"]);
  });

  test("reading an agent that nobody wrote to leaves nothing on record", async () => {
    const { host, journal } = stage(open());
    const agent = await host.open(clerk(), "a");
    expect(await agent.read()).toEqual([]);
    expect(await Array.fromAsync(journal.heads())).toEqual([]);
    expect(await host.list()).toEqual([]);
  });

  test("list tells who there is, of one definition or of all, and how they are", async () => {
    const gates = new Gates();
    const journal = open();
    const { host, clock } = stage(journal, { restAfter: "1s" });
    const [one, other] = [clerk(gates), clerk(gates, "other")];
    await (await host.open(one, "idle")).ask("x");
    await clock.advance("1m");
    await (await host.open(one, "busy")).tell("hold");
    await (await host.open(other, "waits")).tell("wait");
    await clock.advance(0);
    await (await host.open(one, "busy")).tell("2");
    await (await host.open(one, "busy")).tell("3");
    const all = [
      { name: "clerk", id: "idle", state: "idle", queued: 0, changedAt: 1_000 },
      { name: "clerk", id: "busy", state: "busy", queued: 2, changedAt: undefined },
      { name: "other", id: "waits", state: "suspended", queued: 0, changedAt: undefined },
    ];
    expect(await host.list()).toEqual(all);
    expect(await host.list("clerk")).toEqual(all.slice(0, 2));
    expect(await host.list("nobody")).toEqual([]);
  });

  test("one that handled messages and remembers nothing is not listed, and is deleted by its id as any other", async () => {
    const { host, journal } = stage(open());
    const echo = defineAgent({ name: "echo", memory: () => 0, onReceive: (text: string) => text });
    await (await host.open(echo, "a")).ask("x", { id: "m" });
    expect(await host.list()).toEqual([]);
    expect((await Array.fromAsync(journal.heads())).map(({ stream }) => stream)).toEqual(["echo/a/m"]);
    await host.delete(echo, "a");
    expect(await Array.fromAsync(journal.heads())).toEqual([]);
  });

  test.each(["gone", "constructor"])(
    "messages for agents that a host does not have wait, which is logged, and list tells that nobody works on them: %s",
    async (name) => {
      const records: LogRecord[] = [];
      await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
      try {
        const journal = open();
        const [mine, gone] = [clerk(), clerk(new Gates(), name)];
        const first = stage(journal);
        const agent = await first.host.open(gone, "a");
        await agent.tell("hold");
        await agent.tell("2");
        await first.clock.advance(0);
        expect(await first.host.list()).toMatchObject([{ state: "busy", queued: 1 }]);
        await first.host.shutdown({ deadline: 0 });
        records.length = 0;

        const next = stage(journal, { agents: [mine] });
        await next.host.ready();
        expect(records).toMatchObject([
          {
            level: "warning",
            category: ["aitor", "agent"],
            properties: { messages: { [name]: 2 } },
            rawMessage: expect.stringContaining(`agents that the host does not have: "${name}" (2)`),
          },
        ]);
        expect(await next.host.list()).toMatchObject([{ name, id: "a", state: "interrupted", queued: 1 }]);
        await next.host.open(gone, "a");
        await next.clock.advance(0);
        expect(await next.host.list()).toMatchObject([{ state: "busy", queued: 1 }]);
      } finally {
        await configureLogging({ level: "off" });
      }
    },
  );

  test("stats tell how many messages wait, and for how long the oldest", async () => {
    const gates = new Gates();
    const { host, clock } = stage(open());
    const agent = await host.open(clerk(gates), "a");
    await agent.tell("hold");
    await clock.advance(0);
    await agent.tell("2");
    await clock.advance("3s");
    await agent.tell("3");
    await agent.tell("later", { delay: "1h" });
    await clock.advance("2s");
    expect(host.stats()).toEqual({
      awake: 1,
      handling: 1,
      suspended: 0,
      halted: 0,
      queued: 2,
      oldestMs: 5_000,
      delayed: 1,
      pending: 0,
    });
    gates.open("hold");
    await clock.advance(0);
    expect(host.stats()).toEqual({
      awake: 1,
      handling: 0,
      suspended: 0,
      halted: 0,
      queued: 0,
      oldestMs: 0,
      delayed: 1,
      pending: 0,
    });
  });

  test("one whose message was begun, and waits until fewer are at work, is busy, and not interrupted", async () => {
    const gates = new Gates();
    const definition = clerk(gates);
    const { host, clock } = stage(open(), { awake: 1 });
    const agents = await Promise.all(["a", "b"].map((id) => host.open(definition, id)));
    await Promise.all(agents.map((agent) => agent.tell("hold")));
    await clock.advance(0);
    expect((await host.list()).map(({ id, state }) => [id, state])).toEqual([
      ["a", "busy"],
      ["b", "busy"],
    ]);
    gates.open("hold");
  });

  test("stats count as waiting also what waits until fewer agents are at work than may be awake", async () => {
    const gates = new Gates();
    const definition = clerk(gates);
    const { host, clock } = stage(open(), { awake: 2 });
    for (const id of ["a", "b", "c", "d"]) {
      await (await host.open(definition, id)).tell(`hold ${id}`);
      await clock.advance("1s");
    }
    await (await host.open(definition, "d")).tell("behind");
    expect(host.stats()).toMatchObject({ handling: 2, queued: 3, oldestMs: 2_000 });
    gates.open("hold a");
    await clock.advance(0);
    expect(host.stats()).toMatchObject({ handling: 2, queued: 2, oldestMs: 1_000 });
    for (const id of ["b", "c", "d"]) gates.open(`hold ${id}`);
    await clock.advance(0);
    expect(host.stats()).toMatchObject({ handling: 0, queued: 0, oldestMs: 0 });
  });

  test("stats tell how many answers are waited for, each once, however many agents wait with it", async () => {
    const definition = clerk();
    const asking = defineAgent({
      name: "asking",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(definition, "a", text),
    });
    const journal = open();
    const first = stage(journal, { agents: [definition] });
    await (await first.host.open(asking, "r")).tell("wait");
    await (await first.host.open(definition, "b")).tell("wait");
    await first.clock.advance(0);
    expect(first.host.stats()).toMatchObject({ suspended: 3, pending: 2 });
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const { host, clock } = stage(journal, { agents: [definition, asking] });
    await host.ready();
    await clock.advance(0);
    expect(host.stats()).toMatchObject({ suspended: 3, pending: 2 });
    for (const { run, key } of await host.pending()) await host.answer(run, key, { value: 1 });
    await clock.advance(0);
    expect(host.stats()).toMatchObject({ suspended: 0, pending: 0 });
  });

  test("names and ids may be any text", async () => {
    const journal = open();
    const strange = ["a/b", "c#1", "%2F", "ä ü", "日本", "x".repeat(300), "..", "run"];
    const first = stage(journal);
    const definition = clerk(new Gates(), "agent/with #signs%");
    for (const id of strange) await (await first.host.open(definition, id)).ask(id, { id: `m/${id}` });
    const { host } = stage(journal);
    expect((await host.list()).map(({ id }) => id)).toEqual(strange);
    for (const id of strange) expect(await (await host.open(definition, id)).read()).toEqual([id]);
  });
});

test("an option that is none is told", () => {
  const values = [{ awake: 0 }, { restAfter: -1 }, { dedupe: "soon" }, { recovering: 0 }, { attempts: 0 }];
  for (const wrong of [...values, { agent: [] }, { journal: "a.db" }, { recover: "no" }]) {
    expect(() => new AitorHost(wrong as never)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^invalid-(option|duration)$/) }),
    );
  }
});

describe("snapshots", () => {
  /** Counts the events that are read of agents. */
  class Counting extends WrappedJournal {
    count = 0;

    override async *read(stream: string, from?: number): AsyncGenerator<EventEnvelope, void, undefined> {
      for await (const event of super.read(stream, from)) {
        if (stream.startsWith("agent:")) this.count++;
        yield event;
      }
    }
  }

  const text = "x".repeat(1_000);
  const big = () =>
    defineAgent({
      name: "big",
      memory: () => ({ n: 0, last: "" }),
      onReceive: (_: void, ctx) =>
        ctx.memory.update((draft) => {
          draft.n++;
          draft.last = `${draft.n} ${text}`;
        }),
    });

  test("bound what is read to wake an agent", async () => {
    const journal = memoryJournal();
    const first = stage(journal);
    const agent = await first.host.open(big(), "a");
    for (let n = 0; n < 500; n++) await agent.ask();
    await first.clock.advance(0);
    expect((await streamOf(journal, "agent:big/a")).length).toBe(500);
    const counting = new Counting(journal);
    const again = await stage(counting).host.open(big(), "a");
    expect(await again.read(({ n }) => n)).toBe(500);
    expect(counting.count).toBeLessThan(100);
  });

  test("grow rarer as memory grows", async () => {
    const journal = memoryJournal();
    const puts: number[] = [];
    const { snapshots } = journal;
    const watched = new WrappedJournal(journal);
    Object.assign(watched, {
      snapshots: {
        ...snapshots,
        put: (...call: Parameters<typeof snapshots.put>) => {
          puts.push(JSON.stringify(call[1].state).length);
          return snapshots.put(...call);
        },
      },
    });
    const growing = defineAgent({
      name: "growing",
      memory: () => [] as string[],
      onReceive: (_: void, ctx) => ctx.memory.update((draft) => void draft.push(text)),
    });
    const { host } = stage(watched);
    const agent = await host.open(growing, "a");
    for (let n = 0; n < 600; n++) await agent.ask();
    const written = puts.reduce((sum, size) => sum + size, 0);
    expect(puts.length).toBeGreaterThan(2);
    // As much as memory twice, and not once for each of so many changes.
    expect(written).toBeLessThan(3 * 600 * 1_000);
  });

  test("are not made of a message that has not ended: what that changed is not changed again", async () => {
    const journal = memoryJournal();
    const looping = (gates: Gates) =>
      defineAgent({
        name: "loop",
        memory: () => ({ begun: 0, turns: 0, pad: "" }),
        onReceive: async (_: void, ctx) => {
          ctx.memory.update((draft) => {
            draft.begun++;
            draft.pad = "x".repeat(100_000);
          });
          return ctx.loop("l", 0, async (n, turn) => {
            ctx.memory.update((draft) => void draft.turns++);
            if (n === 1) await turn.step("hold", () => gates.hold("h"));
            return n === 1 ? { done: n } : { next: n + 1 };
          });
        },
      });
    const first = life(journal, undefined);
    await (await first.host.open(looping(new Gates()), "a")).tell(undefined, { id: "m" });
    await first.clock.advance(0);
    // The next host only reads, while nothing of the message goes on.
    const reader = stage(journal, { recover: false });
    const reading = await reader.host.open(looping(new Gates()), "a");
    expect(await reading.read(({ begun, turns }) => [begun, turns])).toEqual([1, 1]);
    await reader.clock.advance(0);
    const gates = new Gates();
    gates.open("h");
    const last = stage(journal);
    const again = await last.host.open(looping(gates), "a");
    await again.ask(undefined, { id: "m" });
    expect(await again.read(({ begun, turns }) => [begun, turns])).toEqual([1, 2]);
  });
});

test("who asks for what there is not is told", async () => {
  const { host } = stage();
  expect(await failureOf(host.answer("clerk/a/m", "go", { value: 1 }))).toMatchObject({ code: "run-unknown" });
  expect(await failureOf(host.cancel("clerk/a/m"))).toMatchObject({ code: "run-unknown" });
});

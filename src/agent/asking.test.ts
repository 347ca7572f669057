// To ask and to tell
// - an ask gives the handler's reply, or what it threw; a tell its receipt, when the message is durable
// - messages to one id are handled one at a time, in the order in which they were sent, asks, tells and updates alike
// - one id is one message: it gives the same reply, or failure, again, also after a restart, and whatever its agent does now
// - an ask whose time is over, or whose signal aborts, takes its message back: wherever that is, unless that was told, or others ask, too
// - a message that does not match its schema is refused before anything is on record
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { journals } from "../engine/journals.fixture.ts";
import { became, failureOf, Gates, stage, streamOf } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";

function clerk(gates = new Gates(), handled: string[] = []) {
  const definition = defineAgent({
    name: "clerk",
    memory: () => [] as string[],
    onReceive: async (text: string, ctx) => {
      handled.push(text);
      if (text.startsWith("hold")) await ctx.step("hold", () => gates.hold(text));
      if (text.startsWith("wait")) return await ctx.waitFor<string>("go");
      if (text.startsWith("fail")) throw new TypeError(`cannot ${text}`);
      ctx.memory.update((draft) => void draft.push(text));
      return text.toUpperCase();
    },
  });
  return { definition, gates, handled };
}

describe.each(journals)("%s", (_, open) => {
  test("an ask gives the reply, and what changed is in memory by then", async () => {
    const { host } = stage(open());
    const agent = await host.open(clerk().definition, "a");
    expect(await agent.ask("x")).toBe("X");
    expect(await agent.read()).toEqual(["x"]);
  });

  test("any text is an id, each another one", async () => {
    const journal = open();
    const { definition } = clerk();
    const ids = [
      "\ud800",
      "\ud801",
      "\ufffd",
      "%ud800",
      "%ED%A0%80",
      "a\ud800\udc00",
      "a/b",
      "a%2Fb",
      "\n",
      "\0",
      "🎉",
      "..",
    ];
    {
      const { host } = stage(journal);
      for (const id of ids) await (await host.open(definition, id)).ask(`of ${id}`);
      await host.shutdown({ deadline: 0 });
    }
    const { host } = stage(journal);
    for (const id of ids) expect(await (await host.open(definition, id)).read()).toEqual([`of ${id}`]);
    expect((await host.list()).map(({ id }) => id).sort()).toEqual(ids.toSorted());
    await host.delete(definition, ids[0] as string);
    expect((await host.list()).map(({ id }) => id).sort()).toEqual(ids.slice(1).sort());
  });

  test("an ask rejects with what the handler threw, and memory is as it was", async () => {
    const { host } = stage(open());
    const agent = await host.open(clerk().definition, "a");
    expect(await failureOf(agent.ask("fail"))).toMatchObject({ name: "TypeError", message: "cannot fail" });
    expect(await agent.read()).toEqual([]);
  });

  test("a tell gives the message's id when it is durable, not when it is handled", async () => {
    const { host, journal, clock } = stage(open());
    const { definition, handled } = clerk();
    const agent = await host.open(definition, "a");
    expect(await agent.tell("hold", { id: "m" })).toBe("m");
    expect((await streamOf(journal, "clerk/a/m"))[0]).toMatchObject({ type: "message-received" });
    const id = await agent.tell("x");
    await clock.advance(0);
    expect(handled).toEqual(["hold"]);
    expect(id).toMatch(/^[\da-f-]{36}$/);
  });

  test("messages to one id are handled one at a time, in the order of sending", async () => {
    const { host, clock } = stage(open());
    const { definition, gates, handled } = clerk();
    const agent = await host.open(definition, "a");
    const other = await host.open(definition, "b");
    const asked = [agent.ask("hold 1"), agent.tell("2"), agent.ask("3"), other.ask("b"), agent.tell("4")];
    await clock.advance(0);
    expect(handled).toEqual(["hold 1", "b"]);
    gates.open("hold 1");
    await Promise.all(asked);
    await clock.advance(0);
    expect(handled).toEqual(["hold 1", "b", "2", "3", "4"]);
    expect(await agent.read()).toEqual(["hold 1", "2", "3", "4"]);
  });

  test("an update from outside takes its turn", async () => {
    const { host, clock } = stage(open());
    const { definition, gates } = clerk();
    const agent = await host.open(definition, "a");
    await agent.tell("hold 1");
    const updated = agent.update((draft) => void draft.push("outside"));
    await agent.tell("3");
    await clock.advance(0);
    expect(await agent.read()).toEqual([]);
    gates.open("hold 1");
    expect(await updated).toEqual(["hold 1", "outside"]);
    await clock.advance(0);
    expect(await agent.read()).toEqual(["hold 1", "outside", "3"]);
  });

  test("a told message with a delay comes when it is due", async () => {
    const { host, clock } = stage(open());
    const { definition, handled } = clerk();
    const agent = await host.open(definition, "a");
    await agent.tell("later", { delay: "1h" });
    await agent.tell("now");
    await clock.advance("59m");
    expect(handled).toEqual(["now"]);
    await clock.advance("1m");
    expect(handled).toEqual(["now", "later"]);
  });

  describe("one id is one message", () => {
    test("whose reply comes again", async () => {
      const journal = open();
      const first = stage(journal);
      const { definition, handled } = clerk();
      const agent = await first.host.open(definition, "a");
      const many = await Promise.all(Array.from({ length: 20 }, () => agent.ask("x", { id: "m" })));
      expect(new Set(many)).toEqual(new Set(["X"]));
      await first.host.shutdown();
      const again = await stage(journal).host.open(definition, "a");
      expect(await again.ask("x", { id: "m" })).toBe("X");
      expect(await again.tell("x", { id: "m" })).toBe("m");
      expect(handled).toEqual(["x"]);
      expect(await again.read()).toEqual(["x"]);
    });

    test("whose failure comes again", async () => {
      const journal = open();
      const { definition, handled } = clerk();
      const first = stage(journal);
      await failureOf((await first.host.open(definition, "a")).ask("fail", { id: "m" }));
      await first.host.shutdown();
      const again = await stage(journal).host.open(definition, "a");
      expect(await failureOf(again.ask("fail", { id: "m" }))).toMatchObject({ message: "cannot fail" });
      expect(handled).toEqual(["fail"]);
    });

    test("after the window of deduplication it is another one", async () => {
      const { host, clock } = stage(open(), { dedupe: "1h" });
      const { definition, handled } = clerk();
      const agent = await host.open(definition, "a");
      await agent.ask("x", { id: "m" });
      await clock.advance("1h");
      await agent.ask("x", { id: "m" });
      expect(handled).toEqual(["x", "x"]);
    });

    test("though its mailbox is full, or its agent waits and takes no others", async () => {
      const gates = new Gates();
      const definition = defineAgent({
        name: "strict",
        memory: () => 0,
        mailbox: { limit: 1, whenFull: "reject" },
        whileSuspended: "reject",
        onReceive: async (text: string, ctx) => {
          if (text === "hold") await ctx.step("hold", () => gates.hold(text));
          return text === "wait" ? ctx.waitFor<string>("go") : text;
        },
      });
      const { host, clock } = stage(open());
      const agent = await host.open(definition, "a");
      await agent.tell("hold", { id: "1" });
      await clock.advance(0);
      await agent.tell("wait", { id: "2" });
      expect(await failureOf(agent.tell("x"))).toMatchObject({ code: "mailbox-full" });
      expect(await agent.tell("wait", { id: "2" })).toBe("2");
      const asked = became(agent.ask("wait", { id: "2" }));
      gates.open("hold");
      await clock.advance(0);
      expect(await failureOf(agent.tell("x"))).toMatchObject({ code: "agent-suspended" });
      const again = became(agent.ask("wait", { id: "2" }));
      await clock.advance(0);
      expect([asked, again]).toEqual([{}, {}]);
      const [pending] = await agent.pending();
      await agent.answer(pending as never, { value: "yes" });
      await clock.advance(0);
      expect([asked, again]).toEqual([{ value: "yes" }, { value: "yes" }]);
    });
  });

  describe("an ask whose time is over takes its message back", () => {
    test("from the handler", async () => {
      const { host, clock, events } = stage(open());
      const { definition, handled } = clerk();
      const agent = await host.open(definition, "a");
      const asked = became(agent.ask("hold", { deadline: "5s", id: "m" }));
      await agent.tell("next");
      await clock.advance("4s");
      expect(asked).toEqual({});
      await clock.advance("1s");
      expect(asked.error).toMatchObject({ code: "ask-timeout", data: { run: "clerk/a/m", deadlineMs: 5_000 } });
      expect(handled).toEqual(["hold", "next"]);
      expect(events.find(({ type }) => type === "message-failed")).toMatchObject({ message: "m", cancelled: true });
      expect(await agent.read()).toEqual(["next"]);
    });

    test("from the queue", async () => {
      const { host, clock } = stage(open());
      const { definition, gates, handled } = clerk();
      const agent = await host.open(definition, "a");
      await agent.tell("hold");
      const asked = became(agent.ask("x", { deadline: "5s" }));
      await clock.advance("5s");
      expect(asked.error).toMatchObject({ code: "ask-timeout" });
      gates.open("hold");
      await clock.advance(0);
      expect(handled).toEqual(["hold"]);
    });

    test("before there is a place for it", async () => {
      const { host, clock } = stage(open());
      const gates = new Gates();
      const handled: string[] = [];
      const definition = defineAgent({
        name: "narrow",
        memory: () => 0,
        mailbox: { limit: 1 },
        onReceive: async (text: string, ctx) => (handled.push(text), ctx.step("hold", () => gates.hold(text))),
      });
      const agent = await host.open(definition, "a");
      await agent.tell("1");
      await clock.advance(0);
      await agent.tell("2");
      const asked = became(agent.ask("3", { deadline: "5s" }));
      await clock.advance("5s");
      expect(asked.error).toMatchObject({ code: "ask-timeout" });
      for (const each of ["1", "2", "3"]) gates.open(each);
      await clock.advance(0);
      expect(handled).toEqual(["1", "2"]);
    });

    test("and not where the reply came in time", async () => {
      const { host, clock, events } = stage(open());
      const agent = await host.open(clerk().definition, "a");
      expect(await agent.ask("x", { deadline: "5s" })).toBe("X");
      await clock.advance("1h");
      expect(events.map(({ type }) => type)).not.toContain("message-failed");
      expect(clock.pending).toBe(0);
    });
  });

  describe("an ask that gives up leaves its message alone", () => {
    test.each(["in the queue", "under way"])("where it was told before: %s", async (where) => {
      const { host, clock } = stage(open());
      const { definition, gates, handled } = clerk();
      const agent = await host.open(definition, "a");
      if (where === "in the queue") await agent.tell("hold before");
      await agent.tell("hold", { id: "m" });
      await clock.advance(0);
      const controller = new AbortController();
      const asked = [{ deadline: "5s" }, { signal: controller.signal }] as const;
      const [late, aborted] = asked.map((options) => became(agent.ask("hold", { id: "m", ...options })));
      await clock.advance("5s");
      controller.abort("not needed");
      await clock.advance(0);
      expect(late?.error).toMatchObject({ code: "ask-timeout", got: expect.stringContaining("the message stays") });
      expect(aborted?.error).toMatchObject({ code: "cancelled", cause: "not needed" });
      for (const held of ["hold before", "hold"]) gates.open(held);
      expect(await agent.ask("hold", { id: "m" })).toBe("HOLD");
      expect(handled.at(-1)).toBe("hold");
    });

    test("where it was told before in a process that is gone", async () => {
      const journal = open();
      const { definition, gates } = clerk();
      const first = stage(journal);
      await (await first.host.open(definition, "a")).tell("hold", { id: "m" });
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      const { host, clock } = stage(journal);
      const agent = await host.open(definition, "a");
      const asked = became(agent.ask("hold", { id: "m", deadline: "5s" }));
      await clock.advance("5s");
      expect(asked.error).toMatchObject({ code: "ask-timeout" });
      gates.open("hold");
      expect(await agent.ask("hold", { id: "m" })).toBe("HOLD");
    });

    test("where it was told since", async () => {
      const { host, clock } = stage(open());
      const { definition, gates } = clerk();
      const agent = await host.open(definition, "a");
      const asked = became(agent.ask("hold", { id: "m", deadline: "5s" }));
      await clock.advance(0);
      expect(await agent.tell("hold", { id: "m" })).toBe("m");
      await clock.advance("5s");
      expect(asked.error).toMatchObject({ code: "ask-timeout" });
      gates.open("hold");
      expect(await agent.ask("hold", { id: "m" })).toBe("HOLD");
    });

    test.each(["in this process", "in one that is gone"])(
      "where it was told since, and asked %s, whoever asks then",
      async (where) => {
        const journal = open();
        const { definition, gates } = clerk();
        const first = stage(journal);
        const asked = became((await first.host.open(definition, "a")).ask("hold", { id: "m", deadline: "5s" }));
        await first.clock.advance(0);
        const isGone = where === "in one that is gone";
        if (isGone) await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
        const { host, clock } = isGone ? stage(journal) : first;
        const agent = await host.open(definition, "a");
        expect(await agent.tell("hold", { id: "m" })).toBe("m");
        await clock.advance("5s");
        expect(asked.error).toMatchObject({ code: isGone ? "host-closed" : "ask-timeout" });
        const again = became(agent.ask("hold", { id: "m", deadline: "5s" }));
        await clock.advance("5s");
        expect(again.error).toMatchObject({
          code: "ask-timeout",
          got: expect.stringContaining("the message stays"),
        });
        gates.open("hold");
        expect(await agent.ask("hold", { id: "m" })).toBe("HOLD");
      },
    );

    test("where others ask for it, until the last of them gives up", async () => {
      const { host, clock, events } = stage(open());
      const agent = await host.open(clerk().definition, "a");
      const asked = (["1s", "3s", "2s"] as const).map((deadline) => became(agent.ask("hold", { id: "m", deadline })));
      const failed = (): unknown[] => events.filter(({ type }) => type === "message-failed");
      await clock.advance("2s");
      expect(asked.map(({ error }) => error?.code)).toEqual(["ask-timeout", undefined, "ask-timeout"]);
      expect(failed()).toEqual([]);
      await clock.advance("1s");
      expect(asked[1]?.error).toMatchObject({ code: "ask-timeout", got: expect.stringContaining("was withdrawn") });
      expect(failed()).toMatchObject([{ message: "m", cancelled: true }]);
    });
  });

  test("an ask whose signal aborts takes its message back, and gives the reason", async () => {
    const { host, clock } = stage(open());
    const { definition, handled } = clerk();
    const agent = await host.open(definition, "a");
    const controller = new AbortController();
    const asked = became(agent.ask("hold", { signal: controller.signal }));
    const queued = became(agent.ask("x", { signal: controller.signal }));
    await clock.advance(0);
    controller.abort("not needed");
    await clock.advance(0);
    expect(asked.error).toMatchObject({ code: "cancelled", cause: "not needed" });
    expect(queued.error).toMatchObject({ code: "cancelled" });
    expect(await failureOf(agent.ask("x", { signal: controller.signal }))).toMatchObject({ code: "cancelled" });
    await agent.ask("last");
    expect(handled).toEqual(["hold", "last"]);
  });

  test("a message that is taken back leaves its place in the queue", async () => {
    const { host, clock } = stage(open());
    const gates = new Gates();
    const definition = defineAgent({
      name: "narrow",
      memory: () => 0,
      mailbox: { limit: 1, whenFull: "reject" },
      onReceive: async (text: string, ctx) => ctx.step("hold", () => gates.hold(text)),
    });
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    await agent.tell("2", { id: "2" });
    expect(host.stats()).toMatchObject({ queued: 1 });
    await agent.cancel("narrow/a/2");
    expect(host.stats()).toMatchObject({ queued: 0 });
    await agent.tell("3");
  });

  describe("a message that does not match its schema", () => {
    const handled: unknown[] = [];
    const definition = defineAgent({
      name: "strict",
      message: z.object({ n: z.coerce.number() }),
      memory: () => 0,
      onReceive: ({ n }, ctx) => {
        handled.push(n);
        ctx.memory.update((sum) => sum + n);
        return n;
      },
    });

    test("is refused, with nothing on record", async () => {
      const { host, journal } = stage(open());
      const agent = await host.open(definition, "a");
      expect(await failureOf(agent.ask({ n: "x" }))).toMatchObject({ code: "invalid-value" });
      expect(await failureOf(agent.tell("x" as never))).toMatchObject({ code: "invalid-value" });
      expect(await Array.fromAsync(journal.heads())).toEqual([]);
    });

    test("that does is recorded as it came, and handled as the schema gives it", async () => {
      const { host, journal } = stage(open());
      const agent = await host.open(definition, "a");
      expect(await agent.ask({ n: "7" }, { id: "m" })).toBe(7);
      expect((await streamOf(journal, "strict/a/m"))[0]).toMatchObject({ data: { message: { n: "7" } } });
    });

    test("from another agent fails there, and fails the ask", async () => {
      const asker = defineAgent({
        name: "asker",
        memory: () => 0,
        onReceive: (n: never, ctx) => ctx.ask(definition, "a", n),
      });
      const { host } = stage(open(), { agents: [definition] });
      const agent = await host.open(asker, "a");
      expect(await failureOf(agent.ask({ n: "x" } as never))).toMatchObject({ code: "invalid-value" });
    });
  });

  test("what is not JSON is refused, and so is an empty id", async () => {
    const { host } = stage(open());
    const agent = await host.open(clerk().definition, "a");
    expect(await failureOf(agent.ask(new Map() as never))).toMatchObject({ code: "not-json" });
    expect(await failureOf(host.open(clerk().definition, ""))).toMatchObject({ code: "invalid-option" });
    expect(await failureOf(agent.tell("x", { id: "" }))).toMatchObject({ code: "invalid-option" });
    expect(await failureOf(agent.tell("x", { delay: -1 }))).toMatchObject({ code: "invalid-duration" });
    expect(await failureOf(agent.ask("x", { deadline: -1 }))).toMatchObject({ code: "invalid-duration" });
  });

  test("messages that wait are handled before those that come while the host gets to know the agent", async () => {
    const journal = open();
    const first = stage(journal);
    const { definition } = clerk();
    const agent = await first.host.open(definition, "a");
    await agent.tell("hold 1", { id: "1" });
    await agent.tell("2", { id: "2" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const handled: string[] = [];
    const { host, clock } = stage(journal);
    const open2 = clerk(new Gates(), handled);
    open2.gates.open("hold 1");
    const sending = [0, 1].map(async (n) => (await host.open(open2.definition, "a")).tell(`new ${n}`));
    await Promise.all(sending);
    await clock.advance(0);
    expect(handled).toEqual(["hold 1", "2", "new 0", "new 1"]);
  });

  test("an ask is answered or refused whenever its host is shut down", async () => {
    for (const [deadline, jobs] of [0, 10_000].flatMap((ms) => Array.from({ length: 60 }, (_each, n) => [ms, n]))) {
      const { host, clock } = stage(open());
      const { definition, gates } = clerk();
      const agent = await host.open(definition, "a");
      const under = agent.ask("hold").catch(() => {});
      await clock.advance(0);
      gates.open("hold");
      for (let job = 0; job < (jobs as number); job++) await undefined;
      const asked = agent.ask("x").catch((error: unknown) => (error as { readonly code: string }).code);
      const down = host.shutdown({ deadline: deadline as number });
      await clock.advance(20_000);
      await down;
      await under;
      const late = setImmediate().then(() => "never");
      expect(["X", "host-closed"]).toContain(await Promise.race([asked, late]));
    }
  });

  test("what is under way of a host that is shut down is refused by its name", async () => {
    const { host, clock } = stage(open());
    const { definition } = clerk();
    await (await host.open(definition, "a")).ask("x", { id: "m" });
    await host.open(definition, "b");
    const deleting = failureOf(host.delete(definition, "a"));
    await Promise.all([host.shutdown({ deadline: 0 }), clock.advance(0)]);
    expect(await deleting).toMatchObject({ code: "host-closed" });
    expect(await failureOf(host.runs.note("clerk/a/m", "noted", {}))).toMatchObject({ code: "host-closed" });
  });
});

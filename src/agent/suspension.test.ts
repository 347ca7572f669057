// An agent whose handler waits for an answer or a timer
// - holds its place: messages wait behind it, or are refused, as its definition says; its memory can be read meanwhile
// - says what it waits for, to whoever asks, also over the runs that it is waiting for; an answer lets it go on
// - waits on over a restart, and what it was asked by others waits with it; what it refuses it refuses from the first moment on
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { AitorError, Run } from "../base/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import { became, failureOf, Gates, stage } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import { virtualClock } from "../testing/index.ts";

const asker = (whileSuspended: "wait" | "reject") =>
  defineAgent({
    name: "asker",
    memory: () => [] as string[],
    whileSuspended,
    onReceive: async (text: string, ctx) => {
      if (text.startsWith("wait")) {
        const answer = await ctx.waitFor("approval", { schema: z.string(), request: { about: text }, deadline: "1d" });
        ctx.memory.update((draft) => void draft.push(`${text} ${answer}`));
        return answer;
      }
      if (text.startsWith("sleep")) await ctx.sleep("1h");
      ctx.memory.update((draft) => void draft.push(text));
      return text;
    },
  });

const [, [, durable]] = journals as readonly [unknown, (typeof journals)[number]];

describe.each(journals)("%s", (_, open) => {
  test("messages wait behind it, and go on in order", async () => {
    const { host, clock, events } = stage(open());
    const agent = await host.open(asker("wait"), "a");
    const asked = became(agent.ask("wait", { id: "m" }));
    await clock.advance(0);
    await agent.tell("2");
    await agent.tell("3");
    await clock.advance("1h");
    expect(await agent.read()).toEqual([]);
    expect(host.stats()).toMatchObject({ handling: 0, suspended: 1, queued: 2, oldestMs: 3_600_000 });
    expect(events).toContainEqual(expect.objectContaining({ type: "message-suspended", waitsFor: ["approval"] }));
    await agent.answer({ run: "asker/a/m", key: "approval" }, { value: "yes" });
    await clock.advance(0);
    expect(asked).toEqual({ value: "yes" });
    expect(await agent.read()).toEqual(["wait yes", "2", "3"]);
  });

  test("messages are refused where the definition says so, and taken again afterwards", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(asker("reject"), "a");
    await agent.tell("wait", { id: "m" });
    await clock.advance(0);
    for (const send of [() => agent.tell("x"), () => agent.ask("x"), () => agent.update((draft) => void draft.pop())]) {
      expect(await failureOf(send())).toMatchObject({
        code: "agent-suspended",
        data: { run: "asker/a/m", waitsFor: ["approval"] },
        message: expect.stringContaining('"approval"'),
      });
    }
    expect(await agent.read()).toEqual([]);
    await agent.answer({ run: "asker/a/m", key: "approval" }, { value: "yes" });
    await clock.advance(0);
    await agent.ask("x");
    expect(await agent.read()).toEqual(["wait yes", "x"]);
  });

  test("who is refused is told of an answer that can be given, and of none where there is none", async () => {
    const waiter = defineAgent({
      name: "waiter",
      memory: () => 0,
      whileSuspended: "reject",
      onReceive: async (what: string, ctx) => {
        if (what === "asks") await ctx.ask(asker("wait"), "a", "wait");
        if (what === "sleeps") await ctx.sleep("1h");
        const both = [(branch: Run) => branch.sleep("1h"), (branch: Run) => branch.waitFor("go")];
        if (what === "both") await ctx.all(both.map((run, n) => ({ name: `b${n}`, run })));
      },
    });
    const { host, clock } = stage(open(), { agents: [asker("wait")] });
    const fixes: (string | undefined)[] = [];
    for (const what of ["asks", "sleeps", "both"]) {
      const agent = await host.open(waiter, what);
      await agent.tell(what, { id: "m" });
      await clock.advance(0);
      fixes.push(((await failureOf(agent.tell("x"))) as AitorError).fix);
    }
    const wait = 'or let messages wait: whileSuspended: "wait"';
    const none = `send when it goes on (host.pending() tells what has to be answered for that, if anything), ${wait}`;
    expect(fixes).toEqual([none, none, `answer that (aitor answer waiter/both/m b1/go --value …), ${wait}`]);
  });

  test("a timer is something that it waits for too", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(asker("reject"), "a");
    await agent.tell("sleep");
    await clock.advance("30m");
    expect(await failureOf(agent.tell("x"))).toMatchObject({ code: "agent-suspended" });
    expect(await agent.pending()).toEqual([]);
    await clock.advance("30m");
    await agent.ask("x");
    expect(await agent.read()).toEqual(["sleep", "x"]);
  });

  test("what it waits for is told: of one agent, and of all", async () => {
    const { host, clock } = stage(open());
    const definition = asker("wait");
    const [a, b] = [await host.open(definition, "a"), await host.open(definition, "b")];
    await a.tell("wait 1", { id: "m" });
    await b.tell("wait 2", { id: "m" });
    await clock.advance(0);
    const pending = {
      run: "asker/a/m",
      key: "approval",
      name: "approval",
      kind: "signal",
      request: { about: "wait 1" },
      since: 1_000,
      deadline: 86_401_000,
    };
    expect(await a.pending()).toEqual([pending]);
    expect(await host.pending()).toMatchObject([pending, { run: "asker/b/m", request: { about: "wait 2" } }]);
    await a.answer(pending, { value: "no" });
    await clock.advance(0);
    expect(await a.pending()).toEqual([]);
    expect(await host.pending()).toHaveLength(1);
  });

  test("is answered and cancelled through itself and its host alone, whatever run another one is given", async () => {
    const { host, clock } = stage(open());
    const Asker = asker("wait");
    const [a, b, longer] = await Promise.all(["a", "b", "a/m"].map((id) => host.open(Asker, id)));
    const asked = became(a!.ask("wait", { id: "m" }));
    await clock.advance(0);
    const [pending] = await a!.pending();
    for (const other of [b, longer]) {
      const refused = { code: "run-unknown", expected: expect.stringContaining(`"${other!.id}"`) };
      expect(await failureOf(other!.answer(pending!, { value: "yes" }))).toMatchObject(refused);
      expect(await failureOf(other!.cancel(pending!.run))).toMatchObject(refused);
    }
    expect(await failureOf(a!.cancel("asker/a"))).toMatchObject({ code: "run-unknown" });
    expect(asked).toEqual({});
    await host.answer(pending!.run, pending!.key, { value: "yes" });
    await clock.advance(0);
    expect(asked).toEqual({ value: "yes" });
  });

  test("an answer that does not fit is refused, and it waits on", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(asker("wait"), "a");
    const asked = became(agent.ask("wait", { id: "m" }));
    await clock.advance(0);
    const at = { run: "asker/a/m", key: "approval" };
    expect(await failureOf(agent.answer(at, { value: 7 }))).toMatchObject({ code: "invalid-value" });
    expect(await failureOf(agent.answer({ ...at, key: "other" }, { value: 7 }))).toMatchObject({ code: "not-waiting" });
    await agent.answer(at, { value: "yes" });
    await clock.advance(0);
    expect(asked).toEqual({ value: "yes" });
  });

  test("what code that has changed does not ask for any more is not told as something to answer", async () => {
    const journal = open();
    const asks = (name: string) =>
      defineAgent({ name: "asker", memory: () => null, onReceive: (_: void, ctx) => ctx.waitFor(name) });
    const first = stage(journal);
    await (await first.host.open(asks("old"), "a")).tell(undefined, { id: "m" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const { host, clock } = stage(journal);
    const agent = await host.open(asks("new"), "a");
    await clock.advance(0);
    const pending = await agent.pending();
    expect(pending.map(({ key }) => key)).toEqual(["new"]);
    for (const signal of pending) await agent.answer(signal, { value: 1 });
    expect(await agent.ask(undefined, { id: "m" })).toBe(1);
  });

  test("a deadline that passes fails the message, and the next one goes on", async () => {
    const { host, clock, failures } = stage(open());
    const agent = await host.open(asker("wait"), "a");
    await agent.tell("wait");
    await agent.tell("2");
    await clock.advance("1d");
    expect(failures).toMatchObject([{ type: "message-failed", error: { code: "signal-expired" } }]);
    expect(await agent.read()).toEqual(["2"]);
  });

  test.each(["wait", "reject"] as const)("over a restart it waits on (%s)", async (whileSuspended) => {
    const journal = open();
    const first = stage(journal);
    await (await first.host.open(asker(whileSuspended), "a")).tell("wait", { id: "m" });
    await first.clock.advance(0);
    await first.host.shutdown();
    const { host, clock } = stage(journal);
    const agent = await host.open(asker(whileSuspended), "a");
    await clock.advance(0);
    expect(await agent.pending()).toMatchObject([{ run: "asker/a/m", key: "approval" }]);
    const next = became(agent.tell("next"));
    await clock.advance(0);
    if (whileSuspended === "reject") expect(next.error).toMatchObject({ code: "agent-suspended" });
    expect(await agent.read()).toEqual([]);
    await agent.answer({ run: "asker/a/m", key: "approval" }, { value: "yes" });
    await clock.advance(0);
    expect(await agent.read()).toEqual(whileSuspended === "reject" ? ["wait yes"] : ["wait yes", "next"]);
  });

  describe("where it takes no messages meanwhile, a restart makes no exception", () => {
    async function restarted(text: string, rest: number) {
      const journal = open();
      const first = stage(journal);
      await (await first.host.open(asker("reject"), "a")).tell(text, { id: "m" });
      await first.clock.advance(0);
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      return stage(journal, {}, virtualClock(1_000 + rest));
    }

    test.each(["wait", "sleep"])("for those that come before its run is there again (%s)", async (text) => {
      const { host, clock } = await restarted(text, 0);
      const agent = await host.open(asker("reject"), "a");
      expect(host.stats()).toMatchObject({ suspended: 1, handling: 0 });
      const refused = { code: "agent-suspended", data: { run: "asker/a/m" } };
      for (const send of [() => agent.tell("x"), () => agent.ask("x"), () => agent.update((draft) => void draft.pop())])
        expect(await failureOf(send())).toMatchObject(refused);
      await clock.advance("1d");
      await agent.ask("x");
      expect((await agent.read()).at(-1)).toBe("x");
    });

    test("and they are taken where what it waited for has come meanwhile", async () => {
      const { host, clock } = await restarted("sleep", 3_600_000);
      const agent = await host.open(asker("reject"), "a");
      await clock.advance(0);
      await agent.ask("x");
      expect(await agent.read()).toEqual(["sleep", "x"]);
    });

    test("and where an answer was recorded that no process had taken", async () => {
      const journal = open();
      const gates = new Gates();
      const slow = defineAgent({
        name: "asker",
        memory: () => 0,
        whileSuspended: "reject",
        onReceive: async (_: void, ctx) => {
          await ctx.waitFor("approval");
          return ctx.step("work", () => gates.hold("work"));
        },
      });
      const first = stage(journal);
      await (await first.host.open(slow, "a")).tell(undefined, { id: "m" });
      await first.clock.advance(0);
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      const outside = stage(journal, { recover: false });
      await outside.host.answer("asker/a/m", "approval", { value: 1 });
      await Promise.all([outside.host.shutdown({ deadline: 0 }), outside.clock.advance(0)]);
      const { host, clock } = stage(journal);
      const agent = await host.open(slow, "a");
      expect(await agent.tell(undefined, { id: "x" })).toBe("x");
      await clock.advance(0);
      expect(host.stats()).toMatchObject({ suspended: 0, handling: 1, queued: 1 });
    });
  });

  test.each(["wait", "reject"] as const)(
    "who asked it waits with it, over a restart too (%s)",
    async (whileSuspended) => {
      const asking = defineAgent({
        name: "root",
        memory: () => "",
        onReceive: async (text: string, ctx) => {
          const answer = await ctx.ask(asker(whileSuspended), "a", text);
          ctx.memory.update(() => answer);
          return answer;
        },
      });
      const journal = open();
      const first = stage(journal, { agents: [asking, asker(whileSuspended)] });
      await (await first.host.open(asking, "r")).tell("wait", { id: "m" });
      await first.clock.advance(0);
      expect(first.host.stats()).toMatchObject({ suspended: 2, handling: 0 });
      expect(await first.host.pending()).toMatchObject([{ key: "approval" }]);
      await first.host.shutdown();
      const { host, clock, failures } = stage(journal, { agents: [asking, asker(whileSuspended)] });
      await host.ready();
      await clock.advance(0);
      const [pending, ...more] = await host.pending();
      expect(more).toEqual([]);
      await host.answer(pending!.run, pending!.key, { value: "yes" });
      await clock.advance(0);
      expect(failures).toEqual([]);
      expect(await (await host.open(asking, "r")).read()).toBe("yes");
    },
  );
});

test("a step that must run once, and was cut off, is asked about, with the key by which the other side knows it", async () => {
  const paying = (pays: (step: { idempotencyKey: string }) => Promise<string>) =>
    defineAgent({
      name: "payer",
      memory: () => [] as string[],
      onReceive: async (_: void, ctx) => {
        const paid = await ctx.step("pay", pays, { effect: "once" });
        ctx.memory.update((draft) => void draft.push(paid));
      },
    });
  const journal = durable();
  const first = stage(journal);
  const keys: string[] = [];
  await (
    await first.host.open(
      paying(({ idempotencyKey }) => (keys.push(idempotencyKey), new Promise(() => {}))),
      "a/b",
    )
  ).tell(undefined, { id: "m" });
  await first.clock.advance(0);
  const { host, clock } = stage(journal);
  const agent = await host.open(
    paying(() => Promise.reject(new Error("paid twice"))),
    "a/b",
  );
  await clock.advance(0);
  const [doubt] = await agent.pending();
  const why = "its process ended while it ran";
  expect(doubt).toMatchObject({ run: "payer/a%2Fb/m", key: "pay", kind: "step", why, idempotencyKey: keys[0] });
  await agent.answer(doubt as { run: string; key: string }, { value: "receipt" });
  await clock.advance(0);
  expect(await agent.read()).toEqual(["receipt"]);
});

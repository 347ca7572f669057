// The mailbox of an agent
// - holds as many messages as it may; who sends another one waits for a place, in order, or is refused
// - has a place for each id: a full one is in nobody else's way
// - lets a sender go on when a message is taken up or taken back
// - with few agents awake at a time, those that wait for each other, or for a place, take no place that others need
import { describe, expect, test } from "vitest";
import { journals } from "../engine/journals.fixture.ts";
import { became, failureOf, Gates, stage } from "./agent.fixture.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";

function narrow(whenFull: "wait" | "reject", gates = new Gates()) {
  const definition = defineAgent({
    name: "narrow",
    memory: () => [] as string[],
    mailbox: { limit: 2, whenFull },
    onReceive: async (text: string, ctx) => {
      await ctx.step("hold", () => gates.hold(text));
      ctx.memory.update((draft) => void draft.push(text));
      return text;
    },
  });
  return { definition, gates };
}

describe.each(journals)("%s", (_, open) => {
  test("who sends to a full one waits, and is let in in order", async () => {
    const { definition, gates } = narrow("wait");
    const { host, clock } = stage(open());
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    const sent = ["2", "3", "4", "5"].map((text) => became(agent.tell(text, { id: text })));
    await clock.advance("1h");
    expect(sent.map(({ value }) => value)).toEqual(["2", "3", undefined, undefined]);
    expect(host.stats()).toMatchObject({ handling: 1, queued: 2 });
    gates.open("1");
    await clock.advance(0);
    expect(sent.map(({ value }) => value)).toEqual(["2", "3", "4", undefined]);
    for (const text of ["2", "3", "4", "5"]) gates.open(text);
    await clock.advance(0);
    expect(await agent.read()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("who sends to a full one is refused where the agent says so", async () => {
    const { definition, gates } = narrow("reject");
    const { host, clock } = stage(open());
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    await Promise.all([agent.tell("2"), agent.tell("3")]);
    expect(await failureOf(agent.tell("4"))).toMatchObject({
      code: "mailbox-full",
      data: { key: { name: "narrow", id: "a" }, limit: 2 },
    });
    expect(await failureOf(agent.ask("4"))).toMatchObject({ code: "mailbox-full" });
    expect(await failureOf(agent.update((draft) => void draft.push("4")))).toMatchObject({ code: "mailbox-full" });
    await (await host.open(definition, "b")).tell("elsewhere");
    gates.open("1");
    await clock.advance(0);
    await agent.tell("5");
    for (const text of ["2", "3", "5"]) gates.open(text);
    await clock.advance(0);
    expect(await agent.read()).toEqual(["1", "2", "3", "5"]);
  });

  test("messages that are sent at once find it full too", async () => {
    const { definition } = narrow("reject");
    const { host, clock } = stage(open());
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    const sent = await Promise.allSettled(["2", "3", "4", "5"].map((text) => agent.tell(text)));
    expect(sent.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
  });

  test("a message that is not due needs no place, and waits for its turn when it is", async () => {
    const { definition, gates } = narrow("reject");
    const { host, clock } = stage(open());
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    for (const text of ["2", "3"]) await agent.tell(text);
    await agent.tell("later", { delay: "1m" });
    expect(host.stats()).toMatchObject({ queued: 2, delayed: 1 });
    await clock.advance("1m");
    expect(host.stats()).toMatchObject({ queued: 3, delayed: 0 });
    for (const text of ["1", "2", "3", "later"]) gates.open(text);
    await clock.advance(0);
    expect(await agent.read()).toEqual(["1", "2", "3", "later"]);
  });

  test("who waits for a place is let in where a message is taken back", async () => {
    const { definition } = narrow("wait");
    const { host, clock } = stage(open());
    const agent = await host.open(definition, "a");
    await agent.tell("1");
    await clock.advance(0);
    await Promise.all([agent.tell("2", { id: "2" }), agent.tell("3")]);
    const waits = became(agent.tell("4", { id: "4" }));
    await clock.advance(0);
    expect(waits).toEqual({});
    await agent.cancel("narrow/a/2");
    await clock.advance(0);
    expect(waits).toEqual({ value: "4" });
  });

  test("a handler that sends to a full one waits, and its own agent goes on after it", async () => {
    const { definition, gates } = narrow("wait");
    const sender = defineAgent({
      name: "sender",
      memory: () => 0,
      onReceive: async (n: number, ctx) => {
        for (let i = 0; i < n; i++) await ctx.tell(definition, "a", String(i));
        return n;
      },
    });
    const { host, clock } = stage(open(), { agents: [definition, sender] });
    const asked = became((await host.open(sender, "s")).ask(5));
    await clock.advance(0);
    expect(asked).toEqual({});
    for (let i = 0; i < 5; i++) gates.open(String(i));
    await clock.advance(0);
    expect(asked).toEqual({ value: 5 });
    expect(await (await host.open(definition, "a")).read()).toEqual(["0", "1", "2", "3", "4"]);
  });

  describe("with one agent awake at a time", () => {
    const leaf = defineAgent({ name: "leaf", memory: () => 0, mailbox: { limit: 1 }, onReceive: (n: number) => n });

    test("agents that ask each other get their replies", async () => {
      const Next = agentRef<number, number>("chain");
      const chain = defineAgent({
        name: "chain",
        memory: () => 0,
        onReceive: async (n: number, ctx): Promise<number> => (n === 0 ? 0 : 1 + (await ctx.ask(Next, `${n}`, n - 1))),
      });
      const { host } = stage(open(), { agents: [chain], awake: 1 });
      const root = await host.open(chain, "root");
      expect(await Promise.all([root.ask(5), (await host.open(chain, "other")).ask(3)])).toEqual([5, 3]);
    });

    test("a handler that waits for a place in another's mailbox lets that one go on", async () => {
      const sender = defineAgent({
        name: "sender",
        memory: () => 0,
        onReceive: async (n: number, ctx) => {
          for (let i = 0; i < n; i++) await ctx.tell(leaf, "a", i);
          return n;
        },
      });
      const { host, clock } = stage(open(), { agents: [leaf, sender], awake: 1 });
      const asked = became((await host.open(sender, "s")).ask(4));
      await clock.advance("1h");
      expect(asked).toEqual({ value: 4 });
    });

    test("one that waits for a signal lets others go on", async () => {
      const waiter = defineAgent({
        name: "waiter",
        memory: () => 0,
        onReceive: async (_: void, ctx) => ctx.waitFor<number>("go"),
      });
      const { host, clock } = stage(open(), { agents: [leaf, waiter], awake: 1 });
      const agent = await host.open(waiter, "w");
      const asked = became(agent.ask());
      await clock.advance(0);
      expect(await (await host.open(leaf, "a")).ask(1)).toBe(1);
      const [pending] = await agent.pending();
      await agent.answer(pending as never, { value: 7 });
      await clock.advance(0);
      expect(asked).toEqual({ value: 7 });
    });

    test("one after the other is handled", async () => {
      const gates = new Gates();
      const held = narrow("wait", gates).definition;
      const { host, clock } = stage(open(), { agents: [held], awake: 1 });
      for (const id of ["a", "b", "c"]) await (await host.open(held, id)).tell(id);
      await clock.advance(0);
      expect(host.stats()).toMatchObject({ handling: 1, queued: 2, awake: 1 });
      for (const id of ["a", "b", "c"]) gates.open(id);
      await clock.advance(0);
      for (const id of ["a", "b", "c"]) expect(await (await host.open(held, id)).read()).toEqual([id]);
    });
  });

  test("an option that is none is told", async () => {
    for (const mailbox of [{ limit: 0 }, { limit: 1.5 }, { whenFull: "drop" as never }]) {
      const agent = defineAgent({ name: "a", memory: () => 0, mailbox, onReceive: () => 0 });
      expect(await failureOf(stage(open()).host.open(agent, "a"))).toMatchObject({ code: "invalid-option" });
    }
  });
});

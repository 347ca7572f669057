// Messages that nobody handled to their end
// - are dead letters where nobody was told of it: those that were told and failed, and those that were set aside
// - are not where their sender got the failure, or where they were cancelled; who asked and is gone with its process got none
// - can be sent again, once: as a new message, at the end
import { describe, expect, test } from "vitest";
import { configureLogging, type LogRecord } from "../base/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import { failureOf, Gates, stage } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";

function clerk(does: { broken: boolean }, gates = new Gates(), name = "clerk") {
  return defineAgent({
    name,
    memory: () => [] as string[],
    onReceive: async (text: string, ctx) => {
      if (text === "hold") await ctx.step("hold", () => gates.hold(text));
      if (text.startsWith("bad") && does.broken) throw new Error(`cannot ${text}`);
      if (text === "deadly" && does.broken) await ctx.step("die", () => new Promise<never>(() => {}));
      ctx.memory.update((draft) => void draft.push(text));
      return text;
    },
  });
}

describe.each(journals)("%s", (_, open) => {
  const all = async (letters: AsyncIterable<unknown>) => Array.fromAsync(letters);

  test("a told message that failed is one, and says all about it", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(clerk({ broken: true }), "a");
    await agent.tell("bad", { id: "m" });
    await clock.advance("1m");
    expect(await all(host.deadLetters())).toEqual([
      {
        run: "clerk/a/m",
        to: { name: "clerk", id: "a" },
        message: "bad",
        why: "failed",
        error: expect.objectContaining({ message: "cannot bad" }),
        receivedAt: 1_000,
        endedAt: 1_000,
      },
    ]);
  });

  test("an ask that failed is none, nor a message that was cancelled or handled", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(clerk({ broken: true }), "a");
    await failureOf(agent.ask("bad"));
    await agent.tell("good");
    await agent.tell("hold", { id: "held" });
    await clock.advance(0);
    await agent.cancel("clerk/a/held");
    expect(await all(host.deadLetters())).toEqual([]);
  });

  describe("an ask whose process is gone, and that fails later,", () => {
    async function failedLater(again: boolean) {
      const journal = open();
      const gates = new Gates();
      const held = defineAgent({
        name: "held",
        memory: () => 0,
        onReceive: async (_: string, ctx) => {
          await ctx.step("hold", () => gates.hold("it"));
          throw new Error("failed later");
        },
      });
      const first = stage(journal);
      const asked = failureOf((await first.host.open(held, "a")).ask("x", { id: "m" }));
      await first.clock.advance(0);
      await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
      expect(await asked).toMatchObject({ code: "host-closed" });
      const { host, clock } = stage(journal);
      const agent = await host.open(held, "a");
      const told = again ? failureOf(agent.ask("x", { id: "m" })) : undefined;
      await clock.advance(0);
      gates.open("it");
      await clock.advance(0);
      return { host, told };
    }

    test("is a dead letter, and can be sent again", async () => {
      const { host } = await failedLater(false);
      expect(await all(host.deadLetters())).toMatchObject([{ run: "held/a/m", message: "x", why: "failed" }]);
      const id = await host.sendAgain("held/a/m");
      expect(await all(host.deadLetters())).not.toContainEqual(expect.objectContaining({ run: "held/a/m" }));
      expect(id).not.toBe("m");
    });

    test("is none where it is asked again by then", async () => {
      const { host, told } = await failedLater(true);
      expect(await told).toMatchObject({ message: "failed later" });
      expect(await all(host.deadLetters())).toEqual([]);
    });
  });

  test("an ask of another agent's that fails after a restart is none: its asker is told", async () => {
    const journal = open();
    const bad = defineAgent({
      name: "bad",
      memory: () => 0,
      onReceive: async (_: string, ctx) => {
        await ctx.sleep("1h");
        throw new Error("failed later");
      },
    });
    const asking = defineAgent({
      name: "asking",
      memory: () => "",
      onReceive: async (text: string, ctx) => {
        const { message } = await failureOf(ctx.ask(bad, "a", text));
        ctx.memory.update(() => message);
      },
    });
    const first = stage(journal, { agents: [bad, asking] });
    await (await first.host.open(asking, "r")).tell("x");
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    // What it asked goes on, and fails, before the asker is there.
    const second = stage(journal, { agents: [bad] });
    await second.host.ready();
    await second.clock.advance("1h");
    await Promise.all([second.host.shutdown({ deadline: 0 }), second.clock.advance(0)]);
    const { host, clock } = stage(journal, { agents: [bad, asking] });
    const agent = await host.open(asking, "r");
    await clock.advance(0);
    expect(await agent.read()).toContain("failed later");
    expect(await all(host.deadLetters())).toEqual([]);
  });

  test("of agents that tell each other they are those that failed", async () => {
    const { host, clock } = stage(open());
    const bad = clerk({ broken: true });
    const teller = defineAgent({
      name: "teller",
      memory: () => 0,
      onReceive: async (text: string, ctx) => {
        await ctx.ask(bad, "a", text).catch(() => {});
        await ctx.tell(bad, "b", text);
      },
    });
    await host.open(bad, "a");
    await (await host.open(teller, "t")).ask("bad");
    await clock.advance(0);
    expect(await all(host.deadLetters())).toMatchObject([{ to: { id: "b" }, why: "failed" }]);
    expect(await all(host.deadLetters("teller"))).toEqual([]);
    expect(await all(host.deadLetters("clerk"))).toHaveLength(1);
  });

  test("one that killed its process again and again is set aside, the rest goes on, and it can be sent again", async () => {
    const journal = open();
    const does = { broken: true };
    const first = stage(journal);
    const agent = await first.host.open(clerk(does), "a");
    await agent.tell("1");
    await agent.tell("deadly", { id: "m" });
    await agent.tell("2");
    await first.clock.advance(0);
    // Two more processes die of it: nothing of them reaches the journal any more.
    let last = first;
    for (let death = 1; death <= 3; death++) {
      last = stage(journal);
      await last.host.open(clerk(does), "a");
      await last.clock.advance(0);
    }
    expect(last.failures).toMatchObject([
      { type: "message-set-aside", message: "m", run: "clerk/a/m", error: { code: "message-set-aside" } },
    ]);
    const again = await last.host.open(clerk(does), "b").catch(() => undefined);
    expect(again).toBeUndefined();
    does.broken = false;
    expect(await all(last.host.deadLetters())).toMatchObject([
      { run: "clerk/a/m", message: "deadly", why: "set-aside" },
    ]);
    await last.host.sendAgain("clerk/a/m");
    await last.clock.advance(0);
    const reader = await stage(journal).host.open(clerk(does), "a");
    expect(await reader.read()).toEqual(["1", "2", "deadly"]);
    expect(await all(last.host.deadLetters())).toEqual([]);
  });

  test("one is sent again as a new message at the end, and once", async () => {
    const does = { broken: true };
    const gates = new Gates();
    const { host, clock, events } = stage(open());
    const agent = await host.open(clerk(does, gates), "a");
    await agent.tell("bad", { id: "m" });
    await clock.advance(0);
    does.broken = false;
    await agent.tell("hold");
    await agent.tell("before");
    const sent = await Promise.allSettled([host.sendAgain("clerk/a/m"), host.sendAgain("clerk/a/m")]);
    const [id, ...others] = sent.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(others).toEqual([]);
    expect(sent.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "not-a-dead-letter" } });
    await agent.tell("after");
    gates.open("hold");
    await clock.advance(0);
    expect(await agent.read()).toEqual(["hold", "before", "bad", "after"]);
    expect(events).toContainEqual(expect.objectContaining({ type: "message-sent-again", message: "m", as: id }));
    expect(await failureOf(host.sendAgain("clerk/a/m"))).toMatchObject({ code: "not-a-dead-letter" });
    expect(await agent.tell("bad", { id: "m" })).toBe("m");
    await clock.advance(0);
    expect((await agent.read()).length).toBe(4);
  });

  test("one that is sent again is logged with the id of its new message", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(clerk({ broken: true }), "a");
    await agent.tell("bad", { id: "m" });
    await clock.advance(0);
    const records: LogRecord[] = [];
    await configureLogging({ level: "info", sink: (record) => void records.push(record) });
    try {
      const messageId = await host.sendAgain("clerk/a/m");
      expect(records.find(({ rawMessage }) => rawMessage === 'message to "clerk" was sent again')).toMatchObject({
        properties: { run: "clerk/a/m", messageId },
      });
    } finally {
      await configureLogging({ level: "off" });
    }
  });

  test("one that fails again is a dead letter again, under its new run", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(clerk({ broken: true }), "a");
    await agent.tell("bad", { id: "m" });
    await clock.advance(0);
    const id = await host.sendAgain("clerk/a/m");
    await clock.advance(0);
    expect(await all(host.deadLetters())).toMatchObject([{ run: `clerk/a/${id}` }]);
  });

  test("what is none is not sent again", async () => {
    const { host } = stage(open());
    const agent = await host.open(clerk({ broken: false }), "a");
    await agent.ask("good", { id: "m" });
    for (const run of ["clerk/a/m", "clerk/a/nobody", "x"]) {
      expect(await failureOf(host.sendAgain(run))).toMatchObject({ code: "not-a-dead-letter", data: { run } });
    }
  });
});

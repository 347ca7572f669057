// A host that is shut down
// - takes no more messages; lets those under way finish, also what they ask of others, and those that wait stay in the journal
// - stops, at its deadline, what is not done: that goes on when a host opens the journal again, and does not count as a death
// - with drain, handles what waits first
// - tells those who still wait for something; leaves no timer behind; is harmless the second time
import { describe, expect, test } from "vitest";
import { journals } from "../engine/journals.fixture.ts";
import { became, failureOf, Gates, stage } from "./agent.fixture.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";
import { AitorHost } from "./aitor-host.ts";

function clerk(gates: Gates, handled: string[] = []) {
  return defineAgent({
    name: "clerk",
    memory: () => [] as string[],
    onReceive: async (text: string, ctx) => {
      if (text.startsWith("hold")) await ctx.step("hold", () => gates.hold(text));
      if (text.startsWith("wait")) await ctx.waitFor("go");
      handled.push(text);
      ctx.memory.update((draft) => void draft.push(text));
      return text;
    },
  });
}

describe.each(journals)("%s", (_, open) => {
  test("lets what is under way finish, and leaves what waits in the journal", async () => {
    const journal = open();
    const gates = new Gates();
    const handled: string[] = [];
    const { host, clock } = stage(journal);
    const agent = await host.open(clerk(gates, handled), "a");
    const asked = became(agent.ask("hold"));
    await clock.advance(0);
    const queued = became(agent.ask("2", { id: "2" }));
    await agent.tell("3");
    const shut = became(host.shutdown());
    await clock.advance("1s");
    expect([shut, asked]).toEqual([{}, {}]);
    gates.open("hold");
    await clock.advance(0);
    expect(asked).toEqual({ value: "hold" });
    expect(shut).toHaveProperty("value");
    expect(queued.error).toMatchObject({ code: "host-closed" });
    expect(handled).toEqual(["hold"]);
    const next = stage(journal);
    const again = await next.host.open(clerk(gates, handled), "a");
    expect(await again.ask("2", { id: "2" })).toBe("2");
    await next.clock.advance(0);
    expect(await again.read()).toEqual(["hold", "2", "3"]);
  });

  test("with drain handles what waits first", async () => {
    const gates = new Gates();
    const journal = open();
    const { host, clock } = stage(journal);
    const agent = await host.open(clerk(gates), "a");
    for (const text of ["hold", "2", "3"]) await agent.tell(text);
    await agent.tell("later", { delay: "1h" });
    const asked = became(agent.ask("4"));
    await clock.advance(0);
    const shut = became(host.shutdown({ drain: true }));
    gates.open("hold");
    await clock.advance(0);
    expect(shut).toHaveProperty("value");
    expect(asked).toEqual({ value: "4" });
    const next = stage(journal, {});
    const again = await next.host.open(clerk(gates), "a");
    expect(await again.read()).toEqual(["hold", "2", "3", "4"]);
    expect(next.host.stats()).toMatchObject({ delayed: 1 });
  });

  test("stops at its deadline what is not done, which goes on with the next host and is no death", async () => {
    const journal = open();
    for (let life = 0; life < 5; life++) {
      const { host, clock, failures } = stage(journal);
      const agent = await host.open(clerk(new Gates()), "a");
      if (life === 0) await agent.tell("hold", { id: "m" });
      await clock.advance(0);
      const shut = became(host.shutdown({ deadline: "5s" }));
      await clock.advance("4s");
      expect(shut).toEqual({});
      await clock.advance("1s");
      expect(shut).toHaveProperty("value");
      expect(clock.pending).toBe(0);
      expect(failures).toEqual([]);
    }
    const gates = new Gates();
    gates.open("hold");
    const agent = await stage(journal).host.open(clerk(gates), "a");
    expect(await agent.ask("hold", { id: "m" })).toBe("hold");
  });

  test("does not wait for what waits for an answer", async () => {
    const journal = open();
    const { host, clock } = stage(journal);
    const agent = await host.open(clerk(new Gates()), "a");
    await agent.tell("wait", { id: "m" });
    await agent.tell("behind");
    await clock.advance(0);
    await host.shutdown({ drain: true });
    const next = stage(journal);
    const again = await next.host.open(clerk(new Gates()), "a");
    await again.answer({ run: "clerk/a/m", key: "go" }, { value: null });
    await next.clock.advance(0);
    expect(await again.read()).toEqual(["wait", "behind"]);
  });

  test("agents under way get the replies that they wait for, also behind messages that wait", async () => {
    const gates = new Gates();
    const asker = defineAgent({
      name: "asker",
      memory: () => "",
      onReceive: async (text: string, ctx) => {
        const reply = await ctx.ask(agentRef<string, string>("clerk"), "a", text);
        ctx.memory.update(() => reply);
        return reply;
      },
    });
    const other = clerk(gates);
    const { host, clock } = stage(open(), { agents: [asker, other] });
    const [root, busy] = [await host.open(asker, "r"), await host.open(other, "a")];
    await busy.tell("hold");
    await busy.tell("before");
    await clock.advance(0);
    const asked = became(root.ask("question"));
    await clock.advance(0);
    const behind = became(busy.ask("behind the question"));
    await clock.advance(0);
    const shut = became(host.shutdown());
    gates.open("hold");
    await clock.advance(0);
    expect(asked).toEqual({ value: "question" });
    expect(behind.error).toMatchObject({ code: "host-closed" });
    expect(shut).toHaveProperty("value");
  });

  test("refuses everything afterwards, and tells who still waits", async () => {
    const { host, clock } = stage(open());
    const definition = clerk(new Gates());
    const agent = await host.open(definition, "a");
    await agent.tell("hold");
    await clock.advance(0);
    const waiting = [became<unknown>(agent.update((draft) => void draft.push("x"))), became<unknown>(agent.ask("2"))];
    await clock.advance(0);
    const shut = became(host.shutdown({ deadline: "1s" }));
    for (const call of [
      () => agent.ask("x"),
      () => agent.tell("x"),
      () => agent.read(),
      () => agent.update(() => {}),
      () => host.sendAgain("clerk/a/1"),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: "host-closed" });
    }
    expect(await failureOf(host.open(definition, "b"))).toMatchObject({ code: "host-closed" });
    expect(() => host.pending()).toThrow(expect.objectContaining({ code: "host-closed" }));
    await clock.advance("1s");
    expect(shut).toHaveProperty("value");
    expect(waiting.map(({ error }) => error?.code)).toEqual(["host-closed", "host-closed"]);
    await host.shutdown();
    await host.shutdown({ drain: true });
    expect(() => host.shutdown({ deadline: -1 })).toThrow(expect.objectContaining({ code: "invalid-duration" }));
  });

  test("refuses who opens an agent meanwhile, whenever that is", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { host } = stage();
      const opened = host.open(clerk(new Gates()), "a").then(
        () => "opened",
        (error: unknown) => (error as { code: string }).code,
      );
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await host.shutdown({ deadline: 0 });
      expect(["opened", "host-closed"]).toContain(await opened);
    }
  });

  test("at once, while it finds out what is unfinished, harms nothing", async () => {
    const journal = open();
    const first = stage(journal);
    await (await first.host.open(clerk(new Gates()), "a")).tell("x", { id: "m" });
    await Promise.all([first.host.shutdown(), first.clock.advance(0)]);
    const second = stage(journal, { agents: [clerk(new Gates())] });
    await Promise.all([second.host.shutdown(), second.clock.advance(0)]);
    const agent = await stage(journal).host.open(clerk(new Gates()), "a");
    expect(await agent.ask("x", { id: "m" })).toBe("x");
  });

  test("await using shuts it down", async () => {
    const journal = open();
    const definition = clerk(new Gates());
    let kept;
    {
      await using host = new AitorHost({ journal });
      kept = await host.open(definition, "a");
      await kept.ask("x");
    }
    expect(await failureOf(kept.ask("y"))).toMatchObject({ code: "host-closed" });
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(["x"]);
  });
});

describe.each(journals)("an ask between agents, when the process that held both died, %s", (_, open) => {
  test("is finished by a host that is shut down", async () => {
    const journal = open();
    const asker = defineAgent({
      name: "asker",
      memory: () => "",
      onReceive: async (text: string, ctx) => {
        const reply = await ctx.ask(agentRef<string, string>("clerk"), "a", text);
        ctx.memory.update(() => reply);
        return reply;
      },
    });
    const asked = clerk(new Gates());
    const before = stage(journal, { agents: [asker, asked] });
    await (await before.host.open(asked, "a")).tell("hold");
    await (await before.host.open(asker, "r")).tell("question", { id: "q" });
    await before.clock.advance(0);
    await Promise.all([before.host.shutdown({ deadline: 0 }), before.clock.advance(0)]);
    const gates = new Gates();
    const last = stage(journal, { agents: [asker, clerk(gates)] });
    await last.host.ready();
    await last.clock.advance(0);
    const shut = became(last.host.shutdown({ deadline: "1h" }));
    gates.open("hold");
    await last.clock.advance("1s");
    expect(shut).toHaveProperty("value");
    const reader = stage(journal, { recover: false });
    expect(await (await reader.host.open(asker, "r")).read()).toBe("question");
  });
});

test.each([null, 5, { deadlin: 0 }, { deadline: 0, wait: true }, { drain: "no" }])(
  "refuses options that it does not have, or that cannot be used: %j",
  async (options) => {
    const { host } = stage();
    expect(() => host.shutdown(options as never)).toThrow(
      expect.objectContaining({ code: "invalid-option", got: expect.stringMatching(/null|5|deadlin|wait|no/) }),
    );
    expect(await host.list()).toEqual([]);
  },
);

test("with a deadline of 0 stops at once, on a clock that nobody moves", async () => {
  const gates = new Gates();
  const { host, journal } = stage();
  const agent = await host.open(clerk(gates), "a");
  const asked = failureOf(agent.ask("hold", { id: "m" }));
  while ((await Array.fromAsync(journal.heads({ kind: "run", ended: false }))).length === 0) await Promise.resolve();
  await host.shutdown({ deadline: 0 });
  expect(await asked).toMatchObject({ code: "host-closed" });
});

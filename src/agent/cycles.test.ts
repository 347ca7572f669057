// Agents that would wait for each other for ever
// - are told so by an error that names the chain, and go on: at once, over three, where two ask each other at the same time,
//   over a full mailbox, from a branch, from a run of their own
// - do not where they only tell each other, or where the one that is asked is done with its own ask, be it one that was never sent
import { describe, expect, test } from "vitest";
import type { MessageKey, Run } from "../base/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import { became, failureOf, Gates, stage } from "./agent.fixture.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";
import type { AgentContext } from "./definition/agent-options.ts";

type Ctx = AgentContext<string[]>;
type Does = (message: string, ctx: Ctx) => Promise<unknown>;

/** An agent of each name, whose handler notes each message when it is done. */
function agents(does: Record<string, Does>, mailbox: { limit?: number } = {}) {
  return Object.entries(does).map(([name, handle]) =>
    defineAgent({
      name,
      memory: () => [] as string[],
      mailbox,
      onReceive: async (message: string, ctx) => {
        const reply = await handle(message, ctx);
        ctx.memory.update((draft) => void draft.push(message));
        return reply;
      },
    }),
  );
}

const ref = (name: string) => agentRef<string, unknown>(name);
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const chainOf = (error: Error): string[] =>
  ((error as { data?: unknown }).data as { chain: MessageKey[] }).chain.map(({ name, id }) => `${name} ${id}`);

describe.each(journals)("%s", (_, open) => {
  async function started(does: Record<string, Does>, mailbox?: { limit?: number }) {
    const definitions = agents(does, mailbox);
    const { host, clock } = stage(open(), { agents: definitions });
    const opened = await Promise.all(definitions.map((definition) => host.open(definition, "1")));
    return { host, clock, agents: opened };
  }

  test("an agent that asks itself", async () => {
    const { agents } = await started({ a: (_m, ctx) => ctx.ask(ref("a"), "1", "x") });
    const error = await failureOf(agents[0]!.ask("go"));
    expect(error).toMatchObject({ name: "StepError", code: "ask-cycle" });
    expect(error.message).toContain('a "1" → a "1"');
    expect(chainOf(error)).toEqual(["a 1", "a 1"]);
  });

  test("one that asks another of its kind does not", async () => {
    const { agents } = await started({
      a: async (message, ctx) => (message === "go" ? ctx.ask(ref("a"), "2", "x") : "reply"),
    });
    expect(await agents[0]!.ask("go")).toBe("reply");
  });

  test("over three", async () => {
    const { agents } = await started({
      a: (_m, ctx) => ctx.ask(ref("b"), "1", "x"),
      b: (_m, ctx) => ctx.ask(ref("c"), "1", "x"),
      c: (_m, ctx) => ctx.ask(ref("a"), "1", "x"),
    });
    const error = await failureOf(agents[0]!.ask("go"));
    expect(error).toMatchObject({ code: "ask-cycle", message: expect.stringContaining("would wait for each other") });
    expect(chainOf(error)).toEqual(["c 1", "a 1", "b 1", "c 1"]);
  });

  test("two that ask each other at the same time: one is refused, the other gets its reply", async () => {
    const gates = new Gates();
    const crossing =
      (other: string): Does =>
      async (message, ctx) => {
        if (message !== "go") return `${ctx.agent.name} replies`;
        await ctx.step("hold", () => gates.hold("both"));
        return ctx.ask(ref(other), "1", "x").catch(codeOf);
      };
    const { agents, clock } = await started({ a: crossing("b"), b: crossing("a") });
    const asked = agents.map((agent) => became(agent.ask("go")));
    await clock.advance(0);
    gates.open("both");
    await clock.advance(0);
    const replies = asked.map(({ value }) => String(value));
    expect(replies.filter((reply) => reply === "ask-cycle")).toHaveLength(1);
    expect(replies.filter((reply) => reply.endsWith(" replies"))).toHaveLength(1);
  });

  test("over a full mailbox: who would close the cycle is refused, be it by a tell", async () => {
    const told: unknown[] = [];
    const { agents, clock } = await started(
      {
        a: async (message, ctx) => {
          if (message !== "go") return "reply";
          for (const n of [1, 2, 3])
            await ctx.tell(ref("b"), "1", `from a ${n}`).catch((e: unknown) => told.push(codeOf(e)));
          return "told";
        },
        b: async (_m, ctx) =>
          ctx.ask(ref("a"), "1", "x").then(undefined, (error: unknown) => void told.push(codeOf(error))),
      },
      { limit: 1 },
    );
    const asked = became(agents[0]!.ask("go"));
    await clock.advance("1h");
    expect(asked).toEqual({ value: "told" });
    await clock.advance(0);
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told)).toEqual(new Set(["ask-cycle"]));
    expect((await agents[1]!.read()).slice(0, 2)).toEqual(["from a 1", "from a 2"]);
  });

  const inside: Record<string, (ctx: Ctx, ask: (run: Pick<Run, "ask">) => Promise<unknown>) => Promise<unknown>> = {
    "a branch": (ctx, ask) => ctx.all([{ name: "left", run: ask }]),
    "a scope": (ctx, ask) => ctx.scope("scope", ask),
    "a turn": (ctx, ask) => ctx.loop("loop", 0, async (_state, turn) => ({ done: (await ask(turn)) as string })),
    "a flow": (ctx, ask) => ctx.run({ name: "flow", version: "1", execute: ask }),
    "a run of its own": (ctx, ask) => ctx.child({ name: "child", version: "1", execute: ask }, undefined),
  };
  test.each(Object.entries(inside))("from %s", async (_where, within) => {
    const { agents } = await started({
      a: (_m, ctx) => within(ctx, (run) => run.ask(ref("b"), "1", "x")),
      b: (_m, ctx) => within(ctx, (run) => run.ask(ref("a"), "1", "x")),
    });
    expect(await failureOf(agents[0]!.ask("go"))).toMatchObject({ code: "ask-cycle" });
    expect(await agents[1]!.read()).toEqual([]);
  });

  test("those that tell each other do not wait", async () => {
    const { agents, clock } = await started({
      a: async (message, ctx) => {
        if (Number(message) < 3) await ctx.tell(ref("b"), "1", String(Number(message) + 1));
      },
      b: async (message, ctx) => {
        if (Number(message) < 3) await ctx.tell(ref("a"), "1", String(Number(message) + 1));
      },
    });
    await agents[0]!.ask("0");
    await clock.advance(0);
    expect([await agents[0]!.read(), await agents[1]!.read()]).toEqual([
      ["0", "2"],
      ["1", "3"],
    ]);
  });

  test("an agent that has its reply may be asked by the one that it asked", async () => {
    const { agents } = await started({
      a: async (message, ctx) => {
        if (message !== "go") return "from a";
        await ctx.ask(ref("b"), "1", "x");
        await ctx.tell(ref("b"), "1", "back");
        return "done";
      },
      b: async (message, ctx) => (message === "back" ? ctx.ask(ref("a"), "1", "x") : "from b"),
    });
    expect(await agents[0]!.ask("go")).toBe("done");
    await agents[0]!.ask("x");
    expect(await agents[1]!.ask("y")).toBe("from b");
    expect(await agents[1]!.read()).toEqual(["x", "back", "y"]);
  });

  test("an ask that waits is in nobody's way once it is over", async () => {
    const gates = new Gates();
    const { agents, clock } = await started({
      a: async (message, ctx) => {
        if (message !== "go") return "reply";
        return ctx.ask(ref("b"), "1", "hold", { deadline: "1s" }).catch(codeOf);
      },
      b: async (message, ctx) => {
        if (message === "hold") return ctx.step("hold", () => gates.hold("b"));
        return ctx.ask(ref("a"), "1", "x");
      },
    });
    const asked = became(agents[0]!.ask("go"));
    await clock.advance("1s");
    expect(asked.value).toBe("step-timeout");
    expect(await agents[1]!.ask("now")).toBe("reply");
  });

  test.each<[string, Does]>([
    ["an ask whose time is over", (_m, ctx) => ctx.ask(ref("b"), "1", "late", { deadline: "1s" }).catch(codeOf)],
    ["an ask that lost a race", (_m, ctx) => lost(ctx, (run) => run.ask(ref("b"), "1", "late"))],
    ["a tell that lost a race", (_m, ctx) => lost(ctx, (run) => run.tell(ref("b"), "1", "late"))],
  ])("%s while it waited for a place in a full mailbox is in nobody's way, and is not sent", async (_what, waits) => {
    const gates = new Gates();
    const { agents, clock } = await started(
      {
        a: async (message, ctx) => (message === "go" ? waits(message, ctx) : "reply"),
        b: async (message, ctx) => {
          if (message !== "hold") return message;
          await ctx.step("hold", () => gates.hold("b"));
          return ctx.ask(ref("a"), "1", "x");
        },
      },
      { limit: 1 },
    );
    const held = agents[1]!.ask("hold");
    await clock.advance(0);
    await agents[1]!.tell("fills it");
    const asked = became(agents[0]!.ask("go"));
    await clock.advance("1s");
    expect(asked.value).toBeDefined();
    gates.open("b");
    expect(await held).toBe("reply");
    await agents[1]!.ask("last");
    expect(await agents[1]!.read()).toEqual(["hold", "fills it", "last"]);
  });
});

/** A branch that is cut off after a second. */
function lost(ctx: Ctx, does: (run: Run) => Promise<unknown>): Promise<unknown> {
  const quick = (run: Run): Promise<string> => run.sleep("1s").then(() => "quick");
  return ctx.race([
    { name: "slow", run: does },
    { name: "quick", run: quick },
  ]);
}

// A run of an agent is gone through again from its record, with nothing to do
// - loops side by side may have ended their turns in any order, and turns may have recorded nothing
// - a branch that lost is not followed, and what it had come to is not missed
// - code that decides otherwise is told, also in a loop beside others
// - whose run it is, a definition says, a class, or the agent itself
// - a run that failed by a step fails again; from where in the code an error came is not compared
import { describe, expect, test } from "vitest";
import type { EventEnvelope, Run } from "../../base/index.ts";
import { journals } from "../../engine/journals.fixture.ts";
import { failureOf, stage } from "../agent.fixture.ts";
import { defineAgent } from "../definition/agent-definition.ts";
import type { AgentContext } from "../definition/agent-options.ts";
import type { ReplayReport } from "../definition/replay-report.ts";
import { Aitor } from "./aitor.ts";

type Handler = (ctx: AgentContext<number>) => Promise<unknown>;

describe.each(journals)("%s", (_, open) => {
  /** Handles a message, and goes through it again; `before` that something may change. */
  async function replayed(handle: Handler, before: () => void = () => {}): Promise<ReplayReport> {
    const { host, clock } = stage(open());
    const definition = defineAgent({
      name: "agent",
      memory: () => 0,
      onReceive: (_message: string, ctx) => handle(ctx),
    });
    const agent = await host.open(definition, "a");
    const over = agent.ask("x", { id: "m" }).catch(() => {});
    await clock.advance("1h");
    await over;
    before();
    return host.runs.replay(definition, "agent/a/m");
  }

  /** So many turns, each of which takes its time. */
  const loop =
    (turns: number, ms: number) =>
    (run: Run): Promise<number> =>
      run.loop("l", 1, async (n, turn) => {
        if (ms > 0) await turn.sleep(ms);
        return n === turns ? { done: n } : { next: n + 1 };
      });

  test("whose run it is, a definition says, a class, or the agent itself", async () => {
    let steps = 0;
    const count = (ctx: AgentContext<number>): Promise<number> => ctx.step("count", () => ++steps);
    const Defined = defineAgent({ name: "defined", memory: () => 0, onReceive: (_: string, ctx) => count(ctx) });
    class Own extends Aitor<number, string, number> {
      override readonly name: string = "own";

      protected override memory(): number {
        return 0;
      }

      protected override onReceive(_: string, ctx: AgentContext<number>): Promise<number> {
        return count(ctx);
      }
    }
    const journal = open();
    const { host } = stage(journal);
    const agents = [await host.open(Defined, "a"), await host.open(Own, "a")] as const;
    for (const agent of agents) await agent.ask("x", { id: "m" });
    await host.shutdown();
    const { runs } = stage(journal).host;
    expect(await runs.replay(Defined, "defined/a/m")).toMatchObject({ same: true });
    expect(await runs.replay(Own, "own/a/m")).toMatchObject({ same: true });
    expect(await runs.replay(agents[0], "defined/a/m")).toMatchObject({ same: true });
    expect(await runs.replay(agents[1], "own/a/m")).toMatchObject({ same: true });
    expect(steps).toBe(2);
    expect(await failureOf(runs.replay(Own, "defined/a/m"))).toMatchObject({ code: "run-unknown" });
  });

  test("loops side by side are the same in whichever order they ended their turns", async () => {
    const report = await replayed((ctx) =>
      ctx.all([
        { name: "slow", run: loop(3, 100) },
        { name: "fast", run: loop(3, 30) },
      ]),
    );
    expect(report).toMatchObject({ same: true });
  });

  test("a loop whose turns record nothing is gone through like others", async () => {
    const report = await replayed(async (ctx) => {
      await ctx.loop("idle", 1, async (n) => (n === 3 ? { done: n } : { next: n + 1 }));
      return ctx.step("after", () => 1);
    });
    expect(report).toMatchObject({ same: true });
  });

  test("what a branch that lost had come to is not missed", async () => {
    const report = await replayed((ctx) =>
      ctx.race([
        { name: "winner", run: (branch) => branch.sleep(100) },
        { name: "loser", run: loop(1_000, 30) },
      ]),
    );
    expect(report).toMatchObject({ same: true });
  });

  test("a run that a step's failure ended ends so again", async () => {
    const failing = (): never => {
      throw new TypeError("connect refused", { cause: new Error("no route") });
    };
    expect(await replayed((ctx) => ctx.step("call", failing))).toMatchObject({ same: true });
    expect(await replayed((ctx) => ctx.scope("part", (scope) => scope.step("call", failing)))).toMatchObject({
      same: true,
    });
    const wrapped = await replayed((ctx) =>
      ctx.step("call", failing).catch((error: unknown) => {
        throw new Error("it did not work", { cause: error });
      }),
    );
    expect(wrapped).toMatchObject({ same: true });
  });

  test("an error of another message is told, and stacks that are results are compared", async () => {
    let message = "first";
    const other = await replayed(
      async (ctx) => {
        await ctx.step("before", () => 1);
        throw new Error(message);
      },
      () => void (message = "second"),
    );
    expect(other).toMatchObject({ same: false });
    let stack = "of plates";
    const result = await replayed(
      async () => ({ error: { stack } }),
      () => void (stack = "of cards"),
    );
    expect(result).toMatchObject({ same: false });
  });

  test("a run that failed with errors in its error is the same, and so is one of before fields and errors were on record", async () => {
    const journal = open();
    const { host } = stage(journal);
    let inside = (): Error => new Error("inside");
    const definition = defineAgent({
      name: "agent",
      memory: () => 0,
      onReceive: () => {
        throw Object.assign(new AggregateError([inside()], "all"), { status: 500 });
      },
    });
    await failureOf((await host.open(definition, "a")).ask(undefined, { id: "m" }));
    inside = () => new Error("inside");
    expect(await host.runs.replay(definition, "agent/a/m")).toMatchObject({ same: true });
    const before: EventEnvelope[] = (await Array.fromAsync(journal.read("agent/a/m"))).map((event) => {
      const { error } = (event.data ?? {}) as { readonly error?: object };
      const data = error === undefined ? event.data : { error: { ...error, fields: undefined, errors: undefined } };
      return {
        ...event,
        seq: 0,
        stream: "agent/a/n",
        run: "agent/a/n",
        data: JSON.parse(JSON.stringify(data)) as unknown,
      };
    });
    await journal.append(before);
    expect(await host.runs.replay(definition, "agent/a/n")).toMatchObject({ same: true });
  });

  test("code that decides otherwise in one of them is told", async () => {
    let last = 2;
    const report = await replayed(
      (ctx) =>
        ctx.all([
          { name: "left", run: loop(2, 10) },
          {
            name: "right",
            run: (branch) => branch.loop("l", 1, async (n) => (n === 2 ? { done: last } : { next: n + 1 })),
          },
        ]),
      () => void (last = 3),
    );
    expect(report).toMatchObject({
      same: false,
      difference: {
        recorded: 'loop-finished right/l {"turns":2,"result":2}',
        replayed: 'loop-finished right/l {"turns":2,"result":3}',
      },
    });
  });
});

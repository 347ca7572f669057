// A call of a tool that orchestrates
// - has an outcome on record, which wins over what would be decided now, with nothing taken or opened for it; its body is
//   executed again all the same
// - of a record from before there were outcomes goes on as it did
// - is invalid-output where its value is no JSON
// - gives back its place and its tool when it is cancelled, also where its code goes on
// - has its time-out for all of it, the opening of its tool included
// - leaves what must run once in doubt where its time is over, wherever below it that is: the run asks, or the call is in doubt
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Run } from "../../base/index.ts";
import { EmbeddedEngine, type EmbeddedEngineOptions } from "../../engine/index.ts";
import { Aitorflow, task } from "../../flow/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { crashingJournal } from "../../testing/index.ts";
import { type AnyTool, tool, ToolRegistry, type ToolResult } from "../index.ts";
import { body, failureOf, forever, history, place, recorded, valueOf } from "../tools.fixture.ts";

const simple = { name: "simple", description: "Does something.", access: "money", input: z.object({}) } as const;
const call = { id: "1", name: "simple", args: {} };
const registryOf = (...tools: AnyTool[]): ToolRegistry => new ToolRegistry({ tools });

describe("an outcome on record wins", () => {
  const long = "recorded ".repeat(3_000);
  const orders = { ...simple, orchestrate: (_args: object, run: Run) => run.step("work", () => long) };
  const noConnection = { open: () => Promise.reject(new Error("no connection")) };
  const changes: Readonly<Record<string, readonly AnyTool[]>> = {
    "as it was": [orders],
    "where it cannot be opened": [{ ...orders, ...noConnection }],
    "where its output may be longer": [{ ...orders, maxOutput: 50_000 }],
    "where its output is to be another": [{ ...orders, output: z.number() }],
    "where its arguments are to be others": [{ ...orders, input: z.object({ id: z.string() }) }],
    "where its code fails": [{ ...orders, orchestrate: () => Promise.reject(new Error("no")) }],
    "where there is no such tool": [],
  };
  const waits = (tools: readonly AnyTool[]) => {
    const registry = registryOf(...tools);
    return body(async (run) => {
      const result = await registry.execute(call, run);
      await run.waitFor("more");
      return result;
    });
  };
  const journalOf = async (tools: readonly AnyTool[]): Promise<Journal> => {
    const { journal, engine, clock } = place();
    engine.start(waits(tools), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    return journal;
  };
  const goesOn = async (journal: Journal, tools: readonly AnyTool[]): Promise<ToolResult> => {
    const { engine } = place({}, journal);
    const { result } = await engine.resume(waits(tools), "r");
    await engine.answer("r", "more", { value: 1 });
    return result;
  };

  test.each(Object.entries(changes))("%s", async (_how, tools) => {
    const result = await goesOn(await journalOf([orders]), tools);
    expect(result).toMatchObject({ ok: true, cut: true, value: { characters: long.length } });
  });

  test("where a tool that is one step is no more", async () => {
    const journal = await journalOf([tool({ ...simple, run: () => "paid" })]);
    expect(valueOf(await goesOn(journal, []))).toBe("paid");
  });

  test("while another call has the only place", async () => {
    const { journal, engine, clock } = place();
    const one = { ...simple, input: z.object({ waits: z.boolean() }), concurrency: 1 };
    const limited: AnyTool = {
      ...one,
      orchestrate: async ({ waits: does }: { waits: boolean }, run: Run) => (does ? run.waitFor("person") : "done"),
    };
    const registry = registryOf(limited);
    const done = body(async (run) => {
      const result = await registry.execute({ ...call, args: { waits: false } }, run);
      await run.waitFor("more");
      return result;
    });
    const holds = body((run) => registry.execute({ ...call, args: { waits: true } }, run));
    engine.start(done, undefined, { id: "done" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const later = place({}, journal);
    later.engine.start(holds, undefined, { id: "holds" }).result.catch(() => {});
    await later.clock.advance(0);
    const { result } = await later.engine.resume(done, "done");
    await later.engine.answer("done", "more", { value: 1 });
    expect(valueOf(await result)).toBe("done");
    await later.engine[Symbol.asyncDispose]();
  });

  test("and one that waits for the only place is counted as such", async () => {
    const { engine, clock } = place();
    const registry = registryOf({
      ...simple,
      concurrency: 1,
      orchestrate: async (_args: object, run: Run) => run.waitFor("x"),
    });
    const both = (run: Run) => Promise.all(["1", "2"].map((id) => registry.execute({ ...call, id }, run)));
    engine.start(body(both), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    expect(engine.stats().queueDepth).toBe(1);
    await engine.answer("r", "x", { value: 1 });
    await clock.advance(0);
    expect(engine.stats().queueDepth).toBe(0);
  });

  test("while its body is executed again, without what is on record being done again", async () => {
    let bodies = 0;
    let steps = 0;
    const counts = {
      ...simple,
      orchestrate: async (_args: object, run: Run) => (bodies++, run.step("count", () => ++steps)),
    };
    const journal = await journalOf([counts]);
    expect(valueOf(await goesOn(journal, [counts]))).toBe(1);
    expect([bodies, steps]).toEqual([2, 1]);
  });

  test("where a tool that must run once was begun and is no more, the run asks", async () => {
    const journal = await journalOf([tool({ ...simple, run: forever })]);
    const { engine, clock } = place({ inDoubt: "ask" }, journal);
    const { result } = await engine.resume(waits([]), "r");
    await clock.advance(0);
    await engine.answer("r", "simple", { value: "paid" });
    await engine.answer("r", "more", { value: 1 });
    expect(valueOf(await result)).toBe("paid");
  });

  /** What a call recorded before calls had outcomes. */
  const before = async (run: Run): Promise<void> => {
    await run.scope({ name: "simple", key: "1" }, async (scope) => {
      await scope.step("check", () => null, { effect: "pure", input: {} });
      await scope.step("work", () => "worked");
    });
  };

  test("where its caller recorded it, before calls did", async () => {
    const { journal, engine, clock } = place();
    const told = { ok: true, value: "told", durationMs: 0 };
    const makes = (made: (run: Run) => Promise<unknown>) =>
      body(async (run) => {
        const result = await made(run);
        await run.waitFor("more");
        return result;
      });
    const old = makes(async (run) => {
      await before(run);
      return run.step({ name: "tool result", key: "1" }, () => told, { effect: "pure" });
    });
    engine.start(old, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const registry = registryOf({ ...orders, ...noConnection });
    const later = place({}, journal).engine;
    const { result } = await later.resume(
      makes((run) => registry.execute(call, run, {}, "tool result")),
      "r",
    );
    await later.answer("r", "more", { value: 1 });
    expect(await result).toEqual(told);
  });

  test("unless the record is from before there were outcomes", async () => {
    const { journal, engine, clock } = place();
    const old = body(async (run) => {
      await before(run);
      await run.waitFor("more");
    });
    engine.start(old, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const works = { ...simple, orchestrate: (_args: object, run: Run) => run.step("work", () => "again") };
    expect(valueOf(await goesOn(journal, [works]))).toBe("worked");
    expect(await history(journal, "r")).not.toContain("step-started simple result[1]");
  });
});

test("a value that is no JSON is invalid output", async () => {
  const when = tool({ ...simple, orchestrate: async () => ({ at: [new Date(0)] }) });
  expect(failureOf(await when.call({}))).toMatchObject({
    code: "invalid-output",
    message: expect.stringMatching(/the output of tool "simple".*at\[0\].*do not call it again for this/s),
  });
});

test("one that is cancelled gives back its place and its tool, though its code never ends", async () => {
  const { engine, clock } = place();
  const disposed: string[] = [];
  const registry = registryOf({
    ...simple,
    input: z.object({ ends: z.boolean() }),
    concurrency: 1,
    orchestrate: ({ ends }: { ends: boolean }) => (ends ? Promise.resolve("it ended") : forever()),
    [Symbol.asyncDispose]: async () => void disposed.push("simple"),
  });
  const calls = (ends: boolean) => body((run) => registry.execute({ ...call, args: { ends } }, run));
  const first = engine.start(calls(false), undefined, { id: "first" });
  await clock.advance(0);
  const second = engine.start(calls(true), undefined, { id: "second" });
  await clock.advance(0);
  await engine.cancel("first");
  await expect(first.result).rejects.toMatchObject({ code: "cancelled" });
  expect(valueOf(await second.result)).toBe("it ended");
  await registry.unregister("simple");
  expect(disposed).toEqual(["simple"]);
});

test("the time-out counts while the tool is opened, and ends the call", async () => {
  const { engine, clock } = place();
  const stuck: AnyTool = { ...simple, timeout: "5s", open: forever, orchestrate: async () => "done" };
  const registry = registryOf(stuck);
  const result = registry.call("simple", {}, { engine, clock });
  await clock.advance("5s");
  expect(failureOf(await result).code).toBe("tool-timeout");
  await registry.unregister("simple");
});

describe("a time-out while something must run once", () => {
  const once = { effect: "once" } as const;
  /** What a tool does that pays, within its run or in another one. */
  const ways: Readonly<Record<string, (run: Run, pay: () => unknown) => Promise<unknown>>> = {
    "in a step": (run, pay) => run.step("charge", pay, once),
    "in a branch": (run, pay) => run.all([{ name: "a", run: (branch) => branch.step("charge", pay, once) }]),
    "in a flow": (run, pay) =>
      new Aitorflow("pays", task("charge", pay as (text: string) => unknown, once)).execute(run, ""),
    "in a child": (run, pay) =>
      run.child({ ...body((child) => child.step("charge", pay, once)), name: "pays" }, undefined),
    "in a tool that it calls": (run, pay) =>
      tool({ ...simple, name: "charge", run: pay })
        .call({}, { run })
        .then(valueOf),
    "in an agent that it asks": (run) => run.ask({ name: "cashier" }, "1", "pay"),
  };
  const paying = (way: string, options: EmbeddedEngineOptions, journal?: Journal) => {
    let paid = 0;
    const pay = (): unknown => (paid++ === 0 ? forever() : "paid again");
    const cashier = { name: "cashier", version: "1", execute: (run: Run) => run.step("charge", pay, once) };
    const at = place({ ...options, definitions: [cashier] }, journal);
    const pays = tool({
      ...simple,
      timeout: "5s",
      orchestrate: async (_args, run) => [await ways[way]?.(run, pay), await run.step("after", () => "after")].flat(),
    });
    const registry = registryOf(pays);
    const order = body((run) => registry.execute(call, run, { clock: at.clock }));
    return { ...at, order, paid: () => paid };
  };
  /** The run that asks, and the key of what it asks about. */
  async function asking(journal: Journal): Promise<{ run: string; key: string }> {
    for await (const { stream } of journal.heads({ kind: "run" })) {
      for (const { type, key } of await recorded(journal, stream))
        if (type === "step-in-doubt") return { run: stream, key };
    }
    throw new Error("nobody asks");
  }

  // What it makes of the failure of a tool that it calls is its own.
  const own = Object.keys(ways).filter((way) => way !== "in a tool that it calls");

  test.each(own)("is in doubt, where nobody is asked: %s", async (way) => {
    const { engine, clock, order, paid } = paying(way, { inDoubt: "fail" });
    const result = engine.run(order, undefined);
    await clock.advance("5s");
    expect(failureOf(await result)).toMatchObject({ code: "in-doubt", fix: expect.stringContaining("find out") });
    expect(paid()).toBe(1);
  });

  describe.each(Object.keys(ways))("asks: %s", (way) => {
    test.each([
      ["that it happened", { value: "paid" }, 1, ["paid", "after"]],
      ["that it did not", { again: true }, 2, ["paid again", "after"]],
    ] as const)("and is told %s", async (_what, answer, times, value) => {
      const { engine, clock, journal, order, paid } = paying(way, { inDoubt: "ask" });
      const { result } = engine.start(order, undefined, { id: "r" });
      await clock.advance("5s");
      const { run, key } = await asking(journal);
      expect((await recorded(journal, "r")).at(-1)?.type).toBe("run-suspended");
      await clock.advance("1d");
      await engine.answer(run, key, answer);
      await clock.advance(0);
      expect(valueOf(await result)).toEqual(value);
      expect(paid()).toBe(times);
    });

    test("and is told in another process", async () => {
      const first = paying(way, { inDoubt: "ask" });
      first.engine.start(first.order, undefined, { id: "r" }).result.catch(() => {});
      await first.clock.advance("5s");
      const { run, key } = await asking(first.journal);
      await first.engine[Symbol.asyncDispose]();
      const second = paying(way, { inDoubt: "ask" }, first.journal);
      const { result } = await second.engine.resume(second.order, "r");
      await second.engine.recover();
      // The time begins anew, and is over: it still asks.
      await second.clock.advance("1m");
      await second.engine.answer(run, key, { value: "paid" });
      await second.clock.advance(0);
      expect(valueOf(await result)).toEqual(["paid", "after"]);
      expect(second.paid()).toBe(0);
    });
  });

  test.each(["in a step", "in a child", "in an agent that it asks"])(
    "hides nothing, wherever the process dies: %s",
    async (way) => {
      let appends = Infinity;
      for (let append = 1; append <= appends; append++) {
        for (const when of ["before", "after"] as const) {
          const journal = memoryJournal();
          const dying = crashingJournal(journal, append === 1 && when === "before" ? undefined : { append, when });
          const first = paying(way, { inDoubt: "ask" }, dying);
          first.engine.start(first.order, undefined, { id: "r" }).result.catch(() => {});
          await first.clock.advance("6s");
          if (append === 1 && when === "before") ({ appends } = dying);
          const second = paying(way, { inDoubt: "ask" }, journal);
          const known = (await history(journal, "r")).length > 0;
          const { result } = known
            ? await second.engine.resume(second.order, "r")
            : second.engine.start(second.order, undefined, { id: "r" });
          await second.clock.advance("1m");
          const { run, key } = await asking(journal);
          await second.engine.answer(run, key, { value: "paid" });
          await second.clock.advance(0);
          expect(valueOf(await result)).toEqual(["paid", "after"]);
          expect(first.paid() + second.paid()).toBeLessThanOrEqual(1);
        }
      }
      expect(appends).toBeGreaterThan(4);
    },
  );

  test("after a crash asks, though its time was over before the body got there", async () => {
    const journal = memoryJournal();
    const first = paying("in a step", { inDoubt: "ask" }, journal);
    first.engine.start(first.order, undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance("1s");
    await first.engine[Symbol.asyncDispose]();
    const clock = first.clock;
    const slow: AnyTool = {
      ...simple,
      timeout: "5s",
      open: () => new Promise((resolve) => void clock.timer(1_000, resolve)),
      orchestrate: (_args: object, run: Run) => run.step("charge", forever, once),
    };
    const registry = registryOf(slow);
    await clock.advance("1d");
    const engine = new EmbeddedEngine({ journal, clock, inDoubt: "ask" });
    const { result } = await engine.resume(
      body((run) => registry.execute(call, run, { clock })),
      "r",
    );
    await clock.advance("2s");
    await engine.answer("r", "charge", { value: "paid" });
    expect(valueOf(await result)).toBe("paid");
  });

  test("begins anew when that is known, and is in doubt where it is over again", async () => {
    const { engine, clock } = place({ inDoubt: "ask" });
    const pays = tool({
      ...simple,
      timeout: "5s",
      orchestrate: async (_args, run) => {
        await run.step("charge", forever, once);
        return run.step("print", forever);
      },
    });
    const registry = registryOf(pays);
    const order = body((run) => registry.execute(call, run, { clock }));
    const { result } = engine.start(order, undefined, { id: "r" });
    await clock.advance("1m");
    await engine.answer("r", "charge", { value: "paid" });
    await clock.advance("4s");
    expect(await Promise.race([result, Promise.resolve("open")])).toBe("open");
    await clock.advance("1s");
    expect(failureOf(await result)).toMatchObject({ code: "in-doubt", message: expect.stringContaining("time") });
  });

  test("is a time-out where that was done, or not begun", async () => {
    const { engine, clock } = place({ inDoubt: "ask" });
    const pays = tool({
      ...simple,
      timeout: "5s",
      orchestrate: async (_args, run) => {
        await run.step("hold", () => "held", once);
        await run.step("print", forever);
        return run.step("charge", forever, once);
      },
    });
    const result = pays.call({}, { engine, clock });
    await clock.advance("5s");
    expect(failureOf(await result).code).toBe("tool-timeout");
  });
});

// A call of a tool that orchestrates
// - has an outcome on record, which wins over what would be decided now, with nothing taken or opened for it; its body is
//   executed again all the same
// - of a record from before there were outcomes goes on as it did
// - is invalid-output where its value is no JSON
// - has its time-out for all of it, the opening of its tool included
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Run } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type AnyTool, tool, ToolRegistry, type ToolResult } from "../index.ts";
import { body, failureOf, forever, history, place, valueOf } from "../tools.fixture.ts";

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

test("the time-out counts while the tool is opened, and ends the call", async () => {
  const { engine, clock } = place();
  const stuck: AnyTool = { ...simple, timeout: "5s", open: forever, orchestrate: async () => "done" };
  const registry = registryOf(stuck);
  const result = registry.call("simple", {}, { engine, clock });
  await clock.advance("5s");
  expect(failureOf(await result).code).toBe("tool-timeout");
  await registry.unregister("simple");
});

// A step that must run once
// - is in doubt where it may have happened: a crash, a time-out, or a function that says so
// - asks then: the run waits, and a value, a failure or "again" is its outcome, live and while no process runs;
//   what a value must be, the step's schema says
// - is not called without leave: not by a crash after "again" either
// - fails instead, where the engine is told so
// - leaves a record where it was cut off with its scope, and none where its run was halted
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { Run, StepContext } from "../base/index.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { body, failureOf, forever, history, place, recorded } from "./engine.fixture.ts";
import { stepInDoubtError } from "../base/index.ts";
import { journals } from "./journals.fixture.ts";
import { atEachPoint, goOn, life } from "./life.fixture.ts";

const once = { effect: "once" } as const;

describe.each(journals)("%s", (_, open) => {
  const asking = (options: EmbeddedEngineOptions = {}) => place(open(), { inDoubt: "ask", ...options });

  /** How a step gets into doubt: what it does the first time, and how long that takes. */
  const doubts: Readonly<Record<string, { fn: (step: StepContext) => unknown; timeout?: string }>> = {
    "a time-out": { fn: forever, timeout: "1s" },
    "a function that says so": { fn: () => Promise.reject(stepInDoubtError("pay", "no answer came")) },
  };

  describe.each(Object.entries(doubts))("in doubt by %s", (_name, { fn, timeout }) => {
    async function inDoubt(again: () => unknown = forever) {
      const at = asking();
      let calls = 0;
      const options = { ...once, ...(timeout !== undefined && { timeout: timeout as "1s" }) };
      const pay = body((r) => r.step("pay", (step) => (++calls === 1 ? fn(step) : again()), options));
      const handle = at.engine.start(pay, undefined, { id: "r" });
      handle.result.catch(() => {});
      await at.clock.advance("1s");
      return { ...at, handle, pay, calls: () => calls };
    }

    test("asks, and says why", async () => {
      const { journal } = await inDoubt();
      expect((await history(journal, "r")).slice(1)).toEqual([
        "step-started pay",
        "step-in-doubt pay",
        "run-suspended",
      ]);
      const why = timeout === undefined ? "no answer came" : "it was cut off after 1000 ms";
      expect((await recorded(journal, "r")).at(-2)?.data).toEqual({ why });
    });

    test("takes a value for its result", async () => {
      const { engine, handle, journal, calls } = await inDoubt();
      await engine.answer("r", "pay", { value: 5 });
      expect(await handle.result).toBe(5);
      expect(calls()).toBe(1);
      expect((await history(journal, "r")).slice(-3)).toEqual([
        "step-answered pay",
        "step-finished pay",
        "run-finished",
      ]);
    });

    test("refuses a value that is not what an answer must be", async () => {
      const { clock, engine } = asking();
      const answer = z.string().transform(Number);
      const options = { ...once, answer, ...(timeout !== undefined && { timeout: timeout as "1s" }) };
      const handle = engine.start(
        body((r) => r.step("pay", fn, options)),
        undefined,
        { id: "r" },
      );
      await clock.advance("1s");
      await expect(engine.answer("r", "pay", { value: 5 })).rejects.toMatchObject({
        code: "invalid-value",
        message: expect.stringMatching(/^the answer to step "pay" does not match its schema/),
      });
      const both = [engine.answer("r", "pay", { value: "5" }), engine.answer("r", "pay", { value: "6" })];
      const [first, second] = await Promise.allSettled(both);
      expect(first?.status).toBe("fulfilled");
      expect(second).toMatchObject({ reason: { code: "not-waiting" } });
      expect(await handle.result).toBe(5);
    });

    test("takes a failure", async () => {
      const { engine, handle } = await inDoubt();
      await engine.answer("r", "pay", { fail: "it was refused" });
      expect(await failureOf(handle.result)).toMatchObject({ code: "terminal", stepKey: "pay", retryable: false });
    });

    test("is called again with leave", async () => {
      const { engine, handle, journal, calls } = await inDoubt(() => 7);
      await engine.answer("r", "pay", { again: true });
      expect(await handle.result).toBe(7);
      expect(calls()).toBe(2);
      expect((await history(journal, "r")).slice(-4)).toEqual([
        "step-answered pay",
        "step-started pay",
        "step-finished pay",
        "run-finished",
      ]);
    });

    test("is answered once", async () => {
      const { engine, handle } = await inDoubt();
      const answers = await Promise.allSettled([1, 2].map((value) => engine.answer("r", "pay", { value })));
      expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
      expect(await handle.result).toBe(1);
    });

    test("does not take what is no JSON", async () => {
      const { engine, handle } = await inDoubt();
      expect(await failureOf(engine.answer("r", "pay", { value: new Map() }))).toMatchObject({ code: "not-json" });
      await engine.answer("r", "pay", { value: 1 });
      expect(await handle.result).toBe(1);
    });

    test.each([
      ["a value", { value: 5 }, 1],
      ["again", { again: true }, 2],
    ] as const)("is answered with %s while no process runs", async (_how, answer, expected) => {
      const { engine, journal, pay, calls } = await inDoubt(() => 5);
      await engine[Symbol.asyncDispose]();
      const second = place(journal, { inDoubt: "ask" });
      await second.engine.answer("r", "pay", answer);
      expect(calls()).toBe(1);
      const handle = await second.engine.resume(pay, "r");
      await second.clock.advance(0);
      expect(await handle.result).toBe(5);
      expect(calls()).toBe(expected);
    });

    test("is not asked about twice", async () => {
      const { engine, journal, pay, calls } = await inDoubt();
      await engine[Symbol.asyncDispose]();
      const second = place(journal, { inDoubt: "ask" });
      const handle = await second.engine.resume(pay, "r");
      await second.clock.advance("1h");
      expect((await history(journal, "r")).filter((line) => line === "step-in-doubt pay")).toHaveLength(1);
      expect(calls()).toBe(1);
      await second.engine.answer("r", "pay", { value: 1 });
      expect(await handle.result).toBe(1);
    });

    test("is cancelled with its run", async () => {
      const { handle, clock, journal } = await inDoubt();
      await handle.cancel("enough");
      expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled" });
      expect(clock.pending).toBe(0);
      expect((await history(journal, "r")).at(-1)).toBe("run-cancelled");
    });
  });

  test("that may be called again is in doubt again where that call is cut off", async () => {
    const journal = open();
    let calls = 0;
    const pay = body((r) => r.step("pay", () => (calls++, forever()), once));
    for (const [process, expected] of [1, 2, 2].entries()) {
      const { engine, clock } = place(journal, { inDoubt: "ask" });
      if (process === 0) engine.start(pay, undefined, { id: "r" }).result.catch(() => {});
      else (await engine.resume(pay, "r")).result.catch(() => {});
      await clock.advance(0);
      expect(calls).toBe(expected);
      await engine[Symbol.asyncDispose]();
      // Leave is given once, while no process runs.
      if (process === 0) await place(journal).engine.answer("r", "pay", { again: true });
    }
    expect((await history(journal, "r")).at(-2)).toBe("run-suspended");
  });

  test("whose result is being recorded is not cut off on record", async () => {
    const { engine, clock, journal } = asking();
    const handle = engine.start(
      body((r) =>
        r
          .step(
            "pay",
            () => {
              void Promise.resolve()
                .then(() => Promise.resolve())
                .then(() => handle.cancel());
              return 5;
            },
            once,
          )
          .then(() => r.step("hold", forever)),
      ),
      undefined,
      { id: "r" },
    );
    await failureOf(handle.result);
    await clock.advance(0);
    const lines = await history(journal, "r");
    expect(lines).toContain("step-finished pay");
    expect(lines).not.toContain("step-abandoned pay");
  });

  test("in branches asks for each, and is answered by key", async () => {
    const { engine, clock } = asking();
    const branch = (name: string) => ({ name, run: (b: Run) => b.step("pay", forever, { ...once, timeout: "1s" }) });
    const handle = engine.start(
      body((r) => r.all([branch("a"), branch("b")])),
      undefined,
      { id: "r" },
    );
    await clock.advance("1s");
    expect(await failureOf(engine.answer("r", "pay", { value: 1 }))).toMatchObject({ code: "not-waiting" });
    await engine.answer("r", "b/pay", { value: "b" });
    await engine.answer("r", "a/pay", { value: "a" });
    expect(await handle.result).toEqual(["a", "b"]);
  });

  test("fails where the engine is told so", async () => {
    const { engine, clock } = place(open(), { inDoubt: "fail" });
    const result = engine.run(
      body((r) => r.step("pay", forever, { ...once, timeout: "1s" })),
      undefined,
    );
    result.catch(() => {});
    await clock.advance("1s");
    expect(await failureOf(result)).toMatchObject({ code: "step-in-doubt", stepKey: "pay", retryable: false });
  });

  describe("cut off", () => {
    const places: Readonly<Record<string, (r: Run) => Promise<unknown>>> = {
      "by a branch that decided a race": (r) =>
        r.race([
          { name: "a", run: (b) => b.step("pay", forever, once) },
          { name: "b", run: (b) => b.sleep(10).then(() => "b") },
        ]),
      "by a sibling that failed": (r) =>
        r
          .all([
            { name: "a", run: (b) => b.step("pay", forever, once) },
            { name: "b", run: (b) => b.sleep(10).then(() => Promise.reject(new Error("no"))) },
          ])
          .catch(() => "b"),
    };
    test.each(Object.entries(places))("%s leaves a record", async (_name, execute) => {
      const { engine, clock, journal } = asking();
      const result = engine.run(body(execute), undefined, { id: "r" });
      await clock.advance(10);
      expect(await result).toBe("b");
      expect((await history(journal, "r")).filter((line) => line.includes("pay"))).toEqual([
        "step-started a/pay",
        "step-abandoned a/pay",
      ]);
    });

    test("by a cancel leaves a record", async () => {
      const { engine, clock, journal } = asking();
      const handle = engine.start(
        body((r) => r.step("pay", forever, once)),
        undefined,
        { id: "r" },
      );
      handle.result.catch(() => {});
      await clock.advance(0);
      await handle.cancel();
      expect((await history(journal, "r")).slice(-2)).toEqual(["step-abandoned pay", "run-cancelled"]);
    });

    test("by a halt leaves none: it is in doubt when the run is resumed", async () => {
      const { engine, clock, journal } = asking();
      const pay = body((r) => r.step("pay", forever, once));
      engine.start(pay, undefined, { id: "r" }).result.catch(() => {});
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      expect(await history(journal, "r")).toEqual(["run-started", "step-started pay", "run-paused"]);
      const second = place(journal, { inDoubt: "ask" });
      void (await second.engine.resume(pay, "r")).result.catch(() => {});
      await second.clock.advance(0);
      expect((await history(journal, "r")).slice(-2)).toEqual(["step-in-doubt pay", "run-suspended"]);
    });

    test("by a halt before it is called, it is in no doubt: a resumed run calls it", async () => {
      const journal = open();
      let calls = 0;
      const lives = 3;
      for (let life = 1; life <= lives; life++) {
        const { engine } = place(journal, { inDoubt: "ask" });
        const pay = body(async (r) => {
          const paid = r.step("pay", () => ++calls, once);
          if (life < lives) void engine[Symbol.asyncDispose]();
          return paid;
        });
        const { result } = life === 1 ? engine.start(pay, undefined, { id: "r" }) : await engine.resume(pay, "r");
        const stopped = failureOf(result).catch(() => undefined);
        if (life === lives) expect(await result).toBe(1);
        else expect(await stopped).toMatchObject({ code: "engine-closed" });
        await engine[Symbol.asyncDispose]();
      }
      expect(calls).toBe(1);
      // A journal that records at once has its result before the halt.
      const paused = (await recorded(journal, "r")).flatMap(({ type, data }) => (type === "run-paused" ? [data] : []));
      expect(paused).toEqual(journal.durable ? [{ uncalled: ["pay"] }, { uncalled: ["pay"] }] : [{}, {}]);
    });

    test("before it is called, in a turn that is over, its run can be resumed after a halt", async () => {
      const { engine, clock, journal } = asking();
      const definition = body((r) =>
        r.loop("l", 1, async (n, turn) => {
          if (n === 2) return { done: await turn.waitFor("go") };
          await turn.race([
            { name: "pay", run: (b) => b.step("pay", forever, once) },
            { name: "fast", run: async () => undefined },
          ]);
          return { next: 2 };
        }),
      );
      engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      const second = place(journal, { inDoubt: "ask" });
      const { result } = await second.engine.resume(definition, "r");
      await second.engine.answer("r", "go", { value: 1 });
      expect(await result).toBe(1);
    });

    test("before its intent is durable, it is not called", async () => {
      const { engine, journal } = asking();
      let called = false;
      const handle = engine.start(
        body(async (r) => {
          const paid = r.step("pay", () => (called = true), once);
          void handle.cancel();
          return paid;
        }),
        undefined,
      );
      await failureOf(handle.result);
      // A journal that records at once has the intent when the cancel comes.
      expect(called).toBe(!journal.durable);
    });

    test("with a scope that has ended, it cannot be answered", async () => {
      const { engine, clock, journal } = asking();
      const definition = body(async (r) => {
        await r.scope("s", async (scope) => {
          await new Promise<void>(
            (called) => void scope.step("pay", () => (called(), forever()), once).catch(() => {}),
          );
        });
        await r.step("wait", forever);
      });
      engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      expect(await history(journal, "r")).toContain("step-abandoned s/pay");
      const second = place(journal, { inDoubt: "ask" });
      expect(await failureOf(second.engine.answer("r", "pay", { value: 1 }))).toMatchObject({ code: "not-waiting" });
    });
  });

  test("wherever processes die, it is never called without leave", async () => {
    // In the first process it is called, in the second it asks and is called again, in the third it is answered.
    let calls = 0;
    let leave = 0;
    const definition = body(async (r) => [
      await r.step("before", () => 1),
      await r.step("pay", () => (calls++, "paid"), once),
      await r.step("after", () => 2),
    ]);
    const live = async (journal: ReturnType<typeof open>, point?: Parameters<typeof life>[1], again = false) => {
      const process = life(journal, point);
      const became = await goOn(process, journal, definition);
      await process.clock.advance(0);
      const answer = again ? { again: true as const } : { value: "told" };
      const known = (await history(journal, "r")).filter((line) => line === "step-answered pay").length;
      void process.engine.answer("r", "pay", answer).catch(() => {});
      await process.clock.advance("1m");
      const answered = (await history(journal, "r")).filter((line) => line === "step-answered pay").length;
      if (again && answered > known) leave++;
      return { ...process, became };
    };
    const { journal: counted } = await live(open());
    await atEachPoint(counted.appends, async (point) => {
      const journal = open();
      calls = leave = 0;
      await live(journal, point);
      expect(calls).toBeLessThanOrEqual(1);
      const middle = { when: point.when, append: Math.min(point.append, 5) };
      await live(journal, middle, true);
      expect(calls).toBeLessThanOrEqual(1 + leave);
      const third = await live(journal);
      expect(calls).toBeLessThanOrEqual(1 + leave);
      const [, paid] = third.became.output as [number, string, number];
      expect(["paid", "told"]).toContain(paid);
      if (paid === "told") expect(await history(journal, "r")).toContain("step-answered pay");
    });
  });
});

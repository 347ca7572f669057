// A signal
// - is answered by its key, or by its name where only one of that name is open
// - takes no answer that its schema refuses: the sender is told why, and the run goes on waiting
// - takes nothing that is no answer: a value that stands by itself, two things at a time
// - is answered once: of answers at the same time, or an answer and the deadline, one counts
// - can be answered while no process runs: the answer is on record, and checked when the run is resumed
// - that lost a race takes no answer, and its name counts no more, also while no process runs
// - that is answered while its run is being resumed takes the answer when the code is there
// - expires at its deadline, that in which no process ran included
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Run } from "../../base/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, history, place, recorded, stateOf } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { atEachPoint, goOn, life } from "../life.fixture.ts";

const yes = z.object({ ok: z.boolean() });
const approve = (run: Run) => run.waitFor("approval", { schema: yes, request: { amount: 5 } });
const approval = body(approve);

describe.each(journals)("%s", (_, open) => {
  /** A run that has come as far as it can without an answer. */
  async function waiting(execute: (run: Run) => Promise<unknown>, id = "r") {
    const at = place(open());
    const handle = at.engine.start(body(execute), undefined, { id });
    handle.result.catch(() => {});
    await at.clock.advance(0);
    return { ...at, handle };
  }

  /** A run whose process died while it waited. */
  async function left(execute: (run: Run) => Promise<unknown>) {
    const { engine, journal } = await waiting(execute);
    await engine[Symbol.asyncDispose]();
    return place(journal);
  }

  test("is answered by its key", async () => {
    const { engine, handle, journal } = await waiting(approve);
    await engine.answer("r", "approval", { value: { ok: true } });
    expect(await handle.result).toEqual({ ok: true });
    const events = await recorded(journal, "r");
    expect(events.find(({ type }) => type === "signal-awaited")?.data).toEqual({
      name: "approval",
      request: { amount: 5 },
    });
    expect(events.find(({ type }) => type === "signal-received")?.data).toEqual({ value: { ok: true } });
  });

  test.each<[unknown, string]>([
    [{ ok: true }, "an object with ok"],
    [{}, "an empty object"],
    [null, "null"],
    [{ value: 1, fail: "no" }, "an object with value, fail"],
    [{ fail: new Error("no") }, "an object with fail"],
    [{ again: false }, "an object with again"],
  ])("goes on waiting where what came is no answer: %j", async (given, got) => {
    const there = await waiting((r) => r.waitFor("approval"));
    expect(await failureOf(there.engine.answer("r", "approval", given as never))).toMatchObject({
      code: "invalid-value",
      expected: "one of { value }, { fail: text } or { again: true }",
      got,
    });
    const gone = await left((r) => r.waitFor("approval"));
    expect(await failureOf(gone.engine.answer("r", "approval", given as never))).toMatchObject({
      code: "invalid-value",
    });
    await there.engine.answer("r", "approval", { value: "yes" });
    expect(await there.handle.result).toBe("yes");
  });

  test("in branches is answered by key, and not by a name that two have", async () => {
    const branch = (name: string) => ({ name, run: (b: Run) => b.waitFor("go") });
    const { engine, handle } = await waiting((r) => r.all([branch("a"), branch("b")]));
    expect(await failureOf(engine.answer("r", "go", { value: 1 }))).toMatchObject({
      code: "not-waiting",
      data: { waitsFor: ["a/go", "b/go"] },
    });
    await engine.answer("r", "b/go", { value: 2 });
    await engine.answer("r", "go", { value: 1 });
    expect(await handle.result).toEqual([1, 2]);
  });

  test("asked for again after its answer is another one", async () => {
    const { engine, handle, clock } = await waiting(async (r) => [await r.waitFor("go"), await r.waitFor("go")]);
    await engine.answer("r", "go", { value: 1 });
    await clock.advance(0);
    await engine.answer("r", "go#2", { value: 2 });
    expect(await handle.result).toEqual([1, 2]);
  });

  test("refuses what its schema refuses, and goes on waiting", async () => {
    const { engine, handle, journal } = await waiting(approve);
    const before = await history(journal, "r");
    expect(await failureOf(engine.answer("r", "approval", { value: { ok: "maybe" } }))).toMatchObject({
      code: "invalid-value",
    });
    expect(await failureOf(engine.answer("r", "approval", { value: new Map() }))).toMatchObject({ code: "not-json" });
    expect(await failureOf(engine.answer("r", "approval", { again: true }))).toMatchObject({ code: "invalid-value" });
    expect(await history(journal, "r")).toEqual(before);
    await engine.answer("r", "approval", { value: { ok: true } });
    expect(await handle.result).toEqual({ ok: true });
  });

  test("answered with a failure throws it", async () => {
    const { engine, handle } = await waiting((r) => r.waitFor("go"));
    await engine.answer("r", "go", { fail: "no budget" });
    expect(await failureOf(handle.result)).toMatchObject({ code: "terminal", stepKey: "go", retryable: false });
  });

  test("expires at its deadline", async () => {
    const { handle, clock, engine } = await waiting((r) => r.waitFor("go", { deadline: "1h" }));
    await clock.advance("1h");
    expect(await failureOf(handle.result)).toMatchObject({ code: "signal-expired", stepKey: "go" });
    expect(await failureOf(engine.answer("r", "go", { value: 1 }))).toMatchObject({ code: "not-waiting" });
    expect(clock.pending).toBe(0);
  });

  test("that was answered does not expire", async () => {
    const { engine, handle, clock } = await waiting((r) => r.waitFor("go", { deadline: "1h" }));
    await engine.answer("r", "go", { value: 1 });
    expect(clock.pending).toBe(0);
    expect(await handle.result).toBe(1);
  });

  test("expires also where no process ran at its deadline", async () => {
    const first = place(open());
    const definition = body((r) => r.waitFor("go", { deadline: "1h" }));
    first.engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const clock = virtualClock(7_200_000);
    const handle = await new EmbeddedEngine({ journal: first.journal, clock }).resume(definition, "r");
    handle.result.catch(() => {});
    await clock.advance(0);
    expect(await failureOf(handle.result)).toMatchObject({ code: "signal-expired" });
  });

  test("of two answers at the same time one counts", async () => {
    const { engine, handle, journal } = await waiting((r) => r.waitFor("go", { schema: z.number() }));
    const answers = await Promise.allSettled([1, 2].map((value) => engine.answer("r", "go", { value })));
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const taken = answers[0]?.status === "fulfilled" ? 1 : 2;
    expect(await handle.result).toBe(taken);
    expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
  });

  test("that expires while its answer is looked at takes none", async () => {
    const checks: (() => void)[] = [];
    const slow = z.number().refine(() => new Promise<boolean>((resolve) => checks.push(() => resolve(true))));
    const { engine, handle, clock, journal } = await waiting((r) => r.waitFor("go", { schema: slow, deadline: "1h" }));
    const answered = failureOf(engine.answer("r", "go", { value: 1 }));
    await clock.advance("1h");
    for (const check of checks) check();
    expect(await answered).toMatchObject({ code: "not-waiting" });
    expect(await failureOf(handle.result)).toMatchObject({ code: "signal-expired" });
    expect(await history(journal, "r")).not.toContain("signal-received go");
  });

  test("of two answers whose checks take time, the first that fits counts", async () => {
    const checks: ((fits: boolean) => void)[] = [];
    const validate = (value: unknown) =>
      new Promise<{ value: unknown } | { issues: { message: string }[] }>((resolve) =>
        checks.push((fits) => resolve(fits ? { value } : { issues: [{ message: "it does not fit" }] })),
      );
    const slow = { "~standard": { version: 1, vendor: "test", validate } } as const;
    const { engine, handle, clock, journal } = await waiting((r) => r.waitFor("go", { schema: slow }));
    const answers = [1, 2, 3].map((value) => engine.answer("r", "go", { value }));
    const settled = Promise.allSettled(answers);
    await clock.advance(0);
    checks[0]?.(false);
    checks[2]?.(true);
    checks[1]?.(true);
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await handle.result).toBe(3);
    expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
  });

  test("after the end takes nothing", async () => {
    const { engine, handle } = await waiting((r) => r.waitFor("go"));
    await engine.answer("r", "go", { value: 1 });
    await handle.result;
    expect(await failureOf(engine.answer("r", "go", { value: 2 }))).toMatchObject({ code: "not-waiting" });
    expect(await failureOf(engine.answer("nobody", "go", { value: 2 }))).toMatchObject({ code: "run-unknown" });
  });

  test("is cancelled with its run", async () => {
    const { engine, handle, clock, journal } = await waiting((r) => r.waitFor("go", { deadline: "1h" }));
    await engine.cancel("r", "enough");
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled", cause: "enough" });
    expect(clock.pending).toBe(0);
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(await failureOf(engine.answer("r", "go", { value: 1 }))).toMatchObject({ code: "not-waiting" });
  });

  describe.each(["answer", "timer"] as const)("in a race with a timer that the %s wins", (winner) => {
    const race = body((r) =>
      r.race([
        { name: "answer", run: (b) => b.waitFor<string>("go") },
        { name: "timer", run: (b) => b.sleep("1h").then(() => "late") },
      ]),
    );

    test("the other one counts no more", async () => {
      const at = place(open());
      const handle = at.engine.start(race, undefined, { id: "r" });
      await at.clock.advance(0);
      if (winner === "answer") await at.engine.answer("r", "go", { value: "yes" });
      else await at.clock.advance("1h");
      expect(await handle.result).toBe(winner === "answer" ? "yes" : "late");
      expect(at.clock.pending).toBe(0);
      expect((await recorded(at.journal, "r")).find(({ type }) => type === "branch-decided")?.data).toEqual({
        branch: winner,
      });
    });
  });

  describe("while no process runs", () => {
    test("is answered on record, and the run goes on with it", async () => {
      const { engine, journal } = await left(approve);
      await engine.answer("r", "approval", { value: { ok: true } });
      expect((await history(journal, "r")).at(-1)).toBe("signal-received approval");
      const handle = await engine.resume(approval, "r");
      expect(await handle.result).toEqual({ ok: true });
    });

    test("what does not fit is refused when the run is resumed, which then waits again", async () => {
      const { engine, journal, clock } = await left(approve);
      await engine.answer("r", "approval", { value: "maybe" });
      const handle = await engine.resume(approval, "r");
      await clock.advance(0);
      expect((await history(journal, "r")).slice(-2)).toEqual(["signal-refused approval", "run-suspended"]);
      await engine.answer("r", "approval", { value: { ok: false } });
      expect(await handle.result).toEqual({ ok: false });
    });

    test("a second answer is refused", async () => {
      const { engine } = await left((r) => r.waitFor("go"));
      await engine.answer("r", "go", { fail: "no" });
      expect(await failureOf(engine.answer("r", "go", { value: 1 }))).toMatchObject({ code: "not-waiting" });
      const handle = await engine.resume(
        body((r) => r.waitFor("go")),
        "r",
      );
      expect(await failureOf(handle.result)).toMatchObject({ code: "terminal", stepKey: "go" });
    });

    test("of two at the same time one counts", async () => {
      const { engine, journal } = await left((r) => r.waitFor("go"));
      const answers = await Promise.allSettled([1, 2].map((value) => engine.answer("r", "go", { value })));
      expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
      expect(answers[1]).toMatchObject({ reason: { code: "not-waiting" } });
      expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
    });

    test("of two that reach two engines one counts, whenever the second one comes", async () => {
      for (let turns = 0; turns < 60; turns++) {
        const { engine, journal } = await left((r) => r.waitFor("go"));
        const first = engine.answer("r", "go", { value: 1 });
        for (let turn = 0; turn < turns; turn++) await undefined;
        await Promise.allSettled([first, place(journal).engine.answer("r", "go", { value: 2 })]);
        expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
      }
    });

    test("takes an answer in a scope that goes on beside a race, however late its code asks for it again", async () => {
      let turns = 0;
      const beside = async (r: Run): Promise<unknown> => {
        const late = r.scope("s", async (s) => {
          for (let turn = 0; turn < turns; turn++) await undefined;
          return s.waitFor("go");
        });
        await r.race([{ name: "b", run: (b) => b.step("s", () => 1) }]);
        return [await r.waitFor("more"), await late];
      };
      const first = await left(beside);
      turns = 100;
      (await first.engine.resume(body(beside), "r")).result.catch(() => {});
      await first.clock.advance(0);
      await first.engine[Symbol.asyncDispose]();
      const { engine } = place(first.journal);
      await engine.answer("r", "go", { value: 1 });
      await engine.answer("r", "more", { value: 2 });
      expect(await (await engine.resume(body(beside), "r")).result).toEqual([2, 1]);
    });

    test("takes no answer where it lost a race, and leaves its name to another one", async () => {
      const lost = async (r: Run): Promise<unknown> => {
        await r.race([
          { name: "a", run: (b) => b.waitFor("go") },
          { name: "b", run: (b) => b.step("s", () => 1) },
        ]);
        return r.all([
          { name: "c", run: (b) => b.waitFor("go") },
          { name: "d", run: (b) => b.waitFor("more") },
        ]);
      };
      const { engine } = await left(lost);
      expect(await failureOf(engine.answer("r", "a/go", { value: 2 }))).toMatchObject({ code: "not-waiting" });
      await engine.answer("r", "more", { value: 1 });
      expect(await failureOf(engine.answer("r", "a/go", { value: 2 }))).toMatchObject({ code: "not-waiting" });
      await engine.answer("r", "go", { value: 3 });
      expect(await (await engine.resume(body(lost), "r")).result).toEqual([3, 1]);
    });
  });

  test("who answers too late is told of what can be answered, and not of what only takes time", async () => {
    const { engine, handle } = await waiting(async (r) => {
      const later = r.sleep("1h");
      await r.waitFor("go", { schema: z.promise(z.unknown()) });
      await later;
    });
    const answers = await Promise.allSettled([1, 2].map((value) => engine.answer("r", "go", { value })));
    expect(answers[1]).toMatchObject({ reason: { code: "not-waiting", data: { waitsFor: [] } } });
    await handle.cancel();
  });

  test("an answer that comes while the run is being resumed is taken when the code is there", async () => {
    const { engine, journal } = await left(async (r) => [await r.step("a", () => 1), await r.waitFor("go")]);
    const definition = body(async (r) => [await r.step("a", () => 1), await r.waitFor("go")]);
    const resumed = engine.resume(definition, "r");
    const answered = engine.answer("r", "go", { value: 2 });
    expect(await (await resumed).result).toEqual([1, 2]);
    await answered;
    const other = await left(async (r) => [await r.step("a", () => 1), await r.waitFor("go")]);
    const handle = await other.engine.resume(definition, "r");
    await other.engine.answer("r", "go", { value: 3 });
    expect(await handle.result).toEqual([1, 3]);
    expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
  });

  test("an answer to what the resumed run never asks for is refused when nothing more is asked for", async () => {
    const { engine } = await left((r) =>
      r.all([
        { name: "a", run: (b) => b.waitFor("x") },
        { name: "b", run: (b) => b.waitFor("y") },
      ]),
    );
    const handle = await engine.resume(
      body((r) => r.all([{ name: "a", run: (b) => b.waitFor("x") }])),
      "r",
    );
    expect(await failureOf(engine.answer("r", "b/y", { value: 1 }))).toMatchObject({ code: "not-waiting" });
    await handle.cancel();
    await failureOf(handle.result);
  });

  test("wherever processes die, it is answered once and the answer stays", async () => {
    const definition = body(async (r) => {
      const go = await r.waitFor("go");
      return [await r.step("after", () => "done"), go];
    });
    const live = async (journal: ReturnType<typeof open>, value: string, point?: Parameters<typeof life>[1]) => {
      const process = life(journal, point);
      const became = await goOn(process, journal, definition);
      await process.clock.advance(0);
      const answer = { acknowledged: false };
      void process.engine.answer("r", "go", { value }).then(
        () => (answer.acknowledged = true),
        () => {},
      );
      await process.clock.advance("1m");
      return { ...process, became, answer };
    };
    const { journal: counted } = await live(open(), "first");
    expect(counted.appends).toBeGreaterThan(5);
    await atEachPoint(counted.appends, async (point) => {
      const journal = open();
      const first = await live(journal, "first", point);
      const known = (await history(journal, "r")).includes("signal-received go");
      if (first.answer.acknowledged) expect(known).toBe(true);
      const second = await live(journal, "second");
      expect(second.became.output).toEqual(["done", known ? "first" : "second"]);
    });
  });

  test("a request that is not JSON is refused", async () => {
    const { handle } = await waiting((r) => r.waitFor("go", { request: new Map() }));
    expect(await failureOf(handle.result)).toMatchObject({ code: "not-json" });
  });
});

// A child run
// - has its parent's id and its step's key for an id; its result is on record in both
// - that fails is a failed step of its parent, live and resumed alike
// - is cancelled with its parent, or its scope, which wait until it has given everything back
// - is not a failure of its parent where it is halted: both go on later
// - goes on where it was, wherever the process died; each finished step of either runs once
// - that waits for something from outside makes its parent wait
import { describe, expect, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import { body, failureOf, forever, history, place, recorded, stateOf } from "./engine.fixture.ts";
import { isStepError } from "./record/errors.ts";
import { journals } from "./journals.fixture.ts";
import { atEachPoint, goOn, life } from "./life.fixture.ts";

const length: Runnable<string, number> = {
  name: "length",
  version: "1",
  execute: (run, text) => run.step("count", () => text.length),
};

const parentOf = <Output>(child: Runnable<void, Output>) => body((r) => r.child(child, undefined));

describe.each(journals)("%s", (_, open) => {
  test("has a result on record in both", async () => {
    const { engine, journal } = place(open());
    expect(
      await engine.run(
        body((r) => r.child(length, "four")),
        undefined,
        { id: "r" },
      ),
    ).toBe(4);
    expect(await history(journal, "r")).toEqual([
      "run-started",
      "step-started length",
      "step-finished length",
      "run-finished",
    ]);
    expect(await history(journal, "r/length")).toEqual([
      "run-started",
      "step-started count",
      "step-finished count",
      "run-finished",
    ]);
    expect((await recorded(journal, "r"))[1]?.data).toMatchObject({ name: "length", child: "r/length" });
    expect((await recorded(journal, "r/length"))[0]?.data).toMatchObject({
      name: "length",
      parent: "r",
      input: "four",
    });
  });

  test("of a child, and several side by side with keys", async () => {
    const { engine, journal } = place(open());
    const middle: Runnable<string[], number[]> = {
      name: "middle",
      version: "1",
      execute: (run, texts) => Promise.all(texts.map((text, n) => run.child(length, text, { key: String(n) }))),
    };
    const result = engine.run(
      body((r) => r.child(middle, ["a", "bb"])),
      undefined,
      { id: "r" },
    );
    expect(await result).toEqual([1, 2]);
    expect(await stateOf(journal, "r/middle/length[1]")).toBe("finished");
  });

  test("of one name beside another one without a key is ambiguous", async () => {
    const { engine } = place(open());
    const two = engine.run(
      body((r) => Promise.all([r.child(length, "a"), r.child(length, "b")])),
      undefined,
    );
    expect(await failureOf(two)).toMatchObject({ code: "ambiguous-step" });
  });

  test.each([
    ["an error", () => new Error("no")],
    ["an error with a code", () => Object.assign(new Error("no"), { code: "E_NO", retryable: false })],
    ["a text", () => "no"],
  ])("that fails with %s is a failed step, live and resumed alike", async (_name, thrown) => {
    const bad = body(() => Promise.reject(thrown()), "bad");
    const seen: unknown[] = [];
    const definition = body(async (r) => {
      const error = await failureOf(r.child(bad, undefined));
      expect(isStepError(error)).toBe(true);
      const { code, message, expected, got, fix, retryable, stepKey, cause, data } = error as Error &
        Record<string, unknown>;
      seen.push({
        code,
        message,
        expected,
        got,
        fix,
        retryable,
        stepKey,
        data,
        cause: (cause as Error)?.message ?? cause,
      });
      await r.step("wait", forever);
    });
    const { engine, journal, clock } = place(open());
    engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const second = place(journal);
    void (await second.engine.resume(definition, "r")).result.catch(() => {});
    await second.clock.advance(0);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ stepKey: "bad" });

    // Where the process died between the ends of the two, the child's record alone tells how it failed.
    const crashed = open();
    await atEachPoint(8, async (point) => {
      seen.length = 0;
      const journalOfOne = open();
      const first = life(journalOfOne, point);
      await goOn(first, journalOfOne, definition);
      await first.clock.advance(0);
      const other = life(journalOfOne);
      await goOn(other, journalOfOne, definition);
      await other.clock.advance(0);
      expect(seen.at(-1)).toMatchObject({ stepKey: "bad", code: (seen[0] as { code: string }).code });
      for (const each of seen) expect(each).toEqual(seen[0]);
    });
    await crashed.close();
  });

  test("is cancelled with its parent, which waits until it has given everything back", async () => {
    const { engine, journal, clock } = place(open());
    let released = false;
    const child = body(
      (r) =>
        r.step("hold", (step) => {
          step.defer(async () => {
            for (let turn = 0; turn < 50; turn++) await undefined;
            released = true;
          });
          return forever();
        }),
      "child",
    );
    const handle = engine.start(parentOf(child), undefined, { id: "r" });
    await clock.advance(0);
    await handle.cancel("enough");
    expect(released).toBe(true);
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled", cause: "enough" });
    expect(await stateOf(journal, "r/child")).toBe("cancelled");
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(engine.stats().runs.active).toBe(0);
  });

  test("that lost a race is cancelled", async () => {
    const { engine, journal, clock } = place(open());
    const child = body((r) => r.step("hold", forever), "child");
    const result = engine.run(
      body((r) =>
        r.race([
          { name: "a", run: (b) => b.child(child, undefined) },
          { name: "b", run: (b) => b.sleep(5).then(() => "b") },
        ]),
      ),
      undefined,
      { id: "r" },
    );
    await clock.advance(5);
    expect(await result).toBe("b");
    expect(await stateOf(journal, "r/a/child")).toBe("cancelled");
  });

  test("that is cancelled itself is a failed step", async () => {
    const { engine, clock } = place(open());
    const child = body((r) => r.step("hold", forever), "child");
    const handle = engine.start(parentOf(child), undefined, { id: "r" });
    handle.result.catch(() => {});
    await clock.advance(0);
    await engine.cancel("r/child", "not wanted");
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled", stepKey: "child" });
  });

  test("is halted with its engine, and both go on later", async () => {
    const { engine, journal, clock } = place(open());
    let calls = 0;
    const child = body(async (r) => [await r.step("one", () => ++calls), await r.waitFor("go")], "child");
    const definition = parentOf(child);
    engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    expect((await history(journal, "r")).at(-1)).toBe("run-paused");
    expect((await history(journal, "r/child")).at(-1)).toBe("run-paused");
    const second = place(journal);
    const handle = await second.engine.resume(definition, "r");
    await second.clock.advance(0);
    await second.engine.answer("r/child", "go", { value: 2 });
    expect(await handle.result).toEqual([1, 2]);
    expect(calls).toBe(1);
  });

  test("whose code does not fit its record halts its parent, which fails by nothing", async () => {
    const { engine, journal, clock } = place(open());
    const child = (input: string) => body((r) => r.step("s", forever, { input }), "child");
    engine.start(parentOf(child("a")), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const second = place(journal);
    const handle = await second.engine.resume(parentOf(child("b")), "r");
    expect(await failureOf(handle.result)).toMatchObject({ code: "step-mismatch" });
    expect(await history(journal, "r")).not.toContain("step-failed child");
    expect(await stateOf(journal, "r")).toBe("running");
  });

  test("that waits makes its parent wait, and goes on with it", async () => {
    const { engine, journal, clock } = place(open());
    const child = body((r) => r.waitFor("go"), "child");
    const handle = engine.start(parentOf(child), undefined, { id: "r" });
    await clock.advance(0);
    expect(await stateOf(journal, "r/child")).toBe("suspended");
    expect(await stateOf(journal, "r")).toBe("suspended");
    expect((await recorded(journal, "r")).at(-1)?.data).toEqual({ waitsFor: ["child"] });
    await engine.answer("r/child", "go", { value: 1 });
    expect(await handle.result).toBe(1);
    expect(await stateOf(journal, "r")).toBe("finished");
  });

  test("that goes on again lets its parent rest no more", async () => {
    const { engine, journal, clock } = place(open());
    const child = body(async (r) => [await r.waitFor("go"), await r.step("s", forever)], "child");
    const parent = body((r) =>
      r.all([
        { name: "a", run: (b) => b.child(child, undefined) },
        { name: "b", run: async (b) => (await b.sleep(5), await b.sleep(50)) },
      ]),
    );
    engine.start(parent, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(1);
    expect(await stateOf(journal, "r")).toBe("suspended");
    await engine.answer("r/a/child", "go", { value: 1 });
    await clock.advance(10);
    expect(await stateOf(journal, "r")).toBe("running");
  });

  test("resumed by itself is a child still", async () => {
    const { engine, journal, clock } = place(open());
    const child = body((r) => r.waitFor("go"), "child");
    engine.start(parentOf(child), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const second = place(journal);
    void (await second.engine.resume(child, "r/child")).result.catch(() => {});
    await second.clock.advance(0);
    for await (const head of journal.heads({ stream: "r/child" })) expect(head.about).toMatchObject({ parent: "r" });
  });

  test("is cancelled on record with a parent that is not under way", async () => {
    const { engine, journal, clock } = place(open());
    const child = body(
      (r) =>
        r.child(
          body((c) => c.waitFor("go"), "inner"),
          undefined,
        ),
      "child",
    );
    engine.start(parentOf(child), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const second = place(journal);
    await second.engine.cancel("r");
    for (const id of ["r", "r/child", "r/child/inner"]) expect(await stateOf(journal, id)).toBe("cancelled");
  });

  test.each(["all", "nothing"] as const)("wherever processes die, with %s retained", async (retain) => {
    let calls: string[] = [];
    const step = (run: Run, name: string) => run.step(name, ({ idempotencyKey }) => (calls.push(idempotencyKey), name));
    const inner = body(async (r) => [await step(r, "x"), await step(r, "y")], "inner");
    const child = body(
      async (r) => [await step(r, "a"), ...(await r.child(inner, undefined)), await step(r, "b")],
      "child",
    );
    const definition = body(async (r) => [
      await step(r, "first"),
      ...(await r.child(child, undefined)),
      await step(r, "last"),
    ]);
    const expected = ["first", "a", "x", "y", "b", "last"];
    const counted = open();
    const whole = life(counted, undefined, { retain });
    const { output } = await (async () => {
      const became = await goOn(whole, counted, definition);
      await whole.clock.advance(0);
      return became;
    })();
    expect(output).toEqual(expected);
    if (retain === "nothing") {
      for (const id of ["r", "r/child", "r/child/inner"]) expect(await stateOf(counted, id)).toBeUndefined();
    }
    await atEachPoint(whole.journal.appends, async (point) => {
      const journal = open();
      calls = [];
      const first = life(journal, point, { retain });
      await goOn(first, journal, definition);
      await first.clock.advance(0);
      const done = new Set<string>();
      for (const id of ["r", "r/child", "r/child/inner"]) {
        for (const event of await recorded(journal, id)) {
          if (event.type === "step-finished") done.add(`${id}/${event.key}`);
        }
      }
      const ended = retain === "nothing" && (await recorded(journal, "r")).at(-1)?.type === "run-finished";
      calls = [];
      const second = life(journal, undefined, { retain });
      const became = await goOn(second, journal, definition);
      await second.clock.advance(0);
      expect(became.output).toEqual(expected);
      if (!ended) expect(calls.filter((key) => done.has(key))).toEqual([]);
    });
  });
});

// A cancel
// - ends a run at once: in a step, between two attempts, in a branch, between the turns of a loop, before its start
// - is kept with its reason, and everything that is open is told of it
// - abandons what ignores its signal, and discards what that does later
// - is harmless the second time and after the end; counts, too, where the run is being halted
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { Run, StepContext } from "../base/index.ts";
import type { RunHandle } from "./engine.ts";
import { body, failureOf, forever, history, place, type Place, stateOf } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  /** Starts a run and lets it come as far as it can without time. */
  async function underWay(execute: (run: Run) => Promise<unknown>): Promise<Place & { handle: RunHandle<unknown> }> {
    const at = place(open());
    const handle = at.engine.start(body(execute), undefined, { id: "r" });
    await at.clock.advance(0);
    return { ...at, handle };
  }

  const places: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
    "in a step": (r) => r.step("s", forever),
    "in a step with a time-out": (r) => r.step("s", forever, { timeout: "1h" }),
    "between two attempts": (r) =>
      r.step("s", () => Promise.reject(new Error("no")), { retry: { attempts: 9, initialDelay: "1h" } }),
    "in a branch": (r) =>
      r.all([
        { name: "a", run: (b) => b.step("s", forever) },
        { name: "b", run: async () => 1 },
      ]),
    "in a race": (r) => r.race([{ name: "a", run: (b) => b.step("s", forever) }]),
    "in what settles": (r) => r.settle([{ name: "a", run: (b) => b.step("s", forever) }]),
    "in a loop": (r) => r.loop("l", 0, (_n, turn) => turn.step("s", forever)),
    "in a branch of a turn of a branch": (r) =>
      r.all([
        {
          name: "a",
          run: (b) => b.loop("l", 0, (_n, t) => t.all([{ name: "c", run: (c) => c.step("s", forever) }]) as never),
        },
      ]),
    "outside of a step": forever,
  };

  test.each(Object.entries(places))("%s ends the run at once, with its reason", async (_name, execute) => {
    const { handle, journal, clock } = await underWay(execute);
    await handle.cancel("enough");
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled", cause: "enough" });
    expect((await history(journal, "r")).at(-1)).toBe("run-cancelled");
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(clock.pending).toBe(0);
  });

  test("between the turns of a loop starts no other turn", async () => {
    const at = place(open());
    let turns = 0;
    const handle = at.engine.start(
      body((r) =>
        r.loop("l", 0, async (n, turn) => {
          turns++;
          await turn.step("s", () => n);
          // The cancel comes when the turn's body has returned, and its end is being recorded.
          if (n === 2)
            void Promise.resolve()
              .then(() => Promise.resolve())
              .then(() => handle.cancel());
          return { next: n + 1 };
        }),
      ),
      undefined,
    );
    await failureOf(handle.result);
    const counted = turns;
    await at.clock.advance(0);
    expect(turns).toBe(counted);
    expect(turns).toBe(3);
  });

  test("while one branch begins keeps the next from beginning", async () => {
    const { engine } = place(open());
    const entered: string[] = [];
    const handle = engine.start(
      body((r) =>
        r.all([
          { name: "a", run: async () => (entered.push("a"), void handle.cancel()) },
          { name: "b", run: async () => void entered.push("b") },
        ]),
      ),
      undefined,
    );
    await failureOf(handle.result);
    expect(entered).toEqual(["a"]);
  });

  test("is told to the body where it waits for a branch that ignores it", async () => {
    const told = Promise.withResolvers<Error>();
    const { handle } = await underWay(async (r) => told.resolve(await failureOf(r.all([{ name: "a", run: forever }]))));
    await handle.cancel("enough");
    expect(await told.promise).toMatchObject({ code: "cancelled", cause: "enough" });
  });

  test("tells the run's, the scope's and the step's signal", async () => {
    const signals: AbortSignal[] = [];
    const { handle } = await underWay((r) => {
      signals.push(r.abortSignal);
      return r.all([
        {
          name: "a",
          run: (b) => {
            signals.push(b.abortSignal);
            return b.step("s", (step) => {
              signals.push(step.abortSignal);
              return forever();
            });
          },
        },
      ]);
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    await handle.cancel("enough");
    expect(signals.map(({ reason }) => (reason as { cause?: unknown }).cause)).toEqual(["enough", "enough", "enough"]);
  });

  test("tells a step that asks for its signal only afterwards", async () => {
    let late: StepContext | undefined;
    const { handle } = await underWay((r) => r.step("s", (step) => ((late = step), forever())));
    await handle.cancel();
    expect(late?.abortSignal.aborted).toBe(true);
  });

  test("refuses everything that the abandoned body asks for later", async () => {
    const outcomes = Promise.withResolvers<unknown[]>();
    const { handle } = await underWay(async (r) => {
      const first = await failureOf(r.step("s", forever));
      const later = [
        () => r.step("t", () => 1),
        () => r.all([]),
        () => r.race([{ name: "x", run: async () => 1 }]),
        () => r.loop("l", 0, async () => ({ done: 1 })),
      ];
      const codes = await Promise.all(later.map(async (effect) => failureOf(effect())));
      outcomes.resolve([first, ...codes].map((error) => (error as { code?: string }).code));
      throw new Error("nobody hears this");
    });
    await handle.cancel();
    expect(await outcomes.promise).toEqual(Array.from({ length: 5 }, () => "cancelled"));
  });

  test.each([
    ["result", () => "late"],
    ["rejection", () => Promise.reject(new Error("late"))],
  ])("discards the late %s of what ignores its signal", async (_name, late) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { handle, journal, clock } = await underWay((r) => r.step("s", () => promise));
    await handle.cancel();
    resolve(late());
    await clock.advance("1h");
    expect(await history(journal, "r")).toEqual(["run-started", "step-started s", "run-cancelled"]);
  });

  describe("before the start", () => {
    test("runs nothing: in the same turn as the start", async () => {
      const { engine, journal } = place(open());
      let ran = false;
      const handle = engine.start(
        body(async () => (ran = true)),
        undefined,
        { id: "r" },
      );
      await handle.cancel("never mind");
      expect([ran, await history(journal, "r")]).toEqual([false, ["run-started", "run-cancelled"]]);
    });

    test("runs nothing: with a signal that has aborted already", async () => {
      const { engine, journal } = place(open());
      let ran = false;
      const run = engine.run(
        body(async () => (ran = true)),
        undefined,
        { id: "r", signal: AbortSignal.abort("no") },
      );
      expect(await failureOf(run)).toMatchObject({ code: "cancelled", cause: "no" });
      expect([ran, await stateOf(journal, "r")]).toEqual([false, "cancelled"]);
    });

    test("leaves the run alone that has the id already", async () => {
      const { engine, journal } = place(open());
      await engine.run(
        body(async () => "first"),
        undefined,
        { id: "r" },
      );
      const again = engine.run(
        body(async () => "second"),
        undefined,
        { id: "r", signal: AbortSignal.abort() },
      );
      expect(await failureOf(again)).toMatchObject({ code: "run-exists" });
      expect([await history(journal, "r"), await stateOf(journal, "r")]).toEqual([
        ["run-started", "run-finished"],
        "finished",
      ]);
    });
  });

  test("comes from a signal, too, as long as the run is under way", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { engine, clock } = place(open());
    const done = await engine.run(
      body(async () => "done"),
      undefined,
      { signal },
    );
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const run = engine.run(
      body((r) => r.step("s", forever)),
      undefined,
      { signal },
    );
    run.catch(() => {});
    await clock.advance(0);
    controller.abort("enough");
    expect([done, await failureOf(run)]).toMatchObject(["done", { code: "cancelled", cause: "enough" }]);
  });

  test("ends a run that is being halted", async () => {
    const journal = open();
    const first = place(journal);
    const recorded = (input: number) => async (r: Run) => {
      await r.step("s", () => 1, { input });
      await r.step("hold", forever);
    };
    first.engine.start(body(recorded(1)), undefined, { id: "r" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine, clock } = place(journal);
    const release = Promise.withResolvers<void>();
    const held = (step: StepContext): Promise<never> => (step.defer(() => release.promise), forever());
    const unfit = (r: Run): Promise<unknown> => Promise.all([r.step("held", held), recorded(2)(r)]);
    const { result } = await engine.resume(body(unfit), "r");
    await clock.advance(0);
    const cancelled = engine.cancel("r", "enough");
    await clock.advance(0);
    release.resolve();
    await cancelled;
    expect(await failureOf(result)).toMatchObject({ code: "step-mismatch" });
    expect(await stateOf(journal, "r")).toBe("cancelled");
  });

  test("counts once, with the first reason, and is harmless after the end", async () => {
    const { handle, journal } = await underWay((r) => r.step("s", forever));
    await Promise.all([handle.cancel("first"), handle.cancel("second")]);
    await handle.cancel("third");
    expect(await failureOf(handle.result)).toMatchObject({ cause: "first" });
    expect((await history(journal, "r")).filter((line) => line === "run-cancelled")).toHaveLength(1);
    const finished = await underWay(async () => "done");
    await finished.handle.cancel();
    expect([await finished.handle.result, await stateOf(finished.journal, "r")]).toEqual(["done", "finished"]);
  });
});

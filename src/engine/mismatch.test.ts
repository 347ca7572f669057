// A run that is resumed with code that does not fit its record
// - stops with step-mismatch, which names the step, what is on record and what was asked
// - is left unfinished, and goes on with the right code
import { describe, expect, test } from "vitest";
import { type Branch, hashJson, type Run } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { body, failureOf, forever, history, place, stateOf } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  /** Starts a run, stops its engine, and resumes it with each body in turn. */
  async function resumed(
    first: (run: Run) => Promise<unknown>,
    ...later: readonly ((run: Run) => Promise<unknown>)[]
  ): Promise<{ journal: Journal; outcomes: unknown[] }> {
    const journal = open();
    const { engine, clock } = place(journal);
    engine.start(
      body(async (r) => (await first(r), r.step("wait", forever))),
      undefined,
      { id: "r" },
    );
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    const outcomes: unknown[] = [];
    for (const execute of later) {
      const handle = await place(journal).engine.resume(body(execute), "r");
      outcomes.push(await handle.result.catch((error: unknown) => error));
    }
    return { journal, outcomes };
  }

  const step = (input?: unknown) => (r: Run) => r.step("s", () => "result", { input });

  test("another input stops it; the right one goes on", async () => {
    const { journal, outcomes } = await resumed(step({ a: 1, b: [2] }), step({ a: 1, b: [3] }), step({ b: [2], a: 1 }));
    const hashes = { recorded: hashJson({ a: 1, b: [2] }), asked: hashJson({ a: 1, b: [3] }) };
    expect(outcomes).toMatchObject([{ code: "step-mismatch", data: { key: "s", ...hashes } }, "result"]);
    expect((outcomes[0] as Error).message).toContain(hashes.recorded);
    expect(await history(journal, "r")).toEqual([
      "run-started",
      "step-started s",
      "step-finished s",
      "step-started wait",
      "run-paused",
      "run-resumed",
      "run-paused",
      "run-resumed",
      "run-finished",
    ]);
  });

  test("a step in flight is compared, too, before it is called", async () => {
    const journal = open();
    const { engine, clock } = place(journal);
    engine.start(
      body((r) => r.step("s", forever, { input: 1 })),
      undefined,
      { id: "r" },
    );
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    let called = false;
    const other = body((r) => r.step("s", () => (called = true), { input: 2 }));
    const error = await failureOf((await place(journal).engine.resume(other, "r")).result);
    expect([(error as { code?: string }).code, called, await stateOf(journal, "r")]).toEqual([
      "step-mismatch",
      false,
      "running",
    ]);
  });

  test("the body cannot catch it and go on", async () => {
    const { journal, outcomes } = await resumed(step(1), async (r) => {
      await failureOf(step(2)(r));
      return r.step("other", () => "went on");
    });
    expect(outcomes).toMatchObject([{ code: "step-mismatch" }]);
    expect(await history(journal, "r")).not.toContain("step-started other");
  });

  test("an input that is not given, then or now, is not compared", async () => {
    const { outcomes } = await resumed(step(1), step());
    expect(outcomes).toEqual(["result"]);
    expect((await resumed(step(), step(1))).outcomes).toEqual(["result"]);
  });

  test("inputs that are not JSON cannot be compared: the step is refused with the path", async () => {
    const { outcomes } = await resumed(step(1), async (r) => {
      const { code, data } = (await failureOf(step({ at: [new Date(0)] })(r))) as Error & Record<string, unknown>;
      return [code, data];
    });
    expect(outcomes).toEqual([["not-json", { path: ".at[0]" }]]);
  });

  test("a step in the place of a scope stops it, and a scope in that of a step: what was done is not done again", async () => {
    let calls = 0;
    const call = (): string => `called ${++calls}`;
    const asStep = (r: Run): Promise<string> => r.step({ name: "pay", key: "a/1" }, call, { effect: "once" });
    const asScope = (r: Run): Promise<string> =>
      r.scope({ name: "pay", key: "a/1" }, (scope) => scope.scope("in", (inner) => inner.step("x", call)));
    for (const [first, then] of [
      [asStep, asScope],
      [asScope, asStep],
    ] as const) {
      calls = 0;
      const { outcomes } = await resumed(first, then, first);
      const kinds = first === asStep ? ["a step", "a scope"] : ["a scope", "a step"];
      expect(outcomes).toMatchObject([{ code: "step-mismatch", expected: kinds[0], got: kinds[1] }, "called 1"]);
    }
  });

  describe("branches", () => {
    const winner = (name: string): Branch<string> => ({ name, run: (b) => b.step("s", () => name) });
    const loser: Branch<never> = { name: "loser", run: (b) => b.step("s", forever) };

    test("without the one that decided stop it; with it, it goes on", async () => {
      const race = (name: string) => (r: Run) => r.race([winner(name), loser]);
      const { journal, outcomes } = await resumed(race("a"), race("b"), race("a"));
      expect(outcomes).toMatchObject([
        { code: "step-mismatch", expected: 'the branch "a", which decided', got: '"b", "loser"' },
        "a",
      ]);
      expect(await stateOf(journal, "r")).toBe("finished");
    });

    test("whose recorded failure does not come stop it", async () => {
      const all = (fails: boolean) => async (r: Run) => {
        const branch: Branch<number> = { name: "a", run: async () => (fails ? Promise.reject(new Error("no")) : 1) };
        return r.all([branch, loser]).catch(() => "failed");
      };
      const { journal, outcomes } = await resumed(all(true), all(false), all(true));
      expect(outcomes).toMatchObject([{ code: "step-mismatch" }, "failed"]);
      expect(await stateOf(journal, "r")).toBe("finished");
    });
  });

  test("an input that is not JSON is refused where the journal keeps its hash", async () => {
    const { engine, journal } = place(open());
    const outcome = engine.run(
      body(async (r) => {
        const first = await step([1n])(r).catch((error: unknown) => (error as { code: string }).code);
        return [first, await step()(r)];
      }),
      undefined,
    );
    expect(await outcome).toEqual([journal.durable ? "not-json" : "result", "result"]);
  });
});

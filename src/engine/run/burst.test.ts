// Runs that come at once, in memory
// - begin a few in a turn of the event loop, in order; what else the process does has its turns in between
// - all end while time stands still on a virtual clock
// - each begins in the asynchronous context of whoever began it
// - wait for no turn where they come one after another, nor a run's children
// - are not begun any more once they are cancelled or the engine is disposed
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Run } from "../../base/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, place } from "../engine.fixture.ts";
import { memoryJournal } from "../../journal/index.ts";

const numbers = (most: number): number[] => Array.from({ length: most }, (_each, n) => n);

/** Notes what begins, and ends at once. */
function noting(begun: number[]) {
  return { name: "noted", version: "1", execute: async (_run: Run, n: number) => void begun.push(n) };
}

describe("many that come at once", () => {
  test("begin a few in a turn, in order, and others have their turns in between", async () => {
    await using engine = new EmbeddedEngine();
    const begun: number[] = [];
    const runs = numbers(100).map((n) => engine.run(noting(begun), n));
    const seen: number[] = [];
    while (seen.at(-1) !== 100) {
      await setImmediate();
      seen.push(begun.length);
    }
    await Promise.all(runs);
    expect(begun).toEqual(numbers(100));
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual([...new Set(seen)]);
  });

  test("also those that do not end in their turn: none waits for another", async () => {
    await using engine = new EmbeddedEngine();
    const { promise, resolve } = Promise.withResolvers<void>();
    let here = 0;
    const meeting = body(async () => (++here === 100 ? resolve() : promise));
    await Promise.all(numbers(100).map(() => engine.run(meeting, undefined)));
    expect(here).toBe(100);
  });

  test("each in the asynchronous context of whoever began it", async () => {
    await using engine = new EmbeddedEngine();
    const user = new AsyncLocalStorage<number>();
    const seen = numbers(100).map((n) =>
      user.run(n, () =>
        engine.run(
          body(async () => user.getStore()),
          undefined,
        ),
      ),
    );
    expect(await Promise.all(seen)).toEqual(numbers(100));
  });

  test("end while a virtual clock stands still", async () => {
    const { engine, clock } = place(memoryJournal());
    const begun: number[] = [];
    for (const n of numbers(1_000)) void engine.run(noting(begun), n);
    await clock.advance(0);
    expect(begun).toHaveLength(1_000);
  });
});

describe("without a turn of the event loop", () => {
  test("as many as you like, one after another", async () => {
    await using engine = new EmbeddedEngine();
    let turned = false;
    const turn = setImmediate().then(() => (turned = true));
    for (const n of numbers(100)) await engine.run(noting([]), n);
    expect(turned).toBe(false);
    await turn;
  });

  test("the children of a run", async () => {
    await using engine = new EmbeddedEngine();
    let turned = false;
    const parent = body(async (run) => {
      const turn = setImmediate().then(() => (turned = true));
      await run.all(numbers(100).map((n) => ({ name: `b${n}`, run: (b: Run) => b.child(noting([]), n) })));
      expect(turned).toBe(false);
      await turn;
    });
    await engine.run(parent, undefined);
    expect(turned).toBe(true);
  });
});

describe("one that has not begun", () => {
  test("is not begun when it is cancelled", async () => {
    await using engine = new EmbeddedEngine();
    const begun: number[] = [];
    const runs = numbers(100).map((n) => engine.start(noting(begun), n));
    const failures = runs.slice(90).map(async (run) => {
      const failure = failureOf(run.result);
      await run.cancel();
      return failure;
    });
    for (const failure of await Promise.all(failures)) expect(failure).toMatchObject({ code: "cancelled" });
    await Promise.all(runs.slice(0, 90).map(({ result }) => result));
    await setImmediate();
    expect(begun).toEqual(numbers(90));
  });

  test("is not begun when the engine is disposed", async () => {
    const engine = new EmbeddedEngine();
    let begun = 0;
    const endless = body(() => (begun++, forever()));
    const failures = numbers(100).map(() => failureOf(engine.run(endless, undefined)));
    await engine[Symbol.asyncDispose]();
    for (const failure of await Promise.all(failures)) expect(failure).toMatchObject({ code: "engine-closed" });
    const before = begun;
    for (const _turn of numbers(20)) await setImmediate();
    expect(begun).toBe(before);
    expect(before).toBeLessThan(100);
  });
});

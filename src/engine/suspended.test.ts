// A run is suspended
// - while nothing in it goes on before something comes from outside: then its head says so, and what it waits for
// - once for each rest; it is running again with the first record after it
// - not while a step, a retry, a commit or another branch goes on
// - also when its engine was closed in good order meanwhile
import { describe, expect, test } from "vitest";
import type { Run } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { body, forever, history, place, recorded, stateOf } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

async function waitsFor(journal: Journal): Promise<unknown> {
  for await (const { about } of journal.heads({ stream: "r" })) return (about as { waitsFor?: unknown }).waitsFor;
  return undefined;
}

const rests = async (journal: Journal): Promise<unknown[]> =>
  (await recorded(journal, "r")).flatMap((event) => (event.type === "run-suspended" ? [event.data.waitsFor] : []));

describe.each(journals)("%s", (_, open) => {
  async function started(execute: (run: Run) => Promise<unknown>) {
    const at = place(open(), { inDoubt: "ask" });
    const handle = at.engine.start(body(execute), undefined, { id: "r" });
    handle.result.catch(() => {});
    await at.clock.advance(0);
    return { ...at, handle };
  }

  const works: Readonly<Record<string, [execute: (run: Run) => Promise<unknown>, waitsFor: string[]]>> = {
    "a signal": [(r) => r.waitFor("go"), ["go"]],
    "a timer": [(r) => r.sleep("1h"), ["sleep"]],
    "several, in branches and scopes": [
      (r) =>
        r.all([
          { name: "a", run: (b) => b.waitFor("go") },
          { name: "b", run: (b) => b.scope("in", (i) => i.sleep("1h")) },
        ]),
      ["a/go", "b/in/sleep"],
    ],
    "a signal in a turn": [
      (r) => r.loop("l", 0, async (_n, turn) => ({ done: await turn.waitFor("go") })),
      ["l/#1/go"],
    ],
  };

  test.each(Object.entries(works))("that waits for %s", async (_name, [execute, keys]) => {
    const { journal } = await started(execute);
    expect(await stateOf(journal, "r")).toBe("suspended");
    expect(await waitsFor(journal)).toEqual(keys);
    expect(await rests(journal)).toEqual([keys]);
  });

  test("once a step that took time to give back what it took is over", async () => {
    const given = Promise.withResolvers<void>();
    const { journal, clock } = await started((r) => {
      return Promise.all([r.waitFor("go"), r.step("s", (step) => step.defer(() => given.promise))]);
    });
    expect(await stateOf(journal, "r")).toBe("running");
    given.resolve();
    await clock.advance(0);
    expect(await rests(journal)).toEqual([["go"]]);
  });

  test("is running again with the next record, and its head forgets what it waited for", async () => {
    const { journal, engine, clock } = await started(async (r) => [await r.waitFor("go"), await r.step("s", forever)]);
    await engine.answer("r", "go", { value: 1 });
    await clock.advance(0);
    expect(await stateOf(journal, "r")).toBe("running");
    expect(await waitsFor(journal)).toBeUndefined();
  });

  test("is said once for each rest", async () => {
    const { journal, engine, clock } = await started((r) =>
      r.all([
        { name: "a", run: (b) => b.waitFor("go") },
        { name: "b", run: async (b) => [await b.waitFor("go"), await b.waitFor("go")] },
      ]),
    );
    await clock.advance("1h");
    expect(await rests(journal)).toEqual([["a/go", "b/go"]]);
    await engine.answer("r", "b/go", { value: 1 });
    await clock.advance("1h");
    expect(await rests(journal)).toEqual([
      ["a/go", "b/go"],
      ["a/go", "b/go#2"],
    ]);
  });

  test.each<[string, (run: Run) => Promise<unknown>, string]>([
    ["signal", (b) => b.waitFor("late"), "b/late"],
    ["timer", (b) => b.sleep("1h"), "b/sleep"],
  ])("says it again where code that is slow comes to a %s on record", async (_what, late, key) => {
    const slow = Promise.withResolvers<void>();
    const both = (before: Promise<void>) => (r: Run) =>
      r.all([
        { name: "a", run: (b) => b.waitFor("go") },
        { name: "b", run: async (b) => (await before, late(b)) },
      ]);
    const { engine, journal } = await started(both(Promise.resolve()));
    await engine[Symbol.asyncDispose]();
    const second = place(journal, { inDoubt: "ask" });
    await second.engine.resume(body(both(slow.promise)), "r");
    await second.clock.advance(0);
    expect(await waitsFor(journal)).toEqual(["a/go"]);
    slow.resolve();
    await second.clock.advance(0);
    expect(await waitsFor(journal)).toEqual(["a/go", key]);
    expect(await stateOf(journal, "r")).toBe("suspended");
    expect(await rests(journal)).toEqual([["a/go", key], ["a/go"], ["a/go", key]]);
    await second.engine[Symbol.asyncDispose]();
  });

  const busy: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
    "a step": (b) => b.step("s", forever),
    "a retry": (b) =>
      b.step("s", () => Promise.reject(new Error("no")), { retry: { attempts: 3, initialDelay: "1h" } }),
    "a step in a scope": (b) => b.scope("in", (i) => i.step("s", forever)),
  };
  test.each(Object.entries(busy))("not while %s of another branch goes on", async (_name, run) => {
    const { journal } = await started((r) =>
      r.all([
        { name: "a", run: (b) => b.waitFor("go") },
        { name: "b", run },
      ]),
    );
    expect(await stateOf(journal, "r")).toBe("running");
    expect(await rests(journal)).toEqual([]);
  });

  test("not between the steps and turns of another branch", async () => {
    const { journal, clock } = await started((r) =>
      r.all([
        { name: "a", run: (b) => b.waitFor("go") },
        {
          name: "b",
          run: async (b) => {
            await b.loop("l", 0, async (n, turn) => {
              await turn.step("s", () => n);
              await turn.all([{ name: "x", run: (x) => x.step("s", () => n) }]);
              await turn.race([{ name: "y", run: (y) => y.step("s", () => n) }]);
              return n === 3 ? { done: n } : { next: n + 1 };
            });
            await b.sleep(5);
            await b.step("s", () => 1);
          },
        },
      ]),
    );
    await clock.advance("1h");
    expect(await rests(journal)).toEqual([["a/go", "b/sleep"], ["a/go"]]);
  });

  test("and stays so when its engine is closed in good order", async () => {
    const { journal, engine } = await started((r) => r.waitFor("go"));
    await engine[Symbol.asyncDispose]();
    expect((await history(journal, "r")).at(-1)).toBe("run-paused");
    expect(await stateOf(journal, "r")).toBe("suspended");
    expect(await waitsFor(journal)).toEqual(["go"]);
  });

  test("not once it was cancelled", async () => {
    const { journal, handle } = await started((r) => r.waitFor("go"));
    await handle.cancel();
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(await waitsFor(journal)).toBeUndefined();
  });
});

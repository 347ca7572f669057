// What runs in a scope of a run is on record where the run is:
// - once for each scope, as a blob that all runs of one version share; nothing in memory alone
// - before the run's ending, however soon that comes; not again when the run is resumed, unless it is another one
// - a journal that cannot keep it costs a chart and no run
// - a run that waits stays one that waits
import { describe, expect, test } from "vitest";

import type { Run, Runnable } from "../../base/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { body, forever, history, place, recorded, stateOf } from "../engine.fixture.ts";
import { WrappedJournal } from "../journals.fixture.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import { runReport } from "../record/run-report.ts";

const plain = (version = "1"): Runnable<void, number> => ({
  name: "part",
  version,
  execute: (run) => run.step("s", () => 1),
});

const outlined = (version = "1"): Runnable<void, number> => ({
  ...plain(version),
  outline: () => ({ of: version }),
});

const runs = (part: Runnable<void, number>) => async (run: Run) => {
  const execute = (scope: Run): Promise<number> => part.execute(scope, undefined);
  await run.scope("first", execute, { of: part });
  return run.scope({ name: "second", key: "a/b" }, execute, { of: part });
};

/** A journal that says of itself that it is durable, and counts the blobs that are put. */
class Durable extends WrappedJournal {
  puts = 0;
  put: (bytes: Uint8Array) => Promise<{ readonly blob: string; readonly size: number }> = (bytes) =>
    this.journal.blobs.put(bytes);

  override readonly blobs = {
    put: (bytes: Uint8Array) => {
      this.puts++;
      return this.put(bytes);
    },
    get: this.journal.blobs.get.bind(this.journal.blobs),
  };
}

const outlines = async (journal: Durable, id = "r"): Promise<unknown[]> => {
  const report = await runReport(journal.read(id));
  const read = async (ref: Parameters<Durable["blobs"]["get"]>[0]): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await journal.blobs.get(ref)));
  return Promise.all((report?.outlines ?? []).map(async ({ key, outline }) => [key, await read(outline)]));
};

describe("on a durable journal", () => {
  test("each scope's outline is told with its key, and kept once", async () => {
    const { journal, engine } = place(new Durable(memoryJournal()));
    await engine.run(body(runs(outlined())), undefined, { id: "r" });
    await engine.run(body(runs(outlined())), undefined, { id: "again" });
    const told = [
      ["first", { of: "1" }],
      ["second[a%2Fb]", { of: "1" }],
    ];
    expect(await outlines(journal as Durable)).toEqual(told);
    expect(await outlines(journal as Durable, "again")).toEqual(told);
    expect((journal as Durable).puts).toBe(1);
  });

  test("the steps of a scope are those whose keys begin with it", async () => {
    const { journal, engine } = place(new Durable(memoryJournal()));
    await engine.run(body(runs(outlined())), undefined, { id: "r" });
    const report = await runReport(journal.read("r"));
    const found = report?.outlines.map(
      ({ key }) => report.steps.filter((step) => step.key.startsWith(`${key}/`)).length,
    );
    expect(found).toEqual([1, 1]);
  });

  test("it is on record before the ending, even where keeping it takes longer than the run", async () => {
    const journal = new Durable(memoryJournal());
    const kept = Promise.withResolvers<void>();
    journal.put = (bytes) => kept.promise.then(() => journal.blobs.put(bytes));
    const { engine, clock } = place(journal);
    const result = engine.run(body(runs(outlined())), undefined, { id: "r" });
    await clock.advance(0);
    expect(await history(journal, "r")).not.toContain("run-finished");
    journal.put = new Durable(memoryJournal()).put;
    kept.resolve();
    await result;
    expect((await history(journal, "r")).slice(-3)).toEqual([
      "scope-outlined first",
      "scope-outlined second[a%2Fb]",
      "run-finished",
    ]);
  });

  test("a definition without an outline leaves nothing", async () => {
    const { journal, engine } = place(new Durable(memoryJournal()));
    await engine.run(body(runs(plain())), undefined, { id: "r" });
    expect((await history(journal, "r")).join()).not.toContain("outlined");
    expect((journal as Durable).puts).toBe(0);
  });

  test("a journal that cannot keep it costs a chart and no run", async () => {
    const journal = new Durable(memoryJournal());
    journal.put = () => Promise.reject(new Error("the disk is full"));
    const { engine } = place(journal);
    expect(await engine.run(body(runs(outlined())), undefined, { id: "r" })).toBe(1);
    expect(await outlines(journal)).toEqual([]);
  });

  test.each([
    ["the same outline", "1", ["first", "second[a%2Fb]"], { of: "1" }],
    ["another one, which counts", "2", ["first", "second[a%2Fb]", "first", "second[a%2Fb]"], { of: "2" }],
  ])("a resumed run with %s", async (_, version, keys, last) => {
    const journal = new Durable(memoryJournal());
    const first = place(journal);
    const cut = async (run: Run): Promise<number> => {
      await runs(outlined())(run);
      return run.step("end", forever);
    };
    first.engine.start(body(cut), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const whole = async (run: Run): Promise<number> => {
      await runs(outlined(version))(run);
      return run.step("end", () => 2);
    };
    const handle = await place(journal).engine.resume(body(whole), "r");
    expect(await handle.result).toBe(2);
    const events = (await recorded(journal, "r")).filter(({ type }) => type === "scope-outlined");
    expect(events.map(({ key }) => key)).toEqual(keys);
    expect(await outlines(journal)).toEqual([
      ["first", last],
      ["second[a%2Fb]", last],
    ]);
  });

  test("who goes on with a run reads none of the turns that are over", async () => {
    const { journal, engine, clock } = place(new Durable(memoryJournal()));
    const loop = (run: Run) =>
      run.loop("l", 1, async (n, turn) => {
        await runs(outlined())(turn);
        await turn.sleep(1);
        return n === 3 ? { done: await turn.waitFor("go") } : { next: n + 1 };
      });
    engine.start(body(loop), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(10);
    const { outlines: kept = new Map() } = (await RecoveredRun.read(journal.read("r"))) ?? {};
    expect([...kept.keys()]).toEqual(["l/#3/first", "l/#3/second[a%2Fb]"]);
    await engine[Symbol.asyncDispose]();
  });

  test("a run that waits stays one that waits, however late it comes", async () => {
    const journal = new Durable(memoryJournal());
    const kept = Promise.withResolvers<void>();
    const { put } = journal;
    journal.put = (bytes) => kept.promise.then(() => put(bytes));
    const { engine, clock } = place(journal);
    const waits: Runnable<void, unknown> = { ...outlined(), execute: (run) => run.waitFor("go") };
    const execute = (run: Run) => run.scope("s", (scope) => waits.execute(scope, undefined), { of: waits });
    engine.start(body(execute), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await expect.poll(() => stateOf(journal, "r")).toBe("suspended");
    kept.resolve();
    await expect.poll(() => history(journal, "r")).toContain("scope-outlined s");
    expect(await stateOf(journal, "r")).toBe("suspended");
    expect((await history(journal, "r")).filter((each) => each.startsWith("run-suspended"))).toHaveLength(1);
    expect(await runReport(journal.read("r"))).toMatchObject({ state: "suspended" });
    await engine[Symbol.asyncDispose]();
  });
});

test("in memory alone nothing is made of it", async () => {
  const { journal, engine } = place(memoryJournal());
  const never = {
    ...outlined(),
    outline: () => {
      throw new Error("not asked for");
    },
  };
  expect(await engine.run(body(runs(never)), undefined, { id: "r" })).toBe(1);
  expect((await runReport(journal.read("r")))?.outlines).toEqual([]);
});

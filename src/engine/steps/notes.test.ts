// What is said into a run
// - is on record before the last loop looks for it, or is refused
// - is refused from then on, also in a run that was cut off behind that
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Run, Turn } from "../../base/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { body, failureOf, history, place } from "../engine.fixture.ts";

const ENDING = { code: "not-under-way", got: "one that is ending" };

/** Turn after turn, until nobody has said anything since. */
function listening(between: () => Promise<void>): (run: Run) => Promise<number> {
  return (run) => {
    let said = 0;
    run.keep({
      recorded: ({ type }) => void (type === "remark-made" && said++),
      commit: () => undefined,
      committed: () => {},
      resumedBehind: () => {},
      replayed: () => {},
      halted: () => {},
    });
    return run.loop("listen", 0, async (heard): Promise<Turn<number, number>> => {
      await between();
      return { done: heard, unless: () => (said === heard ? undefined : said) };
    });
  };
}

/** A journal on which what is said is durable late, and what is said last never is recorded. */
function lateJournal(): Journal & { isBroken: boolean } {
  const journal = Object.assign(memoryJournal(), { isBroken: false });
  const append = journal.append.bind(journal);
  let last: Promise<unknown> = Promise.resolve();
  journal.append = async (batch, options) => {
    if (journal.isBroken && batch.some(({ type }) => type === "run-finished")) throw new Error("no space left");
    const appended = append(batch, options);
    last = Promise.all([last, appended, batch.some(({ type }) => type === "remark-made") && setTimeout(5)]);
    await last;
  };
  return journal;
}

test("what is being recorded is waited for, and heard", async () => {
  const { engine, journal } = place(lateJournal());
  let noted: Promise<void> | undefined;
  const listen = listening(async () => {
    noted ??= engine.note("r", "remark-made", {});
    await setTimeout(1);
  });
  expect(await engine.run(body(listen), undefined, { id: "r" })).toBe(1);
  await noted;
  expect(await history(journal, "r")).toEqual([
    "run-started",
    "remark-made",
    "turn-finished listen",
    "loop-finished listen",
    "run-finished",
  ]);
});

test("nothing is taken in once nobody looks for it any more, whatever becomes of the process", async () => {
  const journal = lateJournal();
  journal.isBroken = true;
  const first = place(journal);
  const listen = listening(async () => {});
  await failureOf(first.engine.run(body(listen), undefined, { id: "r" }));
  expect(await history(journal, "r")).toContain("loop-finished listen");
  const second = place(journal);
  expect(await failureOf(second.engine.note("r", "remark-made", {}))).toMatchObject(ENDING);
  journal.isBroken = false;
  const refused: unknown[] = [];
  const again = async (run: Run): Promise<number> => {
    refused.push(await failureOf(second.engine.note("r", "remark-made", {})));
    return listen(run);
  };
  const resumed = await second.engine.resume(body(again), "r");
  expect(await resumed.result).toBe(0);
  expect(refused).toMatchObject([ENDING]);
  expect(await history(journal, "r")).not.toContain("remark-made");
});

test("a run whose loops do not say that they are the last takes in more behind them", async () => {
  const { engine, journal } = place(memoryJournal());
  const said = body(async (run) => {
    await run.loop("first", 0, async () => ({ done: 1 }));
    await engine.note("r", "remark-made", {});
  });
  await engine.run(said, undefined, { id: "r" });
  expect(await history(journal, "r")).toContain("remark-made");
});

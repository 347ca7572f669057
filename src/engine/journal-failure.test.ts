// A journal that fails at an append
// - halts the run with its error, whether it throws or rejects, and whichever append it is
// - leaves nothing acknowledged that is not on record
// - leaves no ending on record: the run can be resumed when the journal is well again
import { describe, expect, test } from "vitest";
import type { Journal } from "../journal/index.ts";
import { crashingJournal, virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { body, failureOf, forever, place, recorded, stateOf } from "./engine.fixture.ts";
import { eventfulRun } from "./eventful-run.fixture.ts";
import { failingJournal, journals } from "./journals.fixture.ts";

async function appendsOfAWholeRun(journal: Journal): Promise<number> {
  const counting = crashingJournal(journal);
  await finish(counting, "first");
  return counting.appends;
}

async function finish(journal: Journal, process: string): Promise<ReturnType<typeof eventfulRun>["witness"]> {
  const { definition, witness } = eventfulRun(process);
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal, clock, inDoubt: "fail" });
  const known = (await recorded(journal, "r")).length > 0;
  const handle = known ? await engine.resume(definition, "r") : engine.start(definition, undefined, { id: "r" });
  const result = handle.result.then(() => witness);
  result.catch(() => {});
  await clock.advance("1m");
  expect(clock.pending).toBe(0);
  return result;
}

describe.each(journals)("%s", (_, open) => {
  test.each(["throws", "rejects"] as const)("at each append, when it %s", async (how) => {
    const appends = await appendsOfAWholeRun(open());
    for (let nth = 1; nth <= appends; nth++) {
      const journal = open();
      const error = await failureOf(finish(failingJournal(journal, nth, how), "first"));
      const what = `append ${nth}`;
      expect(error.message, what).toBe("the disk is full");
      const before = await recorded(journal, "r");
      expect(
        before.some(({ type }) => type === "run-finished"),
        what,
      ).toBe(false);
      expect(await stateOf(journal, "r"), what).toBe(before.length === 0 ? undefined : "running");
      const witness = await finish(journal, "second");
      const done = before.flatMap(({ type, key }) => (type === "step-finished" || type === "step-failed" ? [key] : []));
      expect(
        witness.calls.filter((key) => done.includes(key)),
        what,
      ).toEqual([]);
      expect(await stateOf(journal, "r"), what).toBe("finished");
    }
  });

  test.each(["throws", "rejects"] as const)(
    "nothing that is not on record is told to the body, when it %s",
    async (how) => {
      const told: string[] = [];
      const journal = open();
      const { engine, clock } = place(failingJournal(journal, 3, how));
      const handle = engine.start(
        body(async (r) => {
          told.push(await r.step("s", () => "result"));
        }),
        undefined,
        { id: "r" },
      );
      await clock.advance(0);
      expect((await failureOf(handle.result)).message).toBe("the disk is full");
      expect(told).toEqual([]);
    },
  );

  test("what was taken is given back, although that cannot be recorded", async () => {
    const { engine } = place(failingJournal(open(), 3, "throws"));
    const given: string[] = [];
    const run = engine.run(
      body((r) =>
        r.step("s", (step) => {
          step.defer(() => void given.push("given back"));
          step.defer(() => Promise.reject(new Error("stuck")));
          return 1;
        }),
      ),
      undefined,
    );
    expect((await failureOf(run)).message).toBe("the disk is full");
    expect(given).toEqual(["given back"]);
  });

  test("a cancel that cannot be recorded is no cancel on record", async () => {
    const journal = open();
    const { engine, clock } = place(failingJournal(journal, 3, "rejects"));
    const handle = engine.start(
      body((r) => r.step("s", forever)),
      undefined,
      { id: "r" },
    );
    await clock.advance(0);
    await handle.cancel();
    expect([(await failureOf(handle.result)).message, await stateOf(journal, "r")]).toEqual([
      "the disk is full",
      "running",
    ]);
  });
});

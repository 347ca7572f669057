// A process dies before or after any of its appends, and another one goes on with its run. Then
// - the run finishes; the step that must run once has run once, or is in doubt
// - a step whose outcome was recorded is not called again, and its recorded result is used
// - a step in flight is called at most once more; attempts that are on record as failed are not repeated
// - the winner of a race that was decided stays the winner
// - turns that have ended are not taken again
// - the body was told of nothing that is not on record
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Journal } from "../journal/index.ts";
import { crashingJournal, type CrashPoint, virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { recorded } from "./engine.fixture.ts";
import { eventfulRun, type Output, type Witness } from "./eventful-run.fixture.ts";
import type { EngineEvent } from "./events.ts";
import { journals } from "./journals.fixture.ts";

/** One process's part of the run, until it ends or dies. */
async function live(
  journal: Journal,
  process: string,
  point?: CrashPoint,
): Promise<{ output: Output | undefined; witness: Witness; appends: number }> {
  const crashing = crashingJournal(journal, point);
  const { definition, witness } = eventfulRun(process, () => crashing.appends < (point?.append ?? Infinity));
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal: crashing, clock });
  let output: Output | undefined;
  const known = (await recorded(journal, "r")).length > 0;
  const handle = known ? await engine.resume(definition, "r") : engine.start(definition, undefined, { id: "r" });
  const ended = handle.result.then((result) => (output = result));
  ended.catch(() => {});
  await clock.advance("1m");
  if (point === undefined) await ended;
  return { output, witness, appends: crashing.appends };
}

const outcomes = (events: readonly EngineEvent[]): string[] =>
  events.flatMap(({ type, key }) => (type === "step-finished" || type === "step-failed" ? [key] : []));

const times = (list: readonly string[], item: string): number => list.filter((other) => other === item).length;

describe.each(journals)("%s", (_, open) => {
  test("without a crash the run is what it is", async () => {
    const { output, witness } = await live(open(), "first");
    expect(output?.winner).toBe("hare");
    expect(output?.paid).toBe("pay of first");
    expect(output?.results).toHaveLength(15);
    expect(witness.turns).toEqual(["outer/#1", "outer/#2"]);
    expect(times(witness.calls, "flaky")).toBe(3);
  });

  describe.each(["before", "after"] as const)("%s an append", (when) => {
    test("at each of them", async () => {
      const { appends } = await live(open(), "first");
      expect(appends).toBeGreaterThan(50);
      for (let append = 1; append <= appends; append++) await crashAt({ append, when });
    });
  });

  async function crashAt(point: CrashPoint): Promise<void> {
    const journal = open();
    const first = await live(journal, "first", point);
    const before = await recorded(journal, "r");
    const what = `${point.when} append ${point.append}, after ${before.at(-1)?.type} ${before.at(-1)?.key}`;
    expect(first.output, what).toBeUndefined();
    const second = await live(journal, "second");
    const after = await recorded(journal, "r");
    const { output } = second;
    if (output === undefined) throw new Error(`it did not finish, ${what}`);

    const done = outcomes(before);
    const started = before.flatMap(({ type, key }) => (type === "step-started" ? [key] : []));
    expect(
      first.witness.acknowledged.filter((key) => !done.includes(key)),
      what,
    ).toEqual([]);
    expect(
      second.witness.calls.filter((key) => done.includes(key)),
      what,
    ).toEqual([]);
    for (const event of before) {
      if (event.type !== "step-finished") continue;
      const again = [...output.results, output.paid].filter((result) => result.startsWith(`${event.key} of `));
      expect(
        again.filter((result) => result !== event.data.result),
        what,
      ).toEqual([]);
    }
    for (const key of new Set(second.witness.calls)) {
      const attempts = key === "flaky" ? 3 - before.filter(({ type }) => type === "step-retried").length : 1;
      expect(times(second.witness.calls, key), `${key}, ${what}`).toBe(attempts);
    }
    expect(new Set(outcomes(after)).size, what).toBe(outcomes(after).length);

    const inDoubt = started.includes("pay") && !done.includes("pay");
    expect(output.paid, what).toMatch(
      inDoubt ? /^step-in-doubt$/ : done.includes("pay") ? /^pay of first$/ : /^pay of second$/,
    );
    expect(times([...first.witness.calls, ...second.witness.calls], "pay"), what).toBeLessThanOrEqual(1);

    const decided = before.find((event) => event.type === "branch-decided" && event.key === "#race");
    if (decided?.type === "branch-decided") expect(output.winner, what).toBe(decided.data.branch);
    const turns = before.filter(({ type, key }) => type === "turn-finished" && key === "outer").length;
    const over = before.some(({ type, key }) => type === "loop-finished" && key === "outer");
    expect(second.witness.turns, what).toEqual(["outer/#1", "outer/#2"].slice(over ? 2 : turns));
    expect(output.results.length, what).toBe(15);
  }

  test("again and again, wherever they die", async () => {
    const point = fc.record({ append: fc.integer({ min: 1, max: 30 }), when: fc.constantFrom("before", "after") });
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 8 }), async (points) => {
        const journal = open();
        const witnesses: Witness[] = [];
        const processes = [...points, undefined];
        for (const [index, at] of processes.entries()) {
          witnesses.push((await live(journal, index === 0 ? "first" : `number ${index + 1}`, at)).witness);
        }
        const events = await recorded(journal, "r");
        expect(events.at(-1)?.type).toBe("run-finished");
        expect(new Set(outcomes(events)).size).toBe(outcomes(events).length);
        expect(
          times(
            witnesses.flatMap(({ calls }) => calls),
            "pay",
          ),
        ).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });
});

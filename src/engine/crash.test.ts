// A process dies before or after any of its appends, and another one goes on with its run. Then
// - the run finishes; the step that must run once has run once, or is in doubt
// - a step whose outcome was recorded is not called again, and its recorded result is used
// - a step in flight is called at most once more; attempts that are on record as failed are not repeated
// - the winner of a race that was decided stays the winner
// - turns that have ended are not taken again
// - a metered step knows how many of its calls were cut off
// - the body was told of nothing that is not on record
// - what waits (a timer, a signal, a child, a step in doubt that asks) ends once, wherever its process died
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventEnvelope, Run, Runnable, StepOptions } from "../base/index.ts";
import type { AppendOptions, Journal } from "../journal/index.ts";
import { crashingJournal, type CrashPoint, virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { body, recorded, stateOf } from "./engine.fixture.ts";
import { eventfulRun, type Output, type Witness } from "./eventful-run.fixture.ts";
import type { EngineEvent } from "./record/events.ts";
import { journals, WrappedJournal } from "./journals.fixture.ts";
import { atEachPoint, goOn, life } from "./life.fixture.ts";

/** One process's part of the run, until it ends or dies. */
async function live(
  journal: Journal,
  process: string,
  point?: CrashPoint,
): Promise<{ output: Output | undefined; witness: Witness; appends: number }> {
  const crashing = crashingJournal(journal, point);
  const { definition, witness } = eventfulRun(process, () => crashing.appends < (point?.append ?? Infinity));
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal: crashing, clock, inDoubt: "fail" });
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

/** What nobody waits for is lost. */
class Dropping extends WrappedJournal {
  override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    if (options?.lazy !== true) return super.append(events, options);
  }
}

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

  test("a metered step counts the calls that were cut off, wherever its processes died", async () => {
    const calls: { readonly process: number; readonly interrupted: number; readonly again: boolean }[] = [];
    const metered = (process: number, ends: boolean): Runnable<void, number> =>
      body((r) =>
        r.step(
          "ask",
          ({ interrupted, again }) => {
            calls.push({ process, interrupted, again });
            return ends ? interrupted : new Promise<number>(() => {});
          },
          { metered: true },
        ),
      );
    const journal = open();
    for (let process = 0; process < 3; process++) {
      // It dies as soon as the function is called: whatever rides along is lost.
      const one = life(new Dropping(journal));
      await goOn(one, journal, metered(process, false));
      await one.clock.advance("1s");
    }
    const last = life(journal);
    const became = await goOn(last, journal, metered(3, true));
    await last.clock.advance("1s");
    expect(became).toEqual({ output: 3 });
    expect(calls).toEqual([0, 1, 2, 3].map((n) => ({ process: n, interrupted: n, again: n > 0 })));
  });

  describe("while it waits", () => {
    /** A timer, a signal, a child and a step that must run once, one after the other and side by side. */
    function waiting(calls: string[], alive: () => boolean): Runnable<void, unknown> {
      const step = (run: Run, name: string, options: StepOptions = {}): Promise<string> =>
        run.step(name, ({ idempotencyKey }) => (alive() && calls.push(idempotencyKey), name), options);
      const child = body(
        async (r) => [await step(r, "in"), await r.sleep(5).then(() => "slept"), await r.waitFor("word")],
        "child",
      );
      return body(async (r) => {
        const first = await step(r, "first");
        await r.sleep(10);
        const beside = await r.all([
          { name: "child", run: (b) => b.child(child, undefined) },
          { name: "asks", run: async (b) => [await b.waitFor("go", { deadline: "1h" }), await step(b, "then")] },
          { name: "pays", run: (b) => step(b, "pay", { effect: "once" }) },
        ]);
        return [first, ...beside.flat(), await step(r, "last")];
      });
    }

    /** One process's part: it answers whatever is asked, as long as it lives. */
    async function liveOn(journal: Journal, point?: CrashPoint) {
      const calls: string[] = [];
      const process = life(journal, point);
      const became = await goOn(process, journal, waiting(calls, process.alive));
      for (let minute = 0; minute < 4; minute++) {
        await process.clock.advance("1m");
        for (const [id, key] of [
          ["r", "asks/go"],
          ["r/child/child", "word"],
          ["r", "pays/pay"],
        ] as const) {
          const value = key === "pays/pay" ? "told" : key;
          void process.engine.answer(id, key, { value }).catch(() => {});
        }
      }
      await process.clock.advance("1m");
      return { ...process, became, calls };
    }

    async function finished(journal: Journal): Promise<string[]> {
      const done: string[] = [];
      for (const id of ["r", "r/child/child"]) {
        for (const { type, key } of await recorded(journal, id)) {
          if (type === "step-finished" || type === "timer-fired" || type === "signal-received")
            done.push(`${id}/${key}`);
        }
      }
      return done;
    }

    test("wherever it dies", async () => {
      const whole = await liveOn(open());
      const output = ["first", "in", "slept", "word", "asks/go", "then", "pay", "last"];
      expect(whole.became.output).toEqual(output);
      await atEachPoint(whole.journal.appends, async (point) => {
        const journal = open();
        const first = await liveOn(journal, point);
        const before = await finished(journal);
        const second = await liveOn(journal);
        const told = output.map((each) =>
          each === "pay" && !second.calls.includes("r/pays/pay") ? (expect.stringMatching(/pay|told/) as string) : each,
        );
        expect(second.became).toEqual({ output: told });
        const after = await finished(journal);
        expect(new Set(after).size).toBe(after.length);
        expect(second.calls.filter((key) => before.includes(key))).toEqual([]);
        expect([...first.calls, ...second.calls].filter((key) => key === "r/pays/pay").length).toBeLessThanOrEqual(1);
        for (const id of ["r", "r/child/child"]) expect(await stateOf(journal, id)).toBe("finished");
      });
    });
  });
});

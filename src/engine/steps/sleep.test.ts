// A sleep
// - lasts as long as it says, and no less: also across crashes, and whatever becomes of the machine's clock
// - is set once and fires once
// - goes on for what is left of it when the run is resumed
// - of a name stands alone in its scope, as a step does
// - ends at once when its scope is cancelled
import { describe, expect, test } from "vitest";
import type { Run } from "../../base/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, history, place, recorded, stateOf } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { atEachPoint, goOn, life } from "../life.fixture.ts";

const HOUR = 3_600_000;

describe.each(journals)("%s", (_, open) => {
  test("lasts as long as it says", async () => {
    const { engine, clock, journal } = place(open());
    let woken = false;
    const result = engine.run(
      body(async (r) => {
        await r.sleep("1h");
        woken = true;
      }),
      undefined,
      { id: "r" },
    );
    await clock.advance(HOUR - 1);
    expect(woken).toBe(false);
    expect(await history(journal, "r")).toEqual(["run-started", "timer-set sleep", "run-suspended"]);
    await clock.advance(1);
    await result;
    expect(await history(journal, "r")).toEqual([
      "run-started",
      "timer-set sleep",
      "run-suspended",
      "timer-fired sleep",
      "run-finished",
    ]);
  });

  test("may take no time", async () => {
    const { engine, clock } = place(open());
    const result = engine.run(
      body((r) => r.sleep(0)),
      undefined,
    );
    await clock.advance(0);
    await result;
  });

  test("may take years", async () => {
    const { engine, clock } = place(open());
    let woken = false;
    const result = engine
      .run(
        body((r) => r.sleep("3650d")),
        undefined,
      )
      .then(() => (woken = true));
    await clock.advance("3649d");
    expect(woken).toBe(false);
    await clock.advance("1d");
    expect(await result).toBe(true);
  });

  test("one after the other have keys of their own", async () => {
    const { engine, clock, journal } = place(open());
    const result = engine.run(
      body(async (r) => {
        await r.sleep(10);
        await r.sleep(10);
        await r.sleep(10, "rest");
      }),
      undefined,
      { id: "r" },
    );
    await clock.advance(30);
    await result;
    expect((await history(journal, "r")).filter((line) => line.startsWith("timer-fired"))).toEqual([
      "timer-fired sleep",
      "timer-fired sleep#2",
      "timer-fired rest",
    ]);
  });

  test("in branches each lasts its own time", async () => {
    const { engine, clock } = place(open());
    const order: string[] = [];
    const sleeper = (name: string, ms: number) => ({
      name,
      run: async (branch: Run) => {
        await branch.sleep(ms);
        order.push(name);
      },
    });
    const result = engine.run(
      body(async (r) => void (await r.all([sleeper("c", 30), sleeper("a", 10), sleeper("b", 20)]))),
      undefined,
    );
    await clock.advance(25);
    expect(order).toEqual(["a", "b"]);
    await clock.advance(5);
    await result;
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("is ambiguous beside another one of its name, and not beside one with a key", async () => {
    const { engine, clock } = place(open());
    const two = engine.run(
      body(async (r) => void (await Promise.all([r.sleep(10), r.sleep(10)]))),
      undefined,
    );
    expect(await failureOf(two)).toMatchObject({ code: "ambiguous-step" });
    const keyed = engine.run(
      body((r) =>
        Promise.all([r.sleep(10, { name: "s", key: "a" }), r.sleep(10, { name: "s", key: "b" })]).then(() => "both"),
      ),
      undefined,
    );
    await clock.advance(10);
    expect(await keyed).toBe("both");
  });

  test("is ambiguous beside a step of its name", async () => {
    const { engine } = place(open());
    const both = engine.run(
      body((r) => Promise.all([r.step("s", forever), r.sleep(10, "s")])),
      undefined,
    );
    expect(await failureOf(both)).toMatchObject({ code: "ambiguous-step" });
  });

  test("with a time that is none is refused", async () => {
    const { engine } = place(open());
    expect(
      await failureOf(
        engine.run(
          body((r) => r.sleep("soon" as never)),
          undefined,
        ),
      ),
    ).toMatchObject({ code: "invalid-duration" });
  });

  test("is cancelled without time passing", async () => {
    const { engine, clock, journal } = place(open());
    const handle = engine.start(
      body((r) => r.sleep("1h")),
      undefined,
      { id: "r" },
    );
    await clock.advance(1);
    await handle.cancel("enough");
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled" });
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(clock.pending).toBe(0);
  });

  test("that lost a race does not fire", async () => {
    const { engine, clock, journal } = place(open());
    const result = engine.run(
      body(async (r) => {
        await r.race([
          { name: "short", run: (b) => b.sleep(10) },
          { name: "long", run: (b) => b.sleep(20) },
        ]);
        await r.sleep(50, "after");
      }),
      undefined,
      { id: "r" },
    );
    await clock.advance(60);
    await result;
    expect((await history(journal, "r")).filter((line) => line.startsWith("timer-fired"))).toEqual([
      "timer-fired short/sleep",
      "timer-fired after",
    ]);
  });

  describe("in a process that dies", () => {
    const nap = body((r) => r.sleep("1h"));

    /** Sleeps in one process for a while, and in another one to the end; the time that went by in each. */
    async function acrossProcesses(settings: {
      readonly slept: number;
      readonly dead: number;
      readonly wallAlive?: number;
      readonly wallDead?: number;
    }): Promise<number> {
      const { slept, dead, wallAlive = 0, wallDead = 0 } = settings;
      const journal = open();
      const start = 100 * HOUR;
      const first = virtualClock(start);
      void new EmbeddedEngine({ journal, clock: first }).start(nap, undefined, { id: "r" });
      await first.advance(0);
      first.setWall(start + wallAlive);
      await first.advance(slept);

      const second = virtualClock(start + slept + dead + wallAlive + wallDead);
      const handle = await new EmbeddedEngine({ journal, clock: second }).resume(nap, "r");
      let woken = false;
      const result = handle.result.then(() => (woken = true));
      await second.advance(0);
      let waited = 0;
      for (; !woken && waited < 10 * HOUR; waited += 60_000) await second.advance(60_000);
      await result;
      expect((await history(journal, "r")).filter((line) => line.startsWith("timer-fired"))).toHaveLength(1);
      return waited;
    }

    test("goes on for what is left", async () => {
      expect(await acrossProcesses({ slept: HOUR / 2, dead: HOUR / 4 })).toBe(HOUR / 4);
    });

    test("ends at once where its time passed meanwhile", async () => {
      expect(await acrossProcesses({ slept: HOUR / 2, dead: HOUR })).toBe(0);
    });

    test("is never early where the clock went back, and no longer than it says", async () => {
      expect(await acrossProcesses({ slept: HOUR / 2, dead: HOUR / 4, wallDead: -HOUR })).toBe(HOUR);
      expect(await acrossProcesses({ slept: HOUR / 2, dead: HOUR / 4, wallAlive: -HOUR })).toBe(HOUR);
    });

    test("goes by the clock where that went forward", async () => {
      expect(await acrossProcesses({ slept: HOUR / 2, dead: 0, wallDead: HOUR })).toBe(0);
    });
  });

  test.each([-HOUR, HOUR])("is as long as it says in a process whose clock jumps by %d ms", async (jump) => {
    const clock = virtualClock(100 * HOUR);
    let woken = false;
    const engine = new EmbeddedEngine({ journal: open(), clock });
    const result = engine
      .run(
        body((r) => r.sleep("1h")),
        undefined,
      )
      .then(() => (woken = true));
    await clock.advance(HOUR / 2);
    clock.setWall(clock.now() + jump);
    await clock.advance(HOUR / 2 - 1);
    expect(woken).toBe(false);
    await clock.advance(1);
    await result;
  });

  test("wherever processes die, each is set once, fires once, and never early", async () => {
    const definition = body(async (r) => {
      await r.sleep("10m");
      await r.all([
        { name: "a", run: (b) => b.sleep("10m") },
        { name: "b", run: (b) => b.sleep("20m") },
      ]);
      return r.step("after", () => "done");
    });
    const counting = open();
    const whole = life(counting);
    await goOn(whole, counting, definition);
    await whole.clock.advance("1h");
    expect(await stateOf(counting, "r")).toBe("finished");
    await atEachPoint(whole.journal.appends, async (point) => {
      const journal = open();
      const first = life(journal, point);
      await goOn(first, journal, definition);
      await first.clock.advance("1h");
      const second = life(journal);
      // It comes back at the moment of the last record.
      const last = (await recorded(journal, "r")).at(-1)?.at ?? 0;
      second.clock.setWall(last);
      const became = await goOn(second, journal, definition);
      await second.clock.advance("1h");
      expect(became.output).toBe("done");
      const events = await recorded(journal, "r");
      for (const key of ["sleep", "a/sleep", "b/sleep"]) {
        const set = events.filter((event) => event.type === "timer-set" && event.key === key);
        const fired = events.filter((event) => event.type === "timer-fired" && event.key === key);
        expect(set).toHaveLength(1);
        expect(fired).toHaveLength(1);
        const [timer] = set;
        if (timer?.type === "timer-set") expect(fired[0]?.at).toBeGreaterThanOrEqual(timer.data.at);
      }
    });
  });
});

// Who iterates a run's handle
// - is given every recorded event once and in order, however early, late or slow
// - also after the end, and from an engine that retains nothing
// - is given progress between a step's start and its end: the latest where it is slow; it is never recorded
// - holds nobody up, and cancels nothing by leaving
import { describe, expect, test } from "vitest";
import type { Run, StepContext } from "../../base/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import type { RunHandle } from "../engine.ts";
import { body, failureOf, forever, place, recorded } from "../engine.fixture.ts";
import type { EngineEvent } from "../record/events.ts";
import { journals } from "../journals.fixture.ts";

const busy = async (r: Run): Promise<void> => {
  for (let n = 0; n < 5; n++) await r.step("s", async () => n);
  await r.all([1, 2, 3].map((n) => ({ name: `b${n}`, run: (b: Run) => b.step("s", async () => n) })));
};

async function events(handle: RunHandle<unknown>, slowly = false): Promise<EngineEvent[]> {
  const found: EngineEvent[] = [];
  for await (const event of handle) {
    found.push(event);
    if (slowly) for (let turn = 0; turn < 50; turn++) await undefined;
  }
  return found;
}

describe.each(journals)("%s", (_, open) => {
  test("early, slow and late readers are given every recorded event once and in order", async () => {
    const { engine, journal, clock } = place(open());
    const handle = engine.start(body(busy), undefined, { id: "r" });
    const readers = [events(handle), events(handle, true)];
    await handle.result;
    await clock.advance(0);
    readers.push(events(handle), events(handle, true));
    const expected = await recorded(journal, "r");
    expect(expected).toHaveLength(18);
    for (const reader of readers) expect(await reader).toEqual(expected);
  });

  test("also from an engine that retains nothing, before and after it has forgotten", async () => {
    const { journal, clock } = place(open());
    const engine = new EmbeddedEngine({ journal, clock, retain: "nothing" });
    const handle = engine.start(body(busy), undefined, { id: "r" });
    const early = events(handle, true);
    await handle.result;
    const late = events(handle);
    await clock.advance(0);
    const afterwards = await events(handle);
    expect(await recorded(journal, "r")).toEqual([]);
    expect(afterwards).toHaveLength(18);
    expect(await early).toEqual(afterwards);
    expect(await late).toEqual(afterwards);
  });

  test("of a resumed run, and of one that had ended before", async () => {
    const journal = open();
    const first = place(journal);
    let wait: () => Promise<unknown> = forever;
    const definition = body(async (r) => void (await r.step("s", () => wait())));
    const stopped = first.engine.start(definition, undefined, { id: "r" });
    const seen = events(stopped);
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    expect((await seen).map(({ type }) => type)).toEqual(["run-started", "step-started", "run-paused"]);
    wait = async () => undefined;
    const { engine } = place(journal);
    const all = ["run-started", "step-started", "run-paused", "run-resumed", "step-finished", "run-finished"];
    expect((await events(await engine.resume(definition, "r"))).map(({ type }) => type)).toEqual(all);
    expect((await events(await engine.resume(definition, "r"))).map(({ type }) => type)).toEqual(all);
  });

  describe("progress", () => {
    /** A step that tells of its progress when the test says so. */
    function talkative(): { open: Promise<StepContext>; end: () => void; execute: (r: Run) => Promise<void> } {
      const given = Promise.withResolvers<StepContext>();
      const over = Promise.withResolvers<void>();
      const fn = (step: StepContext): Promise<void> => (given.resolve(step), over.promise);
      return { open: given.promise, end: over.resolve, execute: async (r) => r.step("s", fn) };
    }

    test("comes between the step's start and its end, and is not recorded", async () => {
      const { engine, journal, clock } = place(open());
      const { open: step, end, execute } = talkative();
      const handle = engine.start(body(execute), undefined, { id: "r" });
      const reader = events(handle);
      await clock.advance(0);
      for (const done of [1, 2]) {
        (await step).progress({ done, total: 2, note: "half" });
        await clock.advance(0);
      }
      end();
      const told = await reader;
      expect(told.map(({ type }) => type)).toEqual([
        "run-started",
        "step-started",
        "step-progress",
        "step-progress",
        "step-finished",
        "run-finished",
      ]);
      expect(told[3]).toMatchObject({ key: "s", seq: 0, data: { done: 2, total: 2, note: "half" } });
      expect((await recorded(journal, "r")).map(({ type }) => type)).not.toContain("step-progress");
    });

    test("is the latest of each step where the reader is slower", async () => {
      const { engine, clock } = place(open());
      const { open: step, end, execute } = talkative();
      const handle = engine.start(body(execute), undefined);
      const reader = events(handle);
      await clock.advance(0);
      const telling = await step;
      for (let done = 1; done <= 100; done++) telling.progress({ done });
      await clock.advance(0);
      end();
      expect((await reader).flatMap((event) => (event.type === "step-progress" ? [event.data.done] : []))).toEqual([
        100,
      ]);
    });

    test("is told once, whatever happens beside it, and not by an attempt that is over", async () => {
      const { engine, clock } = place(open());
      const attempts: StepContext[] = [];
      const keep = (step: StepContext): Promise<never> => (attempts.push(step), forever());
      const handle = engine.start(
        body(async (r) => {
          void r.step("slow", keep, { timeout: "1s", retry: { attempts: 2, initialDelay: 0 } });
          for (let n = 0; n < 3; n++)
            await r.step("timer", () => new Promise((resolve) => void clock.timer(400, () => resolve(n))));
          await r.step("wait", forever);
        }),
        undefined,
      );
      const reader = events(handle);
      await clock.advance(0);
      attempts[0]?.progress({ note: "first" });
      await clock.advance("1.5s");
      attempts[0]?.progress({ note: "late" });
      await clock.advance(0);
      attempts[1]?.progress({ note: "second" });
      await clock.advance(0);
      await handle.cancel();
      expect((await reader).flatMap((event) => (event.type === "step-progress" ? [event.data.note] : []))).toEqual([
        "first",
        "second",
      ]);
    });

    test("does not come once the step or the run has ended", async () => {
      const { engine, clock } = place(open());
      const { open: step, end, execute } = talkative();
      const handle = engine.start(
        body(async (r) => (await execute(r), forever())),
        undefined,
      );
      const reader = events(handle);
      await clock.advance(0);
      end();
      await clock.advance(0);
      (await step).progress({ done: 1 });
      const other = engine.start(
        body((r) => r.step("s", (s) => (s.progress({ done: 1 }), forever()))),
        undefined,
      );
      const slow = events(other, true);
      await other.cancel();
      await handle.cancel();
      expect((await reader).map(({ type }) => type)).not.toContain("step-progress");
      expect((await slow).at(-1)?.type).toBe("run-cancelled");
    });
  });

  test("leaving cancels nothing, and others are told on", async () => {
    const { engine } = place(open());
    const handle = engine.start(body(busy), undefined);
    const other = events(handle);
    for await (const event of handle) if (event.type === "step-started") break;
    await handle.result;
    expect(await other).toHaveLength(18);
  });

  test("a run that was refused has no ending to tell", async () => {
    const { engine } = place(open());
    const handle = engine.start(
      body(async () => 1),
      new Map() as never,
    );
    await failureOf(handle.result);
    expect(await events(handle)).toEqual([]);
  });
});

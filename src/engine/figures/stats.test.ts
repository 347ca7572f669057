// An engine's figures
// - count runs and steps by how they ended; what is active is what was started and has not ended
// - agree with the events of its runs, whatever these are made of
// - of a resumed run hold what this engine did, and nothing of what was on record
// - have durations for each name, up to a bound of names
import { describe, expect, test } from "vitest";
import type { Run } from "../../base/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, place } from "../engine.fixture.ts";
import { eventfulRun } from "../eventful-run.fixture.ts";
import type { EngineEvent } from "../record/events.ts";
import { failingJournal, journals } from "../journals.fixture.ts";
import { type EngineStats, MAX_NAMES } from "./stats.ts";

const NO_RUNS: EngineStats["runs"] = { started: 0, finished: 0, failed: 0, cancelled: 0, halted: 0, active: 0 };
const NO_STEPS: EngineStats["steps"] = { started: 0, finished: 0, failed: 0, cancelled: 0, active: 0 };

const refuse = (): never => {
  throw new Error("no");
};

test("before the first run everything is 0", () => {
  const { engine } = place(memoryJournal());
  const mail = { queued: 0, oldestMs: 0, delayed: 0, handling: 0, suspended: 0, halted: 0 };
  expect(engine.stats()).toEqual({
    runs: NO_RUNS,
    steps: NO_STEPS,
    retries: 0,
    queueDepth: 0,
    pending: 0,
    mail,
    tasks: {},
  });
});

describe.each(journals)("%s", (_, open) => {
  test("runs and steps that finish, fail and go on", async () => {
    const { engine, clock } = place(open());
    await engine.run(
      body((r) => r.step("a", () => 1)),
      undefined,
    );
    await failureOf(
      engine.run(
        body((r) => r.step("a", refuse)),
        undefined,
      ),
    );
    const open_ = engine.start(
      body((r) => r.step("b", forever)),
      undefined,
    );
    await clock.advance(0);
    const { runs, steps } = engine.stats();
    expect(runs).toEqual({ ...NO_RUNS, started: 3, finished: 1, failed: 1, active: 1 });
    expect(steps).toEqual({ ...NO_STEPS, started: 3, finished: 1, failed: 1, active: 1 });
    await open_.cancel();
    expect(engine.stats().runs).toEqual({ ...NO_RUNS, started: 3, finished: 1, failed: 1, cancelled: 1 });
    expect(engine.stats().steps).toEqual({ ...NO_STEPS, started: 3, finished: 1, failed: 1, cancelled: 1 });
    expect(engine.stats().tasks).toMatchObject({ a: { finished: 1, failed: 1 } });
  });

  test("a lost race is a cancelled step; a retry is no step of its own", async () => {
    const { engine, clock } = place(open());
    const run = engine.run(
      body(async (r) => {
        await r.race([
          { name: "fast", run: (b) => b.step("s", () => 1) },
          { name: "slow", run: (b) => b.step("s", forever) },
        ]);
        await r.step("flaky", ({ attempt }) => (attempt < 3 ? refuse() : 1), {
          retry: { attempts: 3, initialDelay: 0 },
        });
      }),
      undefined,
    );
    await clock.advance("1s");
    await run;
    expect(engine.stats()).toMatchObject({ steps: { started: 3, finished: 2, cancelled: 1, active: 0 }, retries: 2 });
  });

  test("durations are those of the engine's clock, by name", async () => {
    const { engine, clock } = place(open());
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.timer(ms, resolve));
    const run = engine.run(
      body(async (r) => {
        for (let n = 1; n <= 20; n++) await r.step("nap", () => wait(n * 100));
        await r.step({ name: "other/one", key: "k" }, () => wait(5));
      }),
      undefined,
    );
    await clock.advance("1m");
    await run;
    const { tasks } = engine.stats();
    expect(Object.keys(tasks)).toEqual(["nap", "other/one"]);
    const { finished, failed, totalMs, maxMs, p50Ms, p95Ms } = tasks["nap"] as EngineStats["tasks"][string];
    expect({ finished, failed, totalMs, maxMs }).toEqual({ finished: 20, failed: 0, totalMs: 21_000, maxMs: 2_000 });
    expect(Math.abs(p50Ms - 1_000)).toBeLessThanOrEqual(50);
    expect(Math.abs(p95Ms - 1_900)).toBeLessThanOrEqual(95);
  });

  test("an engine that closes halts its runs; another one counts what it does of them", async () => {
    const journal = open();
    const first = place(journal);
    let wait: () => Promise<unknown> = forever;
    const definition = body(async (r: Run) => {
      await r.step("done", () => 1);
      await r.step("open", () => wait());
      await r.step("new", () => 1);
    });
    first.engine.start(definition, undefined, { id: "r" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    expect(first.engine.stats()).toMatchObject({
      runs: { started: 1, halted: 1, active: 0 },
      steps: { started: 2, finished: 1, cancelled: 1, active: 0 },
    });
    wait = async () => 1;
    const { engine } = place(journal);
    await (
      await engine.resume(definition, "r")
    ).result;
    await (
      await engine.resume(definition, "r")
    ).result;
    expect(engine.stats()).toMatchObject({
      runs: { ...NO_RUNS, started: 1, finished: 1 },
      steps: { ...NO_STEPS, started: 2, finished: 2 },
    });
    expect(Object.keys(engine.stats().tasks)).toEqual(["open", "new"]);
  });

  test("they agree with the events of a run that has everything", async () => {
    const { engine, clock } = place(open());
    const seen: EngineEvent[] = [];
    engine.observe((event) => void seen.push(event));
    const result = engine.run(eventfulRun("first").definition, undefined);
    await clock.advance("1m");
    await result;
    const count = (type: EngineEvent["type"]): number => seen.filter((event) => event.type === type).length;
    const { runs, steps, retries, tasks } = engine.stats();
    expect(runs).toMatchObject({ started: count("run-started"), finished: count("run-finished"), active: 0 });
    expect(steps).toMatchObject({ started: count("step-started"), failed: count("step-failed"), active: 0 });
    // What a journal recorded of a step that was abandoned meanwhile came too late for the step.
    expect(steps.finished).toBeGreaterThan(10);
    expect(steps.finished).toBe(count("step-finished"));
    expect(retries).toBe(count("step-retried"));
    expect(Object.values(tasks).reduce((sum, { finished }) => sum + finished, 0)).toBe(steps.finished);
  });
});

test.each(["throws", "rejects"] as const)(
  "a run whose journal %s is halted, and so are its steps cancelled",
  async (how) => {
    const { engine } = place(failingJournal(memoryJournal(), 2, how));
    await failureOf(
      engine.run(
        body((r) => r.step("s", forever)),
        undefined,
      ),
    );
    expect(engine.stats()).toMatchObject({
      runs: { started: 1, halted: 1, active: 0 },
      steps: { started: 1, cancelled: 1, active: 0 },
    });
  },
);

test("a run that is refused counts as halted", async () => {
  const { engine } = place(memoryJournal());
  await failureOf(
    engine.run(
      body(async () => 1),
      new Map() as never,
    ),
  );
  expect(engine.stats().runs).toEqual({ ...NO_RUNS, started: 1, halted: 1 });
});

test("names beyond the bound stand together as other", async () => {
  const { engine } = place(memoryJournal());
  await engine.run(
    body(async (r) => {
      for (let n = 0; n < MAX_NAMES + 5; n++) await r.step(`page ${n}`, () => n);
      await r.step("page 0", () => 0);
    }),
    undefined,
  );
  const { tasks } = engine.stats();
  expect(Object.keys(tasks)).toHaveLength(MAX_NAMES + 1);
  expect([tasks["page 0"]?.finished, tasks["other"]?.finished]).toEqual([2, 5]);
});

test("an engine that counts totals alone has no figures of tasks", async () => {
  const engine = new EmbeddedEngine({ stats: "totals" });
  await engine.run(
    body((r) => r.step("a", () => 1)),
    undefined,
  );
  await failureOf(
    engine.run(
      body((r) => r.step("a", refuse)),
      undefined,
    ),
  );
  expect(engine.stats()).toMatchObject({ steps: { started: 2, finished: 1, failed: 1, active: 0 }, tasks: {} });
  expect(engine.stats().tasks).toEqual({});
  expect(() => new EmbeddedEngine({ stats: "none" as never })).toThrow(
    expect.objectContaining({ code: "invalid-option" }),
  );
});

test("figures are JSON, also with a name such as __proto__", async () => {
  const { engine } = place(memoryJournal());
  await engine.run(
    body((r) => r.step("__proto__", () => 1)),
    undefined,
  );
  expect(JSON.parse(JSON.stringify(engine.stats()))).toEqual(engine.stats());
  expect(Object.keys(engine.stats().tasks)).toEqual(["__proto__"]);
});

test("what waits for a place is asked of the scopes that are open", async () => {
  const { engine, clock } = place(memoryJournal());
  const end = Promise.withResolvers<void>();
  const handle = engine.start(
    body(async (r) => {
      r.queue?.(() => 3);
      await r.all([{ name: "b", run: async (b) => (b.queue?.(() => 4), end.promise) }]);
      await r.step("s", forever);
    }),
    undefined,
  );
  await clock.advance(0);
  expect(engine.stats().queueDepth).toBe(7);
  end.resolve();
  await clock.advance(0);
  expect(engine.stats().queueDepth).toBe(3);
  await handle.cancel();
  expect(engine.stats().queueDepth).toBe(0);
});

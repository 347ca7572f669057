// What people see of a run is a reading of its record alone:
// - every step, timer, signal and child is told once, in the order of their start, with its kind, state, times and outcome
// - retries, failures, decisions of branches and turns of loops are told as they were recorded
// - what was cut off with its scope or its run is cancelled; what may have happened nevertheless is abandoned or in doubt
// - an unfinished run tells what it waits for; an ended one waits for nothing
// - a report of a run that was cut off anywhere and resumed tells each step once, and the same outcomes as the engine
// - a message that waits is queued; events of later versions, and streams without a run, harm nothing
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Duration, EventEnvelope, Run, Runnable } from "../../base/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { crashingJournal, virtualClock } from "../../testing/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, type Place, place, recorded, stateOf } from "../engine.fixture.ts";
import { TerminalError } from "./errors.ts";
import { eventfulRun } from "../eventful-run.fixture.ts";
import type { EngineEvent } from "./events.ts";
import { journals } from "../journals.fixture.ts";
import { runReport, type RunReport } from "./run-report.ts";
import type { StepReport } from "./step-report.ts";

async function reportOf(journal: Journal, id = "r"): Promise<RunReport> {
  const report = await runReport(journal.read(id));
  if (report === undefined) throw new Error(`no run "${id}"`);
  return report;
}

function stepOf(report: RunReport, key: string): StepReport {
  const found = report.steps.filter((step) => step.key === key);
  expect(found, key).toHaveLength(1);
  return found[0] as StepReport;
}

const states = ({ steps }: RunReport): Record<string, string> =>
  Object.fromEntries(steps.map(({ key, state }) => [key, state]));

async function* each(events: readonly EventEnvelope[]): AsyncGenerator<EventEnvelope> {
  yield* events;
}

/** Runs a body to its end, and some virtual time on. */
async function ran(journal: Journal, execute: (run: Run) => Promise<unknown>, time: Duration = 0): Promise<RunReport> {
  const { engine, clock } = place(journal);
  const { result } = engine.start(body(execute), undefined, { id: "r" });
  result.catch(() => {});
  await clock.advance(time);
  await Promise.allSettled([result]);
  return reportOf(journal);
}

describe.each(journals)("%s", (_, open) => {
  test("a run is told from its first event to its last", async () => {
    const journal = open();
    const { engine, clock } = place(journal);
    const before = clock.now();
    const runnable: Runnable<{ a: number }, string> = {
      name: "greet",
      version: "7",
      execute: async (run, { a }) => {
        await run.step("one", () => a, { input: [a] });
        await run.sleep("2s", "pause");
        return run.step("two", () => "hello");
      },
    };
    const origin = { module: "file:///greet.js", export: "greet" };
    const { result } = engine.start(runnable, { a: 1 }, { id: "r", origin });
    await clock.advance("2s");
    await result;
    const report = await reportOf(journal);
    expect(report).toMatchObject({
      id: "r",
      name: "greet",
      version: "7",
      state: "finished",
      origin,
      input: { a: 1 },
      startedAt: before,
      endedAt: before + 2_000,
      durationMs: 2_000,
      resumes: 0,
      output: "hello",
      loops: [],
      decisions: [],
      waits: [],
    });
    expect(report).not.toHaveProperty("error");
    expect(report).not.toHaveProperty("key");
    expect(report.steps.map(({ key, name, kind, state }) => [key, name, kind, state])).toEqual([
      ["one", "one", "step", "finished"],
      ["pause", "pause", "timer", "finished"],
      ["two", "two", "step", "finished"],
    ]);
    const one = stepOf(report, "one");
    expect(one).toMatchObject({ effect: "idempotent", attempts: 1, retries: [], releaseErrors: [], result: 1 });
    expect(JSON.parse(JSON.stringify(one.input))).toMatch(/^[\da-f]{16,}$/);
    expect(stepOf(report, "two")).not.toHaveProperty("input");
    expect(stepOf(report, "pause")).toMatchObject({
      startedAt: before,
      endedAt: before + 2_000,
      durationMs: 2_000,
      until: before + 2_000,
      attempts: 0,
    });
  });

  test("retries are told with their errors, and the failure with its cause", async () => {
    const report = await ran(
      open(),
      (run) =>
        run.step(
          "flaky",
          (step) => {
            const { attempt } = step;
            step.defer(() => {
              if (attempt === 1) throw new Error("stuck");
            });
            throw attempt < 3 ? new Error(`no ${attempt}`) : new TerminalError("never", { code: "gone" });
          },
          { retry: { attempts: 5, initialDelay: "1s" } },
        ),
      "1h",
    );
    expect(report).toMatchObject({ state: "failed", error: { name: "StepError", code: "gone", stepKey: "flaky" } });
    expect(report).not.toHaveProperty("output");
    const step = stepOf(report, "flaky");
    expect(step).toMatchObject({ state: "failed", attempts: 3, error: { code: "gone", cause: { message: "never" } } });
    expect(step.retries.map(({ attempt, error }) => [attempt, error.message])).toEqual([
      [1, "no 1"],
      [2, "no 2"],
    ]);
    expect(step.releaseErrors).toMatchObject([{ message: "stuck" }]);
    expect(step.endedAt).toBe((step.retries[1]?.at ?? 0) + (step.retries[1]?.delayMs ?? 0));
    expect(step.durationMs).toBe((step.endedAt ?? 0) - step.startedAt);
  });

  test("the loser of a race is cancelled, and the run waits for it no longer", async () => {
    const journal = open();
    const { engine, clock } = place(journal);
    engine.start(
      body(async (run) => {
        const beside = run.step("beside", forever);
        await run.race([
          { name: "asked", run: (r) => r.waitFor("approval") },
          { name: "late", run: (r) => r.sleep("1s") },
        ]);
        await beside;
      }),
      undefined,
      { id: "r" },
    );
    await clock.advance("1s");
    const report = await reportOf(journal);
    expect(report.decisions).toEqual([{ key: "#race", branch: "late", at: clock.now() }]);
    expect(states(report)).toEqual({ beside: "running", "asked/approval": "cancelled", "late/sleep": "finished" });
    expect(report).toMatchObject({ state: "running", waits: [] });
    expect(stepOf(report, "asked/approval")).toMatchObject({ endedAt: clock.now(), durationMs: 1_000 });
  });

  test("nothing takes less than no time where the clock is set back", async () => {
    const journal = open();
    const slow = body((r) => r.sleep("1h"));
    const first = place(journal);
    first.clock.setWall(7_200_000);
    first.engine.start(slow, undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance("1m");
    await first.engine[Symbol.asyncDispose]();
    const second = place(journal);
    const { result } = await second.engine.resume(slow, "r");
    await second.clock.advance("1h");
    await result;
    const report = await reportOf(journal);
    expect([report.durationMs, stepOf(report, "sleep").durationMs]).toEqual([0, 0]);
  });

  test("what goes on in a scope opened before a decision counts once it ends", async () => {
    const report = await ran(
      open(),
      async (run) => {
        const scope = run.scope("scope", async (inner) => {
          await inner.sleep("2s", "long");
          return inner.step("after", () => 1);
        });
        await run.race([{ name: "short", run: (r) => r.sleep("1s") }]);
        return scope;
      },
      "2s",
    );
    expect(states(report)).toEqual({
      "scope/long": "finished",
      "short/sleep": "finished",
      "scope/after": "finished",
    });
    expect(stepOf(report, "scope/long").durationMs).toBe(2_000);
  });

  test("the first failure of branches is told, and what it cut off", async () => {
    const report = await ran(open(), (run) =>
      run.scope("outer", (scope) =>
        scope.all([
          { name: "bad", run: (r) => r.step("s", () => Promise.reject(new Error("no"))) },
          { name: "slow", run: (r) => r.step("s", forever) },
          { name: "paid", run: (r) => r.step("pay", forever, { effect: "once" }) },
        ]),
      ),
    );
    expect(report.decisions).toMatchObject([{ key: "outer/#all", branch: "bad" }]);
    expect(states(report)).toEqual({
      "outer/bad/s": "failed",
      "outer/slow/s": "cancelled",
      "outer/paid/pay": "abandoned",
    });
  });

  test("turns of loops are counted", async () => {
    const report = await ran(open(), (run) =>
      run.loop("outer", 1, async (n, turn) => {
        await turn.loop("inner", 1, async (m, inner) => {
          await inner.step("s", () => m);
          void inner.step("left", forever).catch(() => {});
          return m === 3 ? { done: m } : { next: m + 1 };
        });
        return n === 2 ? { done: n } : { next: n + 1 };
      }),
    );
    expect(report.loops).toEqual([
      { key: "outer/#1/inner", name: "inner", turns: 3, finished: true },
      { key: "outer", name: "outer", turns: 2, finished: true },
      { key: "outer/#2/inner", name: "inner", turns: 3, finished: true },
    ]);
    expect(report.steps).toHaveLength(12);
    expect(stepOf(report, "outer/#2/inner/#3/left").state).toBe("cancelled");
  });

  test("a run that is cancelled cuts off what is open", async () => {
    const journal = open();
    const { engine, clock } = place(journal);
    const handle = engine.start(
      body(async (run) => {
        void run.step("call", forever).catch(() => {});
        void run.step("pay", forever, { effect: "once" }).catch(() => {});
        void run.sleep("1h").catch(() => {});
        await run.waitFor("ok");
      }),
      undefined,
      { id: "r" },
    );
    handle.result.catch(() => {});
    await clock.advance("5s");
    expect(states(await reportOf(journal))).toEqual({
      call: "running",
      pay: "running",
      sleep: "waiting",
      ok: "waiting",
    });
    await handle.cancel("enough");
    const report = await reportOf(journal);
    expect(report).toMatchObject({ state: "cancelled", waits: [], durationMs: 5_000 });
    expect(report.error?.cause?.message).toBe("enough");
    expect(states(report)).toEqual({ call: "cancelled", pay: "abandoned", sleep: "cancelled", ok: "cancelled" });
  });

  test("what was cut off before it was called has not been called, and is cancelled", async () => {
    const journal = open();
    const { engine } = place(journal);
    const pay = body(async (run) => {
      const paid = run.step("pay", forever, { effect: "once" });
      void engine[Symbol.asyncDispose]();
      return paid;
    });
    await failureOf(engine.run(pay, undefined, { id: "r" }));
    // A journal that records at once has the intent before the end.
    const wasCalled = !journal.durable;
    expect(stepOf(await reportOf(journal), "pay")).toMatchObject({ state: "running", attempts: wasCalled ? 1 : 0 });
    const second = place(journal);
    await second.engine.cancel("r");
    const state = wasCalled ? "abandoned" : "cancelled";
    expect(stepOf(await reportOf(journal), "pay")).toMatchObject({ state, attempts: wasCalled ? 1 : 0 });
  });

  test("a run that waits tells for what, since when and until when", async () => {
    const journal = open();
    const { engine, clock } = place(journal);
    engine.start(
      body((run) =>
        run.all([
          { name: "a", run: (r) => r.waitFor("approval", { request: { sum: 3 }, deadline: "1h" }) },
          { name: "b", run: (r) => r.waitFor({ name: "note", key: "x" }) },
          { name: "c", run: (r) => r.sleep("2h") },
        ]),
      ),
      undefined,
      { id: "r" },
    );
    const since = clock.now();
    await clock.advance("1s");
    expect(await reportOf(journal)).toMatchObject({
      state: "suspended",
      waits: [
        {
          key: "a/approval",
          name: "approval",
          kind: "signal",
          since,
          request: { sum: 3 },
          deadline: since + 3_600_000,
        },
        { key: "b/note[x]", name: "note", kind: "signal", since },
        { key: "c/sleep", name: "sleep", kind: "timer", since, until: since + 7_200_000 },
      ],
    });
    await engine.answer("r", "approval", { value: true });
    await engine.answer("r", "note", { fail: "nobody there" });
    await clock.advance(0);
    const report = await reportOf(journal);
    expect(report.waits).toEqual([]);
    expect(stepOf(report, "a/approval")).toMatchObject({ state: "finished", answered: "value", result: true });
    expect(stepOf(report, "b/note[x]")).toMatchObject({
      state: "failed",
      answered: "fail",
      error: { code: "terminal", message: "nobody there" },
    });
    expect(stepOf(report, "c/sleep").state).toBe("cancelled");
  });

  test("a signal that nobody answered has failed, and is no answer", async () => {
    const report = await ran(open(), (run) => run.waitFor("ok", { deadline: "1s" }), "1s");
    const step = stepOf(report, "ok");
    expect(step).toMatchObject({ state: "failed", error: { code: "signal-expired" }, durationMs: 1_000 });
    expect(step).not.toHaveProperty("answered");
  });

  test("children are steps of their kind, and say whose they are", async () => {
    const journal = open();
    const report = await ran(journal, (run) =>
      run.child(
        body((r) => r.step("s", () => 5), "kid"),
        undefined,
      ),
    );
    expect(stepOf(report, "kid")).toMatchObject({ kind: "child", child: "r/kid", state: "finished", result: 5 });
    expect(await reportOf(journal, "r/kid")).toMatchObject({ name: "kid", parent: "r", output: 5 });
  });
});

test("a message that waits is queued, and its handling is told with its key", async () => {
  const journal = memoryJournal();
  const clock = virtualClock();
  const box: Runnable<unknown, unknown> = { name: "box", version: "1", execute: async (_run, message) => message };
  const engine = new EmbeddedEngine({ journal, clock, definitions: [box] });
  const receivedAt = clock.now();
  const { run } = await engine.send({ name: "box", id: "a" }, "hello", { id: "m", delay: "1m" });
  const waiting = await reportOf(journal, run);
  expect(waiting).toMatchObject({
    state: "queued",
    name: "box",
    key: { name: "box", id: "a" },
    input: "hello",
    receivedAt,
  });
  expect(waiting).not.toHaveProperty("startedAt");
  const handled = new Promise<void>((resolve) => {
    engine.observe(({ type }) => void (type === "run-finished" && resolve()));
  });
  await clock.advance("1m");
  await handled;
  expect(await reportOf(journal, run)).toMatchObject({
    state: "finished",
    input: "hello",
    output: "hello",
    receivedAt,
    startedAt: receivedAt + 60_000,
  });
});

function asking(journal: Journal): Pick<Place, "engine" | "clock"> {
  const clock = virtualClock();
  return { clock, engine: new EmbeddedEngine({ journal, clock, inDoubt: "ask" }) };
}

test("a step in doubt is waited for, and its answer is told", async () => {
  for (const answer of [{ value: 3 }, { fail: "no" }, { again: true }] as const) {
    const journal = memoryJournal();
    const pay = (call: () => unknown) =>
      body((run) => run.step("pay", () => call() as Promise<number>, { effect: "once", timeout: "1s" }));
    const { engine, clock } = asking(journal);
    const { result } = engine.start(pay(forever), undefined, { id: "r" });
    result.catch(() => {});
    await clock.advance("1s");
    const asked = await reportOf(journal);
    expect(stepOf(asked, "pay")).toMatchObject({ state: "in-doubt", why: "it was cut off after 1000 ms" });
    expect(asked.state).toBe("suspended");
    expect(asked.waits).toMatchObject([{ key: "pay", name: "pay", kind: "step", why: "it was cut off after 1000 ms" }]);
    await engine.answer("r", "pay", answer);
    const step = stepOf(await reportOf(journal), "pay");
    if ("again" in answer) expect(step).toMatchObject({ state: "running", answered: "again", attempts: 2 });
    else expect(step).toMatchObject({ answered: Object.keys(answer)[0], attempts: 1, durationMs: 1_000 });
    await engine.cancel("r").catch(() => {});
  }
});

test("a fork says of which run, and waits for what its original had begun and must not run twice", async () => {
  const journal = memoryJournal();
  const { engine, clock } = asking(journal);
  const pays = body((run) =>
    run.loop("turns", 1, async (turn, inner) => {
      if (turn === 2) return { done: await inner.step("pay", forever, { effect: "once" }) };
      await inner.step("s", () => turn);
      return { next: turn + 1 };
    }),
  );
  engine.start(pays, undefined, { id: "r" }).result.catch(() => {});
  await clock.advance("1s");
  const { result } = await engine.fork(pays, "r", { as: "f" });
  result.catch(() => {});
  await clock.advance("1s");
  const report = await reportOf(journal, "f");
  expect(report.forkedFrom).toMatchObject({ run: "r" });
  expect(states(report)).toEqual({ "turns/#1/s": "finished", "turns/#2/pay": "in-doubt" });
  expect(report.waits).toMatchObject([{ key: "turns/#2/pay", kind: "step" }]);
  expect(stepOf(report, "turns/#2/pay")).not.toHaveProperty("endedAt");
});

test("a run cancelled in doubt stays in doubt", async () => {
  const journal = memoryJournal();
  const { engine, clock } = asking(journal);
  const pay = body((run) => run.step("pay", forever, { effect: "once", timeout: "1s" }));
  const { result } = engine.start(pay, undefined, { id: "r" });
  result.catch(() => {});
  await clock.advance("1s");
  await engine.cancel("r");
  const report = await reportOf(journal);
  expect(report).toMatchObject({ state: "cancelled", waits: [] });
  expect(stepOf(report, "pay").state).toBe("in-doubt");
});

describe("after a crash", () => {
  test("a step in flight is running until the run is resumed; what waited waits on", async () => {
    const memory = memoryJournal();
    const crashing = crashingJournal(memory, { append: 4, when: "after" });
    const parts = async (run: Run): Promise<unknown> => {
      await run.step("done", () => 1);
      return run.all([
        { name: "a", run: (r) => r.step("open", () => (crashing.appends >= 4 ? 2 : forever())) },
        { name: "b", run: (r) => r.sleep("1h").then(() => 3) },
      ]);
    };
    const first = place(crashing);
    first.engine.start(body(parts), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance("1s");
    const cut = await reportOf(memory);
    expect(cut).toMatchObject({ state: "running", resumes: 0 });
    expect(cut).not.toHaveProperty("endedAt");
    expect(states(cut)).toEqual({ done: "finished", "a/open": "running" });

    const second = place(memory);
    const { result } = await second.engine.resume(body(parts), "r");
    await second.clock.advance("1h");
    await result;
    const report = await reportOf(memory);
    expect(report).toMatchObject({ state: "finished", resumes: 1, output: [2, 3] });
    expect(states(report)).toEqual({ done: "finished", "a/open": "finished", "b/sleep": "finished" });
  });

  test("a child took the time from its start to its end, that in which no process ran included", async () => {
    const journal = memoryJournal();
    const outer = body((run) =>
      run.child(
        body((inner) => inner.waitFor("go"), "inner"),
        undefined,
      ),
    );
    const first = place(journal);
    first.engine.start(outer, undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance("1s");
    await first.engine[Symbol.asyncDispose]();

    const second = place(journal);
    await second.clock.advance("1h");
    const { result } = await second.engine.resume(outer, "r");
    await second.clock.advance("1s");
    await second.engine.answer("r/inner", "go", { value: null });
    await result;
    const child = stepOf(await reportOf(journal), "inner");
    expect(child).toMatchObject({ kind: "child", durationMs: (child.endedAt ?? 0) - child.startedAt });
    expect(child.durationMs).toBeGreaterThan(3_600_000);
  });

  test("wherever it dies, each step is told once and as the journal has it", async () => {
    const whole = await lived(memoryJournal());
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: whole.appends }),
        fc.constantFrom("before" as const, "after" as const),
        async (append, when) => {
          const journal = memoryJournal();
          await lived(journal, { append, when });
          checkAgainst(await recorded(journal, "r"), await runReport(journal.read("r")));
          await lived(journal);
          const events = await recorded(journal, "r");
          const report = await reportOf(journal);
          checkAgainst(events, report);
          expect(report.state).toBe(await stateOf(journal, "r"));
          expect(report.waits).toEqual([]);
          expect(report.resumes).toBe(events.some(({ type }) => type === "run-resumed") ? 1 : 0);
          expect(report.steps.filter(({ state }) => state === "running" || state === "waiting")).toEqual([]);
          expect(report.loops.find(({ key }) => key === "outer")).toMatchObject({ turns: 2, finished: true });
        },
      ),
      { numRuns: 80 },
    );
  });
});

test("events of later versions are ignored, and no run is no report", async () => {
  const journal = memoryJournal();
  const whole = await ran(journal, (run) => run.step("s", () => 1));
  const events = await recorded(journal, "r");
  const later = events.flatMap((event) => [event, { ...event, type: "step-mused", data: null }]);
  expect(await runReport(each(later))).toEqual(whole);
  expect(await runReport(each([]))).toBeUndefined();
  expect(await runReport(each([{ ...(events[0] as EngineEvent), type: "note-taken" }]))).toBeUndefined();
  expect(
    await runReport(each([events[0] as EngineEvent, { ...(events[0] as EngineEvent), type: "timer-fired", key: "x" }])),
  ).toMatchObject({ steps: [] });
});

/** One process's part of a run with everything a run can have. */
async function lived(
  journal: Journal,
  point?: { readonly append: number; readonly when: "before" | "after" },
): Promise<{ appends: number }> {
  const crashing = crashingJournal(journal, point);
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal: crashing, clock });
  const { definition } = eventfulRun("first", () => crashing.appends < (point?.append ?? Infinity));
  const known = (await recorded(journal, "r")).length > 0;
  const handle = known ? await engine.resume(definition, "r") : engine.start(definition, undefined, { id: "r" });
  handle.result.catch(() => {});
  await clock.advance("1m");
  if (point === undefined) await handle.result;
  return crashing;
}

/** Told by looking at each step's events by themselves. */
function checkAgainst(events: readonly EngineEvent[], report: RunReport | undefined): void {
  const started = [...new Set(events.flatMap(({ type, key }) => (type === "step-started" ? [key] : [])))];
  expect(report?.steps.map(({ key }) => key) ?? []).toEqual(started);
  for (const step of report?.steps ?? []) {
    const own = events.filter(({ key }) => key === step.key);
    const finished = own.find(({ type }) => type === "step-finished");
    const failed = own.find(({ type }) => type === "step-failed");
    if (finished?.type === "step-finished")
      expect(step).toMatchObject({ state: "finished", result: finished.data.result });
    else if (failed?.type === "step-failed") expect(step).toMatchObject({ state: "failed", error: failed.data.error });
    else expect(["running", "cancelled", "abandoned"]).toContain(step.state);
    const retried = own.filter(({ type }) => type === "step-retried").length;
    expect(step.retries).toHaveLength(retried);
    expect(step.startedAt).toBe(own[0]?.at);
  }
}

test("what fails in the reading fails the report", async () => {
  async function* broken(): AsyncGenerator<EventEnvelope> {
    yield* await recorded(memoryJournal(), "r");
    throw new Error("torn");
  }
  expect((await failureOf(runReport(broken()))).message).toBe("torn");
});

// What model calls used is told by run, agent and model
// - each call on record counts once: of runs under way, finished, failed, cancelled with and without a process, set aside
// - one that was cut off with its process counts, too, where its step is metered, once that has called again
// - it stays what it is when the runs are dropped, and while their entries become sums
// - wherever a process dies, it is what the events on record say
// - what a fork copied is the other run's; what is no call counts as none; what is not known is not 0
import { describe, expect, test } from "vitest";
import type { EventEnvelope, MessageKey, Runnable, StepContext } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { addTotals, foldUsage, type ModelCall, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { crashingJournal, type CrashPoint, virtualClock } from "../../testing/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, place } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { recordedUsage, type UsageEntry } from "./recorded-usage.ts";
import { ledgerStream, readLedger } from "./usage-ledger.ts";

let calls = 0;

function call(model: string, more: Partial<ModelCall> = {}): Pick<ModelCall, "id" | "model" | "outcome" | "usage"> {
  const usage = { inputTokens: 10, outputTokens: 2 };
  return { id: `call ${++calls}`, model, outcome: "answered", usage, ...more };
}

const asks =
  (...models: string[]) =>
  (step: StepContext): null => {
    for (const model of models) step.record("model-called", call(model, { cost: 0.25 }));
    return null;
  };

/** What the events of all runs say, which are all on record. */
async function events(journal: Journal): Promise<EventEnvelope[]> {
  const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
  return (await Promise.all(heads.map(({ stream }) => Array.fromAsync(journal.read(stream))))).flat();
}

async function byModel(journal: Journal): Promise<Record<string, UsageTotals>> {
  const entries = await recordedUsage(journal, "model");
  return Object.fromEntries(entries.map(({ model, usage }) => [model, usage]));
}

function total(entries: readonly UsageEntry[]): UsageTotals {
  return entries.map(({ usage }) => usage).reduce(addTotals, NO_USAGE);
}

async function dropRuns(journal: Journal): Promise<void> {
  for (const { stream } of await Array.fromAsync(journal.heads({ kind: "run", ended: true })))
    await journal.drop(stream);
}

describe.each(journals)("%s", (_, open) => {
  test("a run counts while it is under way, and no more or less when it has ended and is dropped", async () => {
    const { engine, journal } = place(open());
    const gate = Promise.withResolvers<null>();
    const running = engine.start(
      body(async (run) => {
        await run.step("ask", asks("a", "b", "a"));
        await run.step("wait", () => gate.promise);
      }, "words"),
      undefined,
      { id: "r" },
    );
    for (let turn = 0; turn < 9; turn++) await new Promise((resolve) => setImmediate(resolve));
    const expected = { a: { calls: 2, inputTokens: 20, cost: 0.5 }, b: { calls: 1, cost: 0.25 } };
    const run = [{ run: "r", name: "words", usage: { calls: 3, outputTokens: 6 } }];
    expect(await byModel(journal)).toMatchObject(expected);
    expect(await recordedUsage(journal, "run")).toMatchObject(run);
    expect(await recordedUsage(journal)).toMatchObject([{ name: "words", usage: { calls: 3 } }]);
    gate.resolve(null);
    await running.result;
    expect(await byModel(journal)).toMatchObject(expected);
    expect(await recordedUsage(journal, "run")).toMatchObject(run);
    await journal.drop("r");
    expect(await byModel(journal)).toMatchObject(expected);
    const [earlier, ...others] = await recordedUsage(journal, "run");
    expect(earlier).toEqual({ name: "words", usage: (await recordedUsage(journal))[0]?.usage });
    expect(others).toEqual([]);
  });

  test("runs that failed, were cancelled, with and without a process, or were set aside count", async () => {
    const journal = open();
    const { engine } = place(journal);
    const failing = body(async (run) => {
      await run.step("ask", asks("a"));
      throw new Error("no");
    }, "failing");
    await failureOf(engine.run(failing, undefined, { id: "failed" }));
    const waiting = body(async (run) => {
      await run.step("ask", asks("a"));
      await run.step("wait", forever);
    }, "waiting");
    const cancelled = engine.start(waiting, undefined, { id: "cancelled" });
    engine.start(waiting, undefined, { id: "left" }).result.catch(() => {});
    for (let turn = 0; turn < 9; turn++) await new Promise((resolve) => setImmediate(resolve));
    cancelled.result.catch(() => {});
    await cancelled.cancel();
    await engine[Symbol.asyncDispose]();
    await place(journal).engine.cancel("left");
    const killed = body(async (run) => {
      await run.step("ask", asks("a"));
      await run.step("die", forever);
    }, "killed");
    for (let lives = 0; lives < 8; lives++) {
      const engineOfOneLife = new EmbeddedEngine({
        journal: crashingJournal(journal),
        definitions: [killed],
        attempts: 2,
        clock: virtualClock(),
      });
      if (lives === 0) await engineOfOneLife.send({ name: "killed", id: "k" }, null, { id: "m" });
      else await engineOfOneLife.recover();
      for (let turn = 0; turn < 9; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    const states = (await Array.fromAsync(journal.heads({ kind: "run" }))).map(({ state }) => state);
    expect(states).toEqual(["failed", "cancelled", "cancelled", "set-aside"]);
    const recorded = await events(journal);
    expect(await byModel(journal)).toEqual(foldUsage(recorded, { by: "model" }));
    await dropRuns(journal);
    expect(await byModel(journal)).toEqual(foldUsage(recorded, { by: "model" }));
    expect((await recordedUsage(journal)).map(({ name, id = "" }) => `${name} ${id}`).sort()).toEqual([
      "failing ",
      "killed k",
      "waiting ",
    ]);
  });

  test("many runs become a sum, whatever is dropped and ends meanwhile", async () => {
    const { engine, journal } = place(open());
    const one = body((run) => run.step("ask", asks("a")), "one");
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 25 }, () => engine.run(one, undefined)));
      if (round % 10 === 0) await dropRuns(journal);
      expect((await byModel(journal))["a"]?.calls).toBe(25 * (round + 1));
      expect(total(await recordedUsage(journal, "run")).calls).toBe(25 * (round + 1));
    }
    const { entries } = await readLedger(journal, ledgerStream({ name: "one" }));
    expect(entries).toBeLessThan(600);
  });

  test("a fork counts what it calls itself", async () => {
    const { engine, journal } = place(open());
    const turns = (last: number): Runnable<void, number> =>
      body((run) =>
        run.loop("turns", 0, async (state: number, turn) => {
          await turn.step("ask", asks("a"));
          return state === last ? { done: state } : { next: state + 1 };
        }),
      );
    await engine.run(turns(2), undefined, { id: "r" });
    expect((await byModel(journal))["a"]?.calls).toBe(3);
    const other = await engine.start(turns(9), undefined, { id: "long" }).result;
    expect(other).toBe(9);
    const fork = await engine.fork(turns(9), "long", { as: "fork" });
    await fork.result;
    expect((await byModel(journal))["a"]?.calls).toBe(13);
    expect(foldUsage(await events(journal), { by: "model" })["a"]?.calls).toBe(13);
  });

  describe("a call that was cut off with its process", () => {
    /** The step does that, and does not end in its process; but for a last one in which it calls once. */
    async function lives(
      metered: boolean,
      before: readonly ((step: StepContext, engine: EmbeddedEngine) => unknown)[],
      last: "ends" | "dies" = "ends",
    ): Promise<Journal> {
      const journal = open();
      for (const [nth, does] of (last === "ends" ? [...before, asks("a")] : before).entries()) {
        const engine = new EmbeddedEngine({ journal: crashingJournal(journal), clock: virtualClock(), attempts: 9 });
        const asking = body((run) =>
          run.step("ask", (step) => (does(step, engine), nth === before.length ? null : forever()), { metered }),
        );
        const handle = nth === 0 ? engine.start(asking, undefined, { id: "r" }) : await engine.resume(asking, "r");
        handle.result.catch(() => {});
        for (let turn = 0; turn < 9; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      return journal;
    }
    const nothing = (): void => {};

    test("is counted where its step is metered: as failed, and as one whose tokens are not known", async () => {
      const journal = await lives(true, [nothing, nothing]);
      const a = { calls: 3, failed: 2, inputTokens: 10, unmetered: 2, unpriced: 2, estimated: 0, cost: 0.25 };
      expect(await byModel(journal)).toMatchObject({ a });
      expect(await recordedUsage(journal, "run")).toMatchObject([{ run: "r", usage: a }]);
      await dropRuns(journal);
      expect(await byModel(journal)).toMatchObject({ a });
    });

    test("is counted among calls that are on record, and while the run goes on", async () => {
      const a = { calls: 4, failed: 2, unmetered: 2 };
      expect(await byModel(await lives(true, [nothing, asks("a"), nothing]))).toMatchObject({ a });
      const journal = await lives(true, [nothing, nothing, asks("a", "a")], "dies");
      expect(await recordedUsage(journal, "run")).toMatchObject([{ run: "r", usage: a }]);
      expect((await events(journal)).at(-1)?.type).toBe("model-called");
    });

    test("is none where it is on record, or its process stopped in good order", async () => {
      const recordedBefore = await lives(true, [asks("a"), asks("a")]);
      expect(await byModel(recordedBefore)).toMatchObject({ a: { calls: 3, failed: 0, unmetered: 0 } });
      const stopped = await lives(true, [(_, engine) => void engine[Symbol.asyncDispose]()]);
      expect(await byModel(stopped)).toMatchObject({ a: { calls: 1, failed: 0, unmetered: 0 } });
    });

    test("is not known of a step that is not metered", async () => {
      expect(await byModel(await lives(false, [nothing, nothing]))).toMatchObject({ a: { calls: 1, unmetered: 0 } });
    });
  });

  test("what is no call counts as none, and what is not known is not 0", async () => {
    const { engine, journal } = place(open());
    const odd = body((run) =>
      run.step("ask", (step) => {
        for (const data of [
          null,
          7,
          "x",
          [],
          {},
          { model: 1 },
          { model: "m", usage: null },
          { model: "m", usage: {} },
        ]) {
          step.record("model-called", data);
        }
        step.record("model-called", call("__proto__", { usage: { inputTokens: -5, outputTokens: "9" as never } }));
        step.record("model-called", call("unpriced"));
        step.record("model-called", call("free", { usage: { inputTokens: 0, outputTokens: 0 }, cost: 0 }));
        return null;
      }),
    );
    await engine.run(odd, undefined);
    const usage = await byModel(journal);
    expect(Object.keys(usage).sort()).toEqual(["__proto__", "free", "unpriced"]);
    expect(usage["unpriced"]).toMatchObject({ calls: 1, cost: 0, unpriced: 1, unmetered: 0 });
    expect(usage["free"]).toMatchObject({ calls: 1, cost: 0, unpriced: 0 });
    expect(Object.getOwnPropertyDescriptor(usage, "__proto__")?.value).toMatchObject({ unmetered: 1, unpriced: 1 });
  });

  test("a journal without a call has none", async () => {
    const { engine, journal } = place(open());
    await engine.run(
      body(async () => 1),
      undefined,
    );
    for (const by of ["run", "agent", "model"] as const) expect(await recordedUsage(journal, by)).toEqual([]);
  });

  describe.each(["before", "after"] as const)("a process that dies %s any append", (when) => {
    const key: MessageKey = { name: "worker", id: "w" };
    const child = body(async (run) => {
      await run.step("ask", asks("of the child"));
      return 1;
    }, "child");
    const worker: Runnable<never, unknown> = {
      ...body(async () => null, "worker"),
      execute: async (run) => {
        await run.step("ask", asks("a", "b"));
        await run.child(child, undefined);
        await run.step("ask", asks("a"));
        return 1;
      },
    };

    async function live(journal: Journal, point?: CrashPoint): Promise<number> {
      const crashing = crashingJournal(journal, point);
      const engine = new EmbeddedEngine({ journal: crashing, definitions: [worker], clock: virtualClock() });
      const asked = engine.ask(key, null, { id: "m" });
      asked.catch(() => {});
      await Promise.race([asked, crashing.crashed]);
      for (let turn = 0; turn < 9; turn++) await new Promise((resolve) => setImmediate(resolve));
      return crashing.appends;
    }

    test("leaves each call on record counted once", async () => {
      const appends = await live(open());
      for (let append = 1; append <= appends; append++) {
        const journal = open();
        await live(journal, { append, when });
        expect(await byModel(journal)).toEqual(foldUsage(await events(journal), { by: "model" }));
        await live(journal);
        const recorded = await events(journal);
        expect(await byModel(journal)).toEqual(foldUsage(recorded, { by: "model" }));
        expect(await recordedUsage(journal)).toMatchObject([{ ...key, usage: { failed: 0 } }]);
        await dropRuns(journal);
        expect(await byModel(journal)).toEqual(foldUsage(recorded, { by: "model" }));
      }
      expect(appends).toBeGreaterThan(5);
    });
  });
});

// A flow on an engine is a `Runnable` like any other, so what is on record is not done again:
// - killed before or after any append, and resumed, it gives the same output; a task whose result was on record is not called;
// - what comes out is the same whether the journal keeps objects or text;
// - a rerun keeps the results that it was given in another process, too;
// - a task that is asked with another input than the one on record is a mismatch, not a wrong result.
import { describe, expect, test } from "vitest";
import type { EventEnvelope } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { type CrashPoint, crashingJournal } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import { task } from "./task.ts";

const journals = { "a journal of objects": memoryJournal, "a journal of text": textJournal };
const id = "the-run";

describe.each(Object.entries(journals))("on %s", (_, newJournal) => {
  test("killed at any append, a flow goes on where it was", async () => {
    const { appends, output } = await uninterrupted(newJournal());
    expect(appends).toBe(2 + 2 * everyKey.length);
    for (let append = 1; append <= appends; append++) {
      for (const when of ["before", "after"] as const) {
        const journal = newJournal();
        await crash(journal, { append, when });
        const finished = await finishedKeys(journal);
        const { flow, calls } = trackedFlow();
        const resumed = new EmbeddedEngine({ journal }).resume(flow, id);
        if (append === 1 && when === "before") {
          await expect(resumed).rejects.toMatchObject({ code: "run-unknown" });
          continue;
        }
        expect(await (await resumed).result, `${when} append ${append}`).toEqual(output);
        const ended = append === appends && when === "after";
        expect(calls.toSorted(), `${when} append ${append}`).toEqual(
          ended ? [] : everyKey.filter((key) => !finished.has(key)).toSorted(),
        );
      }
    }
  });

  test("a run of a flow leaves the same record as the flow run by the engine", async () => {
    const byFlow = newJournal();
    const byEngine = newJournal();
    await trackedFlow().flow.run("a b", { engine: new EmbeddedEngine({ journal: byFlow }), id });
    await new EmbeddedEngine({ journal: byEngine }).run(trackedFlow().flow, "a b", { id });
    const record = async (journal: Journal) => (await eventsOf(journal)).map(({ type, key }) => `${type} ${key}`);
    expect(await record(byFlow)).toEqual(await record(byEngine));
  });

  test("a flow that starts without an input, and tasks that give nothing, are resumed like others", async () => {
    const flow = () =>
      new Aitorflow(
        "void",
        task("first", () => {})
          .to(task("second", (given: void) => given))
          .to(task("last", () => "end") as never),
      );
    const whole = crashingJournal(newJournal());
    await new EmbeddedEngine({ journal: whole }).run(flow(), undefined, { id });
    for (let append = 2; append <= whole.appends; append++) {
      const journal = newJournal();
      const crashing = crashingJournal(journal, { append, when: "after" });
      void new EmbeddedEngine({ journal: crashing }).run(flow(), undefined, { id });
      await crashing.crashed;
      const handle = await new EmbeddedEngine({ journal }).resume(flow(), id);
      expect(await handle.result).toBe("end");
    }
  });

  test("killed at any append, a rerun keeps what it was given, whatever its tasks are made of", async () => {
    const calls: string[] = [];
    const noted = <Value>(name: string, value: Value): Value => (calls.push(name), value);
    const pay = task("pay", () => noted("pay", "receipt"), { effect: "once" });
    const nothing = task("nothing", () => noted("nothing", undefined));
    const deep = new Aitorflow(
      "deep",
      task("inside", (n: number) => noted("inside", n)),
    ).asTask();
    const ship = task("ship", (...given: unknown[]) => noted("ship", JSON.stringify(given)));
    const flow = Aitorflow.define("order", (f, n: Input<number>) => {
      const items = f.add(
        task("items", (count: number) => noted("items", [count, count + 1])),
        n,
      );
      const counted = f.map(
        task("count", (item: number) => noted("count", item)),
        items,
      );
      return f.add(ship as never, f.add(pay), counted, f.add(deep, n), f.add(nothing));
    });
    const results = { items: [1, 2], pay: "receipt", count: [1, 2], deep: 1, nothing: undefined };
    const previous = { input: 1, results };
    const whole = crashingJournal(newJournal());
    await flow.rerun(previous, { engine: new EmbeddedEngine({ journal: whole }), id });
    for (let append = 1; append <= whole.appends; append++) {
      const journal = newJournal();
      const crashing = crashingJournal(journal, { append, when: "after" });
      void flow.rerun(previous, { engine: new EmbeddedEngine({ journal: crashing }), id });
      await crashing.crashed;
      calls.length = 0;
      const { result } = await flow.resume(id, { engine: new EmbeddedEngine({ journal }) });
      expect((await result).output, `append ${append}`).toBe('["receipt",[1,2],1,null]');
      expect(
        calls.filter((call) => call !== "ship"),
        `append ${append}`,
      ).toEqual([]);
    }
  });

  test("the report of a resumed run tells what was recovered", async () => {
    const build = (fails: boolean) =>
      Aitorflow.define("report", (f, n: Input<number[]>) => {
        const each = f.map(
          task("each", (x: number) => x),
          n,
        );
        const none = f.map(
          task("none", (x: number) => x),
          f.add(
            task("empty", (_given: number[]): number[] => []),
            n,
          ),
        );
        const last = task("last", () => {
          if (fails) throw new Error("failed after all");
        });
        return f.add(last, each, none);
      });
    const journal = newJournal();
    const crashing = crashingJournal(journal, { append: 1 + 2 * 4, when: "after" });
    void new EmbeddedEngine({ journal: crashing }).run(build(false), [1, 2, 3], { id });
    await crashing.crashed;
    const { result } = await new EmbeddedEngine({ journal }).resume(build(true), id);
    const duration = { durationMs: expect.any(Number) as unknown };
    const error: unknown = await result.catch((caught: unknown) => caught);
    expect((error as { tasks: unknown }).tasks).toEqual({
      each: { state: "done", elements: 3, recovered: true },
      empty: { state: "done", recovered: true },
      none: { state: "done", elements: 0, ...duration },
      last: { state: "failed", ...duration },
    });
    expect(build(true).toMermaid(error as Parameters<ReturnType<typeof build>["toMermaid"]>[0])).toContain("recovered");
  });

  test("a task that was wired anew since is a mismatch that names the step", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name, index) => task(name, (n: number) => n + index + 1));
    const flow = (rewired: boolean) =>
      Aitorflow.define("wired", (f, n: Input<number>) => {
        const first = f.add(a!, n);
        const second = f.add(b!, first);
        return f.add(c!, rewired ? first : second);
      });
    const journal = newJournal();
    const crashing = crashingJournal(journal, { append: 6, when: "after" });
    void new EmbeddedEngine({ journal: crashing }).run(flow(false), 1, { id });
    await crashing.crashed;
    const { result } = await new EmbeddedEngine({ journal }).resume(flow(true), id);
    await expect(result).rejects.toMatchObject({ code: "step-mismatch", data: { key: "c" } });
    const again = await new EmbeddedEngine({ journal }).resume(flow(false), id);
    expect(await again.result).toBe(7);
  });
});

test("two flows of one engine run within a run of one's own", async () => {
  const inc = task("inc", (n: number) => n + 1);
  const flow = new Aitorflow("inner", inc.to(inc.as("again")));
  const outer = {
    name: "outer",
    version: "1",
    execute: (run: Parameters<typeof flow.execute>[0], n: number) =>
      run.all([
        { name: "left", run: (branch) => flow.execute(branch, n) },
        { name: "right", run: (branch) => flow.execute(branch, n * 10) },
      ]),
  };
  expect(await new EmbeddedEngine().run(outer, 1)).toEqual([3, 12]);
});

/** A flow in which everything stands: side by side, mapped, without a result, mapped over nothing. */
function trackedFlow() {
  const calls: string[] = [];
  const tracked = <const Name extends string, In extends unknown[], Out>(name: Name, fn: (...input: In) => Out) =>
    task.step(name, async ({ key }, ...input: In): Promise<Out> => {
      calls.push(key);
      await Promise.resolve();
      return fn(...input);
    });
  const flow = Aitorflow.define("tracked", (f, text: Input<string>) => {
    const words = f.add(
      tracked("words", (given: string) => given.split(" ")),
      text,
    );
    const note = f.add(
      tracked("note", (_given: string) => {}),
      text,
    );
    const lengths = f.map(
      tracked("length", (word: string) => word.length),
      words,
      { concurrency: 2 },
    );
    const saved = f.map(
      tracked("save", (_given: string) => {}),
      words,
    );
    const nothing = f.map(
      tracked("nothing", (word: string) => word),
      f.add(
        tracked("none", (_given: string): string[] => []),
        text,
      ),
    );
    const end = tracked(
      "end",
      (lengths: readonly number[], saved: readonly null[], nothing: readonly string[], note: void) => ({
        lengths,
        saved,
        nothing,
        note: note === undefined,
      }),
    );
    return [f.add(end, lengths, saved, nothing, note), note];
  });
  return { flow, calls };
}

const everyKey = [
  "words",
  "note",
  "none",
  "end",
  ...["length", "save"].flatMap((name) => [`${name}[0]`, `${name}[1]`]),
];

async function uninterrupted(journal: Journal) {
  const counting = crashingJournal(journal);
  const { flow, calls } = trackedFlow();
  const output = await new EmbeddedEngine({ journal: counting }).run(flow, "to be", { id });
  expect(output).toEqual({ end: { lengths: [2, 2], saved: [null, null], nothing: [], note: true }, note: undefined });
  expect(calls.toSorted()).toEqual(everyKey.toSorted());
  return { appends: counting.appends, output };
}

/** Runs the flow on a process that dies at `point`. */
async function crash(journal: Journal, point: CrashPoint): Promise<void> {
  const crashing = crashingJournal(journal, point);
  void new EmbeddedEngine({ journal: crashing }).run(trackedFlow().flow, "to be", { id });
  await crashing.crashed;
}

async function eventsOf(journal: Journal): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  for await (const event of journal.read(id)) events.push(event);
  return events;
}

async function finishedKeys(journal: Journal): Promise<Set<string>> {
  const events = await eventsOf(journal);
  return new Set(events.flatMap(({ type, key }) => (type === "step-finished" ? [key] : [])));
}

/** A journal that takes a moment to record, and keeps text, as one on disk does. */
function textJournal(): Journal {
  const inner = memoryJournal();
  return {
    durable: true,
    snapshots: inner.snapshots,
    blobs: inner.blobs,
    append: async (events, options) => {
      await Promise.resolve();
      await inner.append(JSON.parse(JSON.stringify(events)) as EventEnvelope[], options);
    },
    read: (stream, from) => inner.read(stream, from),
    restore: (stream, atMost) => inner.restore(stream, atMost),
    tail: (from, signal) => inner.tail(from, signal),
    heads: (filter) => inner.heads(filter),
    drop: (stream) => inner.drop(stream),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}

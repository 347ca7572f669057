// A run of a flow that goes well:
// - independent tasks run side by side, never more than the limit over the whole flow, mapped elements included;
// - `output` is the one exit's result, or an object by exit name; `results` and `tasks` tell of every task;
// - the handle gives the run's events; the same flow can run many times at once.
// What fails or is cancelled is in flow-failure.test.ts.
import { describe, expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import { task } from "./task.ts";

const clock = virtualClock();
const engine = new EmbeddedEngine({ clock });
const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.timer(ms, resolve));
const after = <const Name extends string>(name: Name, ms: number) =>
  task(name, async (n: number) => (await wait(ms), n + ms));
const start = task("start", (n: number) => n);

describe("a run that finishes", () => {
  test("gives the output, every task's result and state, and the run's id", async () => {
    const flow = new Aitorflow("flow", start.to([after("a", 10), after("b", 20)]));
    const run = flow.run(1, { engine, id: "finished-run" });
    await clock.advance(20);
    const { output, results, tasks, runId } = await run;
    expect(output).toEqual({ a: 11, b: 21 });
    expect(results).toEqual({ start: 1, a: 11, b: 21 });
    const done = { state: "done", durationMs: expect.any(Number) as unknown };
    expect(tasks).toEqual({ start: done, a: done, b: done });
    expect(runId).toBe("finished-run");
  });

  test("independent tasks run side by side", async () => {
    const join = task("join", (...numbers: number[]) => numbers);
    const flow = new Aitorflow("flow", start.to([after("a", 30), after("b", 20), after("c", 10)]).to(join));
    const began = clock.monotonic();
    const run = flow.run(0, { engine }).then(({ output }) => ({ output, ms: clock.monotonic() - began }));
    await clock.advance("1m");
    expect(await run).toEqual({ output: [30, 20, 10], ms: 30 });
  });

  test("a task starts as soon as what it takes is there, whatever else is open", async () => {
    const began: string[] = [];
    const note = task("note", (n: number) => (began.push("note"), n));
    const late = task("late", (a: number, b: number) => (began.push("late"), a + b));
    const flow = Aitorflow.define("flow", (f, n: Input<number>) =>
      f.add(late, f.add(note, f.add(after("fast", 1), n)), f.add(after("slow", 9), n)),
    );
    const run = flow.run(0, { engine });
    await clock.advance(1);
    expect(began).toEqual(["note"]);
    await clock.advance(8);
    expect((await run).output).toBe(10);
  });

  test("names that every object has are names like any other", async () => {
    const names = ["__proto__", "constructor", "toString", "then", "0"];
    const flow = new Aitorflow("flow", start.to(names.map((name) => task(name, (n: number) => n))));
    const { output, results, tasks } = await flow.run(7);
    for (const found of [output as object, results, tasks]) {
      for (const name of names) expect(Object.hasOwn(found, name)).toBe(true);
    }
    expect(Object.keys(output)).toHaveLength(names.length);
  });

  test("the same flow runs many times at once", async () => {
    const flow = new Aitorflow(
      "flow",
      start.to([after("a", 5), after("b", 3)]).to(task("sum", (a: number, b: number) => a + b)),
    );
    const runs = Array.from({ length: 50 }, (_, index) => flow.run(index, { engine }));
    await clock.advance(5);
    expect((await Promise.all(runs)).map(({ output }) => output)).toEqual(runs.map((_, index) => 2 * index + 8));
  });

  test("frozen or not, what a task is given can be what another one gave", async () => {
    const object = { list: [1, 2, 3] };
    const same = task("same", (given: { list: number[] }) => given);
    expect((await new Aitorflow("flow", same.to(same.as("again"))).run(object)).output).toBe(object);
  });
});

describe("concurrency", () => {
  test.each([1, 2, 7, 1_000])("with a limit of %i, never more tasks and elements are open", async (limit) => {
    let open = 0;
    let most = 0;
    const work = async (ms: number): Promise<void> => {
      most = Math.max(most, ++open);
      await wait(ms);
      open--;
    };
    const flow = Aitorflow.define(
      "flow",
      (f, numbers: Input<number[]>) => [
        f.map(
          task("left", (n: number) => work(n % 3)),
          numbers,
        ),
        f.map(
          task("right", (n: number) => work(n % 2)),
          numbers,
          { concurrency: 4 },
        ),
        ...Array.from({ length: 10 }, (_, index) =>
          f.add(
            task(`one-${index}`, (_given: number[]) => work(1)),
            numbers,
          ),
        ),
      ],
      { concurrency: limit },
    );
    const run = flow.run(
      Array.from({ length: 20 }, (_, index) => index),
      { engine },
    );
    await clock.advance("1m");
    await run;
    expect(most).toBe(Math.min(limit, 34));
  });

  test("a mapped task does not keep others from their turn", async () => {
    const order: string[] = [];
    const many = task("many", async (n: number) => void order.push(`many-${n}`));
    const one = task("one", async (_given: number[]) => void order.push("one"));
    const flow = Aitorflow.define("flow", (f, n: Input<number[]>) => [f.map(many, n), f.add(one, n)], {
      concurrency: 1,
    });
    await flow.run([0, 1, 2, 3]);
    expect(order.indexOf("one")).toBeLessThan(2);
  });
});

describe("a handle", () => {
  test("gives the run's events, from the first to the last", async () => {
    const handle = new Aitorflow("flow", start.to(start.as("again"))).start(1, { id: "watched" });
    expect(handle.id).toBe("watched");
    const events: string[] = [];
    for await (const { type, key } of handle) events.push(key === "" ? type : `${type} ${key}`);
    expect(events).toEqual([
      "run-started",
      "step-started start",
      "step-finished start",
      "step-started again",
      "step-finished again",
      "run-finished",
    ]);
    expect((await handle.result).output).toBe(1);
  });

  test("can be left before the end without ending the run", async () => {
    const handle = new Aitorflow("flow", after("a", 10)).start(1, { engine });
    for await (const _ of handle) break;
    await clock.advance(10);
    expect((await handle.result).output).toBe(11);
  });

  test("need not be watched, even where the run fails", async () => {
    const handle = new Aitorflow(
      "flow",
      task("broken", () => Promise.reject(new Error("broken"))),
    ).start();
    await clock.advance(1);
    await expect(handle.result).rejects.toMatchObject({ task: "broken" });
  });
});

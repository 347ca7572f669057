// A run of a flow that does not finish:
// - the first failure aborts what is open: its signal fires, its releases are awaited, nothing starts any more; the error
//   names the task, keeps the cause and holds what had finished;
// - a cancel, by signal or by handle, does the same at once, and is no task's failure.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { type FlowError, isFlowError } from "./errors.ts";
import type { Input } from "./flow-builder.ts";
import { task } from "./task.ts";

const clock = virtualClock();
const engine = new EmbeddedEngine({ clock });
const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.timer(ms, resolve));
const after = <const Name extends string>(name: Name, ms: number) =>
  task(name, async (n: number) => (await wait(ms), n + ms));
const start = task("start", (n: number) => n);

describe("a failure", () => {
  test("names the task, keeps the cause, and holds what had finished and how far each task came", async () => {
    const thrown = new RangeError("out of cheese");
    const broken = task("broken", async (_given: number) => {
      await wait(10);
      throw thrown;
    });
    const flow = new Aitorflow(
      "shop",
      start.to([broken, after("quick", 5), after("slow", 50)]).to(task("join", (...n: number[]) => n)),
    );
    const error = failureOf(flow.run(1, { engine, id: "failed-run" }));
    await clock.advance(10);
    expect(await error).toMatchObject({
      name: "FlowError",
      code: "task-failed",
      task: "broken",
      runId: "failed-run",
      message: expect.stringContaining('task "broken" of flow "shop" failed: out of cheese') as unknown,
      expected: "every task to finish",
      got: expect.stringContaining("out of cheese") as unknown,
      fix: expect.stringContaining("cause") as unknown,
      cause: { name: "StepError", stepKey: "broken", cause: thrown },
      results: { start: 1, quick: 6 },
      tasks: {
        start: { state: "done" },
        broken: { state: "failed" },
        quick: { state: "done" },
        slow: { state: "cancelled" },
        join: { state: "waiting" },
      },
    });
    expect(Object.keys((await error).results)).toEqual(["start", "quick"]);
    await clock.advance("1h");
    expect((await error).results).toEqual({ start: 1, quick: 6 });
  });

  test("aborts what is open and waits until everything taken is given back", async () => {
    const log: string[] = [];
    const holds = task.step("holds", async (step, _given: number) => {
      step.abortSignal.addEventListener("abort", () => log.push("aborted"));
      step.defer(async () => {
        await wait(100);
        log.push("released");
      });
      await wait(1_000);
      log.push("went on");
    });
    const broken = task("broken", async (_given: number) => {
      await wait(10);
      throw new Error("broken");
    });
    const failed = failureOf(new Aitorflow("flow", start.to([holds, broken])).run(1, { engine })).then(() =>
      log.push("failed"),
    );
    await clock.advance(50);
    expect(log).toEqual(["aborted"]);
    await clock.advance(60);
    await failed;
    expect(log).toEqual(["aborted", "released", "failed"]);
  });

  test("keeps what waits for its turn from starting", async () => {
    const started: number[] = [];
    const picky = task("picky", async (n: number) => {
      started.push(n);
      await wait(n);
      if (n === 2) throw new Error("two");
    });
    const flow = Aitorflow.define("flow", (f, n: Input<number[]>) => f.map(picky, n, { concurrency: 2 }));
    const failed = failureOf(flow.run([1, 2, 3, 4, 5, 6], { engine }));
    await clock.advance("1h");
    expect(await failed).toMatchObject({
      task: "picky",
      cause: { stepKey: "picky[1]" },
      tasks: { picky: { state: "failed" } },
    });
    expect(started).toEqual([1, 2, 3]);
  });

  test.each([
    ["a text", "just text", "just text"],
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["an object", { status: 500 }, "an object with status"],
    ["an error with lines", new Error("first\nsecond"), "first"],
  ])("that throws %s is told", async (_, thrown, text) => {
    const odd = task("odd", () => Promise.reject(thrown as Error));
    const error = await failureOf(new Aitorflow("flow", odd).run());
    expect(error.message.split("\n")[0]).toContain(text);
    expect(error.task).toBe("odd");
  });

  test("is the first of several", async () => {
    const fails = <const Name extends string>(name: Name, ms: number) =>
      task(name, async (_given: number) => {
        await wait(ms);
        throw new Error(name);
      });
    const failed = failureOf(
      new Aitorflow("flow", start.to([fails("late", 20), fails("early", 10)])).run(1, { engine }),
    );
    await clock.advance(20);
    expect(await failed).toMatchObject({
      task: "early",
      tasks: { early: { state: "failed" }, late: { state: "cancelled" } },
    });
  });

  test("of an input that no journal can keep is no task's", async () => {
    await expect(new Aitorflow("flow", start).run(new Date() as never)).rejects.toMatchObject({ code: "not-json" });
  });
});

describe("a cancel", () => {
  const slow = new Aitorflow(
    "slow",
    start.to([after("quick", 5), after("long", 50)]).to(task("sum", (a: number, b: number) => a + b)),
  );
  const cancelled = {
    name: "FlowError",
    code: "cancelled",
    task: undefined,
    results: { start: 1, quick: 6 },
    tasks: {
      start: { state: "done" },
      quick: { state: "done" },
      long: { state: "cancelled" },
      sum: { state: "waiting" },
    },
  };

  test("by signal ends the run at once, with the reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the user left");
    const failed = failureOf(slow.run(1, { engine, signal: controller.signal }));
    await clock.advance(10);
    controller.abort(reason);
    const error = await failed;
    expect(error).toMatchObject(cancelled);
    expect(Object.keys(error.results)).toEqual(["start", "quick"]);
    expect(error.message).toContain('flow "slow" was cancelled: the user left');
    expect((error.cause as Error).cause).toBe(reason);
  });

  test("by handle resolves when the run has ended, and its result rejects", async () => {
    const handle = slow.start(1, { engine });
    await clock.advance(10);
    await handle.cancel("enough");
    await expect(handle.result).rejects.toMatchObject({
      ...cancelled,
      message: expect.stringContaining("enough") as unknown,
    });
    await handle.cancel("again");
  });

  test("before the start keeps everything from running", async () => {
    let calls = 0;
    const flow = new Aitorflow(
      "flow",
      task("count", () => ++calls),
    );
    const error = await failureOf(flow.run(undefined, { signal: AbortSignal.abort("too late") }));
    expect(error).toMatchObject({ code: "cancelled", results: {}, tasks: { count: { state: "waiting" } } });
    expect(calls).toBe(0);
  });

  test("reaches the signal of what is open, and waits for what is given back", async () => {
    const log: string[] = [];
    const holds = task.step("holds", async (step) => {
      step.defer(async () => {
        await wait(10);
        log.push("released");
      });
      step.abortSignal.addEventListener("abort", () => log.push("aborted"));
      await wait(1_000);
      log.push("went on");
    });
    const handle = new Aitorflow("flow", holds).start(undefined, { engine });
    await clock.advance(1);
    const done = handle.cancel().then(() => log.push("cancelled"));
    await clock.advance(10);
    await done;
    await clock.advance("1h");
    expect(log).toEqual(["aborted", "released", "cancelled", "went on"]);
  });

  test("ends a wait for the next attempt", async () => {
    let calls = 0;
    const flaky = task(
      "flaky",
      () => {
        calls++;
        throw new Error("not yet");
      },
      { retry: { attempts: 5, initialDelay: "1h" } },
    );
    const handle = new Aitorflow("flow", flaky).start(undefined, { engine });
    await clock.advance(0);
    await handle.cancel();
    await clock.advance("1d");
    await expect(handle.result).rejects.toMatchObject({ code: "cancelled", tasks: { flaky: { state: "cancelled" } } });
    expect(calls).toBe(1);
  });

  test("between two tasks starts no other", async () => {
    const controller = new AbortController();
    let calls = 0;
    const first = task("first", () => controller.abort());
    const second = task("second", (_given: void) => void calls++);
    const error = await failureOf(
      new Aitorflow("flow", first.to(second)).run(undefined, { signal: controller.signal }),
    );
    expect(error).toMatchObject({ code: "cancelled", tasks: { second: { state: "waiting" } } });
    expect(calls).toBe(0);
  });

  test("after the end changes nothing", async () => {
    const controller = new AbortController();
    const handle = new Aitorflow("flow", start).start(1, { signal: controller.signal });
    const { tasks } = await handle.result;
    controller.abort();
    await handle.cancel();
    expect(tasks).toMatchObject({ start: { state: "done" } });
  });

  test("by the engine's end halts the run", async () => {
    const own = new EmbeddedEngine({ clock });
    const run = slow.run(1, { engine: own });
    const failed = expect(run).rejects.toMatchObject({ code: "engine-closed" });
    await clock.advance(10);
    await own[Symbol.asyncDispose]();
    await failed;
    await expect(slow.run(1, { engine: own })).rejects.toMatchObject({ code: "engine-closed" });
  });
});

test("isFlowError knows one of another realm or copy of the package, and takes nothing else for one", () => {
  const made = 'Object.assign(new Error("x"), { name: "FlowError", tasks: {} ';
  expect(isFlowError(runInNewContext(`${made}, "~aitor": "error", code: "task-failed" })`))).toBe(true);
  expect([Object.assign(new Error("x"), { name: "FlowError", tasks: {} }), undefined, "x"].some(isFlowError)).toBe(
    false,
  );
});

async function failureOf(run: Promise<unknown>): Promise<FlowError> {
  const thrown: unknown = await run.then(
    () => new Error("expected the run to fail"),
    (error: unknown) => error,
  );
  if (isFlowError(thrown)) return thrown;
  throw thrown;
}

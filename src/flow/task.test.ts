// A task is a named function with options, checked when it is made:
// - sync or async, with or without inputs and a result; a tuple that it returns is one value;
// - retry, time-out and effect hold for its steps;
// - `task.step` gets the step: signal, idempotency key, attempt, progress;
// - it is an immutable value, which can stand in many flows, and under another name with `as`.
// What its schemas do is in task-schemas.test.ts.
import { expect, test } from "vitest";
import { z } from "zod";
import { EmbeddedEngine, isStepError, TerminalError } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { task } from "./task.ts";

test.each([
  ["a sync function", task("double", (n: number) => n * 2), 6],
  ["an async function", task("double", async (n: number) => n * 2), 6],
  ["a function that returns nothing", task("forget", (_given: number) => {}), undefined],
  ["a function that returns null", task("null", (_given: number) => null), null],
  ["an async function that returns nothing", task("forget", async (_given: number) => {}), undefined],
  ["a function that returns a tuple, which is one value", task("pair", (n: number) => [n, n + 1]), [3, 4]],
])("%s", async (_, made, expected) => {
  const { output } = await new Aitorflow<number, unknown>("flow", made).run(3);
  expect(output).toEqual(expected);
});

test("a task that returns a tuple gives one value to the next", async () => {
  const pair = task("pair", (n: number): [number, number] => [n, n + 1]);
  const sum = task("sum", ([a, b]: [number, number]) => a + b);
  expect((await new Aitorflow("flow", pair.to(sum)).run(3)).output).toBe(7);
});

test("a task without inputs is the start of a flow without an input", async () => {
  expect(
    (
      await new Aitorflow(
        "flow",
        task("now", () => "now"),
      ).run()
    ).output,
  ).toBe("now");
});

test("a result that is no JSON value fails the task and says where", async () => {
  const dated = task("dated", () => ({ items: [{ at: new Date(0) }] }));
  await expect(new Aitorflow("flow", dated).run()).rejects.toMatchObject({
    task: "dated",
    cause: { code: "not-json", data: { path: ".items[0].at" }, got: "an instance of Date" },
  });
});

test("a task is tried as often as its retry says", async () => {
  const { clock, engine } = stillEngine();
  const attempts: number[] = [];
  const flaky = task.step(
    "flaky",
    ({ attempt }) => {
      attempts.push(attempt);
      throw new Error(`attempt ${attempt}`);
    },
    { retry: { attempts: 3, initialDelay: "1s", maxDelay: "1s" } },
  );
  const failed = expect(new Aitorflow("flow", flaky).run(undefined, { engine })).rejects.toThrow("attempt 3");
  await clock.advance("10s");
  await failed;
  expect(attempts).toEqual([1, 2, 3]);
});

test("a TerminalError is not tried again", async () => {
  let calls = 0;
  const over = task(
    "over",
    () => {
      calls++;
      throw new TerminalError("gone for good");
    },
    { retry: 5 },
  );
  await expect(new Aitorflow("flow", over).run()).rejects.toThrow("gone for good");
  expect(calls).toBe(1);
});

test("a task that takes longer than its time-out is aborted and fails", async () => {
  const { clock, engine } = stillEngine();
  let signal: AbortSignal | undefined;
  const slow = task.step("slow", (step) => ((signal = step.abortSignal), new Promise<never>(() => {})), {
    timeout: "2s",
  });
  const failed = expect(new Aitorflow("flow", slow).run(undefined, { engine })).rejects.toMatchObject({
    task: "slow",
    cause: { code: "step-timeout" },
  });
  await clock.advance(1_999);
  expect(signal?.aborted).toBe(false);
  await clock.advance(1);
  await failed;
  expect(signal?.aborted).toBe(true);
});

test("a task of effect once that runs out of time is in doubt", async () => {
  const { clock, engine } = stillEngine();
  const pay = task("pay", () => new Promise<never>(() => {}), { effect: "once", timeout: "1s" });
  const failed = expect(new Aitorflow("flow", pay).run(undefined, { engine })).rejects.toMatchObject({
    cause: { code: "step-in-doubt" },
  });
  await clock.advance("1s");
  await failed;
});

test.each([
  ["an empty name", () => task("", () => 1), "invalid-option", "the name of a task"],
  ["no function", () => task("a", 7 as never), "invalid-option", 'the function of task "a"'],
  ["an unknown effect", () => task("a", () => 1, { effect: "twice" as never }), "invalid-option", 'effect of task "a"'],
  ["no attempt", () => task("a", () => 1, { retry: 0 }), "invalid-option", 'retry of task "a": attempts'],
  [
    "half an attempt",
    () => task("a", () => 1, { retry: { attempts: 1.5 } }),
    "invalid-option",
    'retry of task "a": attempts',
  ],
  [
    "a retry of what runs once",
    () => task("a", () => 1, { retry: 2, effect: "once" }),
    "invalid-option",
    'retry of task "a"',
  ],
  [
    "an odd delay",
    () => task("a", () => 1, { retry: { attempts: 2, maxDelay: "1 s" as never } }),
    "invalid-duration",
    "maxDelay",
  ],
  ["a negative time-out", () => task("a", () => 1, { timeout: -1 }), "invalid-duration", 'timeout of task "a"'],
  [
    "no schema for the input",
    () => task("a", (n: number) => n, { input: {} as never }),
    "invalid-option",
    'schema of task "a"',
  ],
  [
    "no schema for the output",
    () => task("a", () => 1, { output: "number" as never }),
    "invalid-option",
    'schema of task "a"',
  ],
  ["no name for `as`", () => task("a", () => 1).as(""), "invalid-option", "the name of a task"],
])("%s is refused when the task is made", (_, make, code, what) => {
  expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(what) as unknown }));
});

test("one attempt of a task that runs once is no retry", () => {
  expect(() => task("a", () => 1, { retry: 1, effect: "once" })).not.toThrow();
});

test("task.step gives the step, then the inputs", async () => {
  const { engine } = stillEngine();
  const look = task.step("look", (step, n: number) => ({
    n,
    key: step.key,
    idempotencyKey: step.idempotencyKey,
    attempt: step.attempt,
    aborted: step.abortSignal.aborted,
  }));
  const { output } = await new Aitorflow("flow", look).run(5, { engine, id: "run-1" });
  expect(output).toEqual({ n: 5, key: "look", idempotencyKey: "run-1/look", attempt: 1, aborted: false });
});

test("the idempotency key is the same at each attempt", async () => {
  const { clock, engine } = stillEngine();
  const keys = new Set<string>();
  const flaky = task.step(
    "flaky",
    ({ idempotencyKey, attempt }) => {
      keys.add(idempotencyKey);
      if (attempt < 3) throw new Error("not yet");
    },
    { retry: 3 },
  );
  const run = new Aitorflow("flow", flaky).run(undefined, { engine });
  await clock.advance("1h");
  await run;
  expect(keys.size).toBe(1);
});

test("progress reaches those who watch, while the step is open", async () => {
  const { engine } = stillEngine();
  const told = Promise.withResolvers<void>();
  const load = task.step("load", async (step) => {
    step.progress({ done: 1, total: 2, note: "half" });
    await told.promise;
  });
  const handle = new Aitorflow("flow", load).start(undefined, { engine });
  for await (const event of handle) {
    if (event.type !== "step-progress") continue;
    expect(event).toMatchObject({ key: "load", data: { done: 1, total: 2, note: "half" } });
    told.resolve();
  }
  await handle.result;
});

test("what a task throws is the cause of its step's error", async () => {
  const thrown = new TypeError("no such thing");
  const broken = task("broken", () => {
    throw thrown;
  });
  const error: unknown = await new Aitorflow("flow", broken).run().catch((caught: unknown) => caught);
  const { cause } = error as Error;
  expect(isStepError(cause) && cause.stepKey).toBe("broken");
  expect((cause as Error).cause).toBe(thrown);
});

test("`as` gives the same task under another name, and leaves the first as it is", async () => {
  const double = task("double", (n: number) => n * 2, { input: z.number(), retry: 2 });
  const again = double.as("again");
  expect([double.name, again.name]).toEqual(["double", "again"]);
  const { results } = await new Aitorflow("flow", double.to(again)).run(1);
  expect(results).toEqual({ double: 2, again: 4 });
});

test("a task cannot be changed, and stands in many flows", async () => {
  const inc = task("inc", (n: number) => n + 1);
  expect(Object.isFrozen(inc)).toBe(true);
  const flows = [1, 2, 3].map((n) => new Aitorflow(`flow-${n}`, inc.to(inc.as("inc2"))));
  const results = await Promise.all([...flows, ...flows].map((flow) => flow.run(1)));
  expect(results.map(({ output }) => output)).toEqual([3, 3, 3, 3, 3, 3]);
});

function stillEngine() {
  const clock = virtualClock();
  return { clock, engine: new EmbeddedEngine({ clock }) };
}

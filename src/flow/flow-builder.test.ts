// `Aitorflow.define` wires tasks by handles:
// - a task takes from the handles it is given, in their order; the input and any handle may be given several times;
// - `map` runs a task once for each element of a list: results in order, never more at once than it says;
// - the handles that are returned form the output; a task whose result nobody takes runs too;
// - what is no handle of this flow, or no task, is refused.
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { FlowBuilder, Handle, Input } from "./flow-builder.ts";
import { task } from "./task.ts";

const inc = task("inc", (n: number) => n + 1);
const double = task("double", (n: number) => n * 2);
const add = task("add", (a: number, b: number) => a + b);
const list = task("list", (...numbers: number[]) => numbers);
const sum = task("sum", (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0));

test("a graph that is not series-parallel", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => {
    const a = builder.add(inc, n);
    const b = builder.add(double, a);
    const c = builder.add(add, a, b);
    return builder.add(list, c, b, a);
  });
  expect((await flow.run(1)).output).toEqual([6, 4, 2]);
  expect(flow.order).toEqual(["inc", "double", "add", "list"]);
});

test("the input can be taken in several places, and twice by one task", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) =>
    builder.add(list, n, builder.add(add, n, n), builder.add(inc, n), n),
  );
  expect((await flow.run(5)).output).toEqual([5, 10, 6, 5]);
});

test("a handle can be taken twice by one task", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => {
    const a = builder.add(inc, n);
    return builder.add(add, a, a);
  });
  expect((await flow.run(5)).output).toBe(12);
});

test("several handles give an object by their tasks' names", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => [builder.add(inc, n), builder.add(double, n)]);
  expect((await flow.run(5)).output).toEqual({ inc: 6, double: 10 });
  expect(flow.exits).toEqual(["inc", "double"]);
});

test("an array of one handle gives its result", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => [builder.add(inc, n)]);
  expect((await flow.run(5)).output).toBe(6);
});

test("a task in the middle can be an exit", async () => {
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => {
    const a = builder.add(inc, n);
    return [a, builder.add(double, a)];
  });
  expect((await flow.run(5)).output).toEqual({ inc: 6, double: 12 });
});

test("a task whose result nobody takes runs, and the flow waits for it", async () => {
  const clock = virtualClock();
  let saved = false;
  const save = task("save", async (_given: number) => {
    await new Promise<void>((resolve) => clock.timer(1_000, resolve));
    saved = true;
  });
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => {
    builder.add(save, n);
    return builder.add(inc, n);
  });
  const run = flow.run(1, { engine: new EmbeddedEngine({ clock }) });
  await clock.advance("1s");
  expect((await run).output).toBe(2);
  expect(saved).toBe(true);
});

test("map runs a task once for each element and keeps their order, whatever finishes first", async () => {
  const clock = virtualClock();
  const finished: number[] = [];
  const slow = task("slow", async (n: number) => {
    await new Promise<void>((resolve) => clock.timer(1_000 / n, resolve));
    finished.push(n);
    return n * 10;
  });
  const flow = Aitorflow.define("flow", (builder, numbers: Input<number[]>) => builder.map(slow, numbers));
  const run = flow.run([1, 2, 4], { engine: new EmbeddedEngine({ clock }) });
  await clock.advance("1s");
  expect((await run).output).toEqual([10, 20, 40]);
  expect(finished).toEqual([4, 2, 1]);
});

test.each([
  ["its own limit", { concurrency: 3 }, {}, 3],
  ["the flow's limit", { concurrency: 5 }, { concurrency: 2 }, 2],
  ["the flow's default limit", {}, {}, 64],
  ["one at a time", { concurrency: 1 }, {}, 1],
])("map never runs more elements at once than %s", async (_, mapOptions, flowOptions, expected) => {
  let open = 0;
  let most = 0;
  const busy = task("busy", async (n: number) => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    return n;
  });
  const numbers = Array.from({ length: 200 }, (_none, index) => index);
  const flow = Aitorflow.define(
    "flow",
    (builder, given: Input<number[]>) => builder.map(busy, given, mapOptions),
    flowOptions,
  );
  expect((await flow.run(numbers)).output).toEqual(numbers);
  expect(most).toBe(expected);
});

test("elements start in their order", async () => {
  const started: number[] = [];
  const note = task("note", async (n: number) => started.push(n));
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  await Aitorflow.define("flow", (b, given: Input<number[]>) => b.map(note, given, { concurrency: 3 })).run(numbers);
  expect(started).toEqual(numbers);
});

test("what takes from a mapped task gets the list of all its results, and can be mapped again", async () => {
  const flow = Aitorflow.define("flow", (builder, numbers: Input<number[]>) =>
    builder.add(sum, builder.map(double, builder.map(inc, numbers))),
  );
  expect((await flow.run([1, 2, 3])).output).toBe(18);
});

test("a mapped task that gives nothing gives a list of nulls, as JSON has no other", async () => {
  const seen: number[] = [];
  const see = task("see", async (n: number) => void seen.push(n));
  const flow = Aitorflow.define("flow", (builder, numbers: Input<number[]>) => builder.map(see, numbers));
  expect((await flow.run([1, 2, 3])).output).toEqual([null, null, null]);
  expect(seen).toEqual([1, 2, 3]);
});

test("a list of lists is mapped by its elements", async () => {
  const flow = Aitorflow.define("flow", (builder, lists: Input<number[][]>) => builder.map(sum, lists));
  expect((await flow.run([[1, 2], [], [3]])).output).toEqual([3, 0, 3]);
});

test("an empty list gives an empty list, wherever it comes from, and what follows runs once", async () => {
  let calls = 0;
  const count = task("count", (numbers: readonly number[]) => (calls++, numbers.length));
  const none = task("none", (_given: number): number[] => []);
  const first = Aitorflow.define("first", (builder, given: Input<number[]>) =>
    builder.add(count, builder.map(double, builder.map(inc, given))),
  );
  const second = Aitorflow.define("second", (builder, given: Input<number[]>) =>
    builder.add(count, builder.map(inc, given)),
  );
  const later = Aitorflow.define("later", (builder, n: Input<number>) =>
    builder.add(count, builder.map(inc, builder.add(none, n))),
  );
  expect((await first.run([])).output).toBe(0);
  expect((await second.run([])).output).toBe(0);
  expect((await later.run(1)).output).toBe(0);
  expect(calls).toBe(3);
});

test("a task mapped over an empty list is done, and not recovered", async () => {
  const flow = Aitorflow.define("flow", (builder, given: Input<number[]>) => builder.map(inc, given));
  const { tasks } = await flow.run([]);
  expect(tasks).toEqual({ inc: { state: "done", elements: 0, durationMs: expect.any(Number) as unknown } });
});

test("ten thousand mapped tasks in a row with nothing to do run", async () => {
  const flow = Aitorflow.define("flow", (builder, given: Input<number[]>) => {
    let last: Handle<string, readonly number[]> = given;
    for (let index = 0; index < 10_000; index++) last = builder.map(inc.as(`map-${index}`), last);
    return last;
  });
  expect((await flow.run([])).output).toEqual([]);
});

test("mapping over an input that is no list fails and says so", async () => {
  const flow = Aitorflow.define("flow", (builder, given: Input<number[]>) => builder.map(inc, given));
  await expect(flow.run(7 as never)).rejects.toMatchObject({
    task: "inc",
    cause: { code: "invalid-input", expected: expect.stringContaining("array") as unknown, got: "number 7" },
  });
});

test("mapping over a result that is no list fails the mapped task, and names it", async () => {
  const wrong = task("wrong", (_given: number) => ({ length: 2 }) as unknown as number[]);
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => builder.map(inc, builder.add(wrong, n)));
  await expect(flow.run(7)).rejects.toMatchObject({
    task: "inc",
    cause: { code: "invalid-input", got: "an object with length" },
    results: { wrong: { length: 2 } },
  });
});

test("the failure of an element names the task and the element, and keeps the cause", async () => {
  const thrown = new Error("not four");
  const picky = task("picky", (n: number) => {
    if (n === 4) throw thrown;
    return n;
  });
  const flow = Aitorflow.define("flow", (builder, given: Input<number[]>) => builder.map(picky, given));
  await expect(flow.run([2, 3, 4])).rejects.toMatchObject({
    task: "picky",
    message: expect.stringContaining('task "picky" (element 2) of flow "flow" failed: not four') as unknown,
    cause: { stepKey: "picky[2]", cause: thrown },
    tasks: { picky: { state: "failed" } },
  });
});

test("a mapped task's options hold for each element", async () => {
  const clock = virtualClock();
  const flaky = task.step(
    "flaky",
    ({ attempt }, n: number) => {
      if (attempt <= n) throw new Error("not yet");
      return n;
    },
    { retry: 3 },
  );
  const flow = Aitorflow.define("flow", (builder, given: Input<number[]>) => builder.map(flaky, given));
  const run = flow.run([0, 1, 2], { engine: new EmbeddedEngine({ clock }) });
  await clock.advance("1h");
  expect((await run).output).toEqual([0, 1, 2]);
});

test("a handle of another flow is refused, and the error says whose flow and task it was", () => {
  let foreign: Handle<"inc", number> | undefined;
  const one = Aitorflow.define("one", (builder, n: Input<number>) => (foreign = builder.add(inc, n)));
  expect(one.exits).toEqual(["inc"]);
  const use = () =>
    Aitorflow.define("other", (builder, n: Input<number>) => builder.add(add, n, foreign as Handle<"inc", number>));
  expect(use).toThrow(
    expect.objectContaining({
      code: "foreign-handle",
      message: expect.stringContaining('task "add" of flow "other"') as unknown,
      fix: expect.stringContaining("add the task to this flow") as unknown,
    }),
  );
  expect(() => Aitorflow.define("other", () => foreign as Handle<"inc", number>)).toThrow(
    expect.objectContaining({ code: "invalid-option" }),
  );
});

test("a text that was made of a handle is refused in its place, with where it is computed", () => {
  const use = () => Aitorflow.define("f", (builder) => builder.add(inc, "[object Object]!" as never));
  expect(use).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining('an input of task "inc" of flow "f"') as unknown,
      got: '"[object Object]!"',
      fix: expect.stringContaining("is computed in a task") as unknown,
    }),
  );
});

test("the same name and position in another flow is another handle, and so is another flow's input", () => {
  let input: Input<number> | undefined;
  Aitorflow.define("one", (builder, n: Input<number>) => builder.add(inc, (input = n)));
  const use = () =>
    Aitorflow.define("two", (builder, _given: Input<number>) => builder.add(inc, input as Input<number>));
  expect(use).toThrow(expect.objectContaining({ code: "foreign-handle" }));
});

test("nothing can be added to a flow once it is defined", async () => {
  let late = (): void => {};
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => {
    late = () => void builder.add(double, n);
    return builder.add(inc, n);
  });
  expect(late).toThrow(
    expect.objectContaining({ code: "invalid-option", expected: expect.stringContaining("after") as unknown }),
  );
  expect(flow.order).toEqual(["inc"]);
  expect((await flow.run(1)).results).toEqual({ inc: 2 });
});

const wrong: readonly [what: string, build: (builder: FlowBuilder, n: Input<number>) => unknown, message: string][] = [
  ["a chain is no task to add", (b, n) => b.add(inc.to(double) as never, n), 'what is added to flow "flow"'],
  ["nothing is no task to add", (b, n) => b.add(undefined as never, n), 'what is added to flow "flow"'],
  ["nothing is no task to map", (b, n) => b.map(undefined as never, n as never), 'what is added to flow "flow"'],
  [
    "no element at a time is no limit",
    (b, n) => b.map(inc, n as unknown as Input<number[]>, { concurrency: 0 }),
    'concurrency of mapped task "inc"',
  ],
  ["the input is no output", (_, n) => n, 'what the definition of flow "flow" returns'],
  ["nothing is no output", () => undefined, 'what the definition of flow "flow" returns'],
  ["no handle is no output", () => [], 'what the definition of flow "flow" returns'],
  ["a promise is no output", async () => {}, 'what the definition of flow "flow" returns'],
];

test.each(wrong)("%s", (_, build, message) => {
  expect(() => Aitorflow.define("flow", build as (builder: FlowBuilder) => Handle)).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(message) as unknown }),
  );
});

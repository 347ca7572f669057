// Chains are immutable values: `a.to(b)` changes neither.
// - What follows may be a task, a chain, or an array of both, side by side; chains nest.
// - A task that follows several takes all their results, in the order in which they were written.
// - What cannot stand in a chain is refused where it is written.
import { expect, test } from "vitest";
import { Aitorflow } from "./aitorflow.ts";
import { task } from "./task.ts";

const inc = task("inc", (n: number) => n + 1);
const double = task("double", (n: number) => n * 2);
const square = task("square", (n: number) => n * n);
const list = task("list", (...numbers: number[]) => numbers);

test("a task takes the result of the one before it", async () => {
  expect((await new Aitorflow("flow", inc.to(double)).run(3)).output).toBe(8);
});

test("a chain may follow", async () => {
  const tail = double.to(square);
  expect((await new Aitorflow("flow", inc.to(tail)).run(1)).output).toBe(16);
});

test("several side by side each take the same, and the next takes their results in their order", async () => {
  const flow = new Aitorflow("flow", inc.to([double, square]).to(list));
  expect((await flow.run(2)).output).toEqual([6, 9]);
  expect((await new Aitorflow("flow", inc.to([square, double]).to(list)).run(2)).output).toEqual([9, 6]);
});

test("chains may stand side by side", async () => {
  const negate = task("negate", (n: number) => -n);
  const flow = new Aitorflow("flow", inc.to([double.to(negate), square]).to(list));
  expect((await flow.run(2)).output).toEqual([-6, 9]);
});

test("a chain that ends in several gives all of them to the next", async () => {
  const fork = double.to([square.as("x"), inc.as("y")]);
  const flow = new Aitorflow("flow", inc.to([fork, square]).to(list));
  expect((await flow.run(1)).output).toEqual([16, 5, 4]);
});

test("a chain that forks, nested in a fork, nested in a fork", async () => {
  const inner = inc
    .as("b")
    .to([double.as("c"), square.as("d")])
    .to(list.as("e"));
  const flow = new Aitorflow("flow", inc.to([inner, double]).to(task("f", (a: number[], b: number) => [a, b])));
  expect((await flow.run(0)).output).toEqual([[4, 4], 2]);
});

test("several may follow several: each takes all", async () => {
  const flow = new Aitorflow("flow", inc.to([double, square]).to([list.as("x"), list.as("y")]));
  expect((await flow.run(2)).output).toEqual({ x: [6, 9], y: [6, 9] });
});

test("an array of one is that one", async () => {
  const flow = new Aitorflow("flow", inc.to([double]).to([square]));
  expect((await flow.run(1)).output).toBe(16);
  expect(flow.exits).toEqual(["square"]);
});

test("an array may be made at run time", async () => {
  const tasks = Array.from({ length: 100 }, (_, index) => task(`plus-${index}`, (n: number) => n + index));
  const flow = new Aitorflow("flow", inc.to(tasks).to(list));
  expect((await flow.run(0)).output).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

test("a chain of ten thousand tasks runs", async () => {
  let chain = inc.to(double.as("t-0"));
  for (let index = 1; index < 10_000; index++)
    chain = chain.to(task(`t-${index}`, (n: number) => n + 1)) as typeof chain;
  expect((await new Aitorflow("flow", chain).run(0)).output).toBe(10_001);
});

test("`to` changes nothing: one chain can be the beginning of many flows", async () => {
  const start = inc.to(double);
  const one = new Aitorflow("one", start.to(square));
  const other = new Aitorflow("other", start.to(list));
  const alone = new Aitorflow("alone", start);
  expect(Object.isFrozen(start)).toBe(true);
  expect((await one.run(1)).output).toBe(16);
  expect((await other.run(1)).output).toEqual([4]);
  expect((await alone.run(1)).output).toBe(4);
  expect(alone.order).toEqual(["inc", "double"]);
});

test("an array that is changed afterwards does not change the chain", async () => {
  const parts = [double, square];
  const flow = new Aitorflow("flow", inc.to(parts).to(list));
  parts.length = 0;
  expect((await flow.run(1)).output).toEqual([4, 4]);
});

test.each([
  ["a function", () => inc.to(((n: number) => n) as never), "function (anonymous)"],
  ["nothing", () => inc.to(undefined as never), "undefined"],
  ["an array within an array", () => inc.to([[double]] as never), "an array of 1"],
  ["an empty array", () => inc.to([]), "an array of 0"],
])("%s cannot stand in a chain", (_, make, got) => {
  expect(make).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});

test("a flow is made of a task or a chain", () => {
  expect(() => new Aitorflow("flow", ((n: number) => n) as never)).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining('what flow "flow" is made of') as unknown,
    }),
  );
});

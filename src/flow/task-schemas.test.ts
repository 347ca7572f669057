// A task's schemas check what goes in and what comes out:
// - what a schema makes of a value is what is passed on; schemas may be asynchronous, and several inputs have one each;
// - what does not fit says which task, where, what was expected, what came and what to do;
// - an answer to a task in doubt is checked as what its function returns, and the run waits on where it does not fit;
// - an input that does not fit is not tried again, an output may be.
import { expect, test } from "vitest";
import { z } from "zod";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import { task } from "./task.ts";

test("an input schema checks, and what it makes of the input is passed on", async () => {
  const greet = task("greet", (name: string) => `hello ${name}`, { input: z.string().trim().min(1) });
  expect((await new Aitorflow("flow", greet).run("  Ada ")).output).toBe("hello Ada");
});

test("a task takes what its input schema takes, and its function gets what the schema makes of it", async () => {
  const year = task("year", (at) => at.getUTCFullYear(), { input: z.string().transform((text) => new Date(text)) });
  const text = task("text", (n: number) => `${n}-06-01`);
  expect((await new Aitorflow("flow", text.to(year)).run(1999)).output).toBe(1999);
});

test("an output schema checks, and what it makes of the result is the result", async () => {
  const fetchUser = task(
    "fetch",
    async (id: number) => ({ id, name: " Ada ", secret: "x" }) as { id: number; name: string },
    {
      output: z.object({ id: z.number(), name: z.string().trim() }),
    },
  );
  expect((await new Aitorflow("flow", fetchUser).run(7)).output).toEqual({ id: 7, name: "Ada" });
});

test("schemas may be asynchronous", async () => {
  const known = z.string().refine(async (text) => Promise.resolve(text === "known"), "unknown to us");
  const look = task("look", (text: string) => text, { input: known, output: known });
  const flow = new Aitorflow("flow", look);
  expect((await flow.run("known")).output).toBe("known");
  await expect(flow.run("other")).rejects.toMatchObject({
    cause: { code: "invalid-input", expected: "unknown to us" },
  });
});

test("several inputs have a schema each", async () => {
  const add = task("add", (a: number, b: number) => a + b, { input: [z.number(), z.number().max(9)] });
  const flow = Aitorflow.define("flow", (builder, n: Input<number>) => builder.add(add, n, n));
  expect((await flow.run(4)).output).toBe(8);
  await expect(flow.run(10)).rejects.toMatchObject({
    cause: { code: "invalid-input", message: expect.stringContaining('input 2 of task "add"') as unknown },
  });
});

test("an input that does not fit names the task, the path, what was expected, what came and the fix", async () => {
  const user = z.object({ name: z.string(), tags: z.array(z.string()) });
  const save = task("save", (given: { name: string; tags: string[] }) => given.name, { input: user });
  const flow = new Aitorflow("flow", save);
  await expect(flow.run({ name: "Ada", tags: ["a", 3 as unknown as string] })).rejects.toMatchObject({
    code: "task-failed",
    task: "save",
    cause: {
      code: "invalid-input",
      message: expect.stringContaining('the input of task "save" does not match its schema') as unknown,
      expected: ".tags[1]: Invalid input: expected string, received number",
      got: "an object with name, tags",
      fix: expect.stringContaining("schema") as unknown,
      data: { issues: [{ path: ".tags[1]", message: "Invalid input: expected string, received number" }] },
      retryable: false,
    },
  });
});

test("an output that does not fit says so", async () => {
  const count = task("count", (text: string) => text.length, { output: z.number().min(3) });
  await expect(new Aitorflow("flow", count).run("ab")).rejects.toMatchObject({
    task: "count",
    cause: {
      code: "invalid-output",
      message: expect.stringContaining('the output of task "count"') as unknown,
      got: "number 2",
      retryable: true,
    },
  });
});

test("an error that a schema itself throws is the task's error as it is", async () => {
  const broken = z.string().refine(() => {
    throw new RangeError("the schema is broken");
  });
  const look = task("look", (text: string) => text, { input: broken });
  await expect(new Aitorflow("flow", look).run("x")).rejects.toMatchObject({
    cause: { code: "step-failed", cause: { name: "RangeError", message: "the schema is broken" } },
  });
});

test("an input that does not fit is not tried again, and its function is not called", async () => {
  const { clock, engine } = stillEngine();
  let checks = 0;
  let calls = 0;
  const input = z.string().refine(() => ++checks > 5);
  const flow = new Aitorflow(
    "flow",
    task("never", (text: string) => (calls++, text), { input, retry: 3 }),
  );
  const failed = expect(flow.run("x", { engine })).rejects.toMatchObject({ cause: { code: "invalid-input" } });
  await clock.advance("1h");
  await failed;
  expect({ checks, calls }).toEqual({ checks: 1, calls: 0 });
});

test("an output that does not fit is tried again", async () => {
  const { clock, engine } = stillEngine();
  let calls = 0;
  const flow = new Aitorflow(
    "flow",
    task("rising", () => ++calls, { output: z.number().min(3), retry: 3 }),
  );
  const run = flow.run(undefined, { engine });
  await clock.advance("1h");
  expect((await run).output).toBe(3);
});

test("a schema's error names the task as it is called in the flow", async () => {
  const count = task("count", (text: string) => text.length, { input: z.string() }).as("letters");
  await expect(new Aitorflow("flow", count).run(3 as never)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('the input of task "letters"') as unknown },
  });
});

function stillEngine() {
  const clock = virtualClock();
  return { clock, engine: new EmbeddedEngine({ clock }) };
}

test.each([
  ["a task", undefined, { id: 17 }, { id: " c1 " }, { id: "c1" }],
  ["a batch", 2, [{ id: "c1" }, 17], [{ id: " c1 " }, { id: "c2" }], [{ id: "c1" }, { id: "c2" }]],
])(
  "an answer to %s in doubt must fit the output's schema, which makes the result of it",
  async (_, batch, ...answers) => {
    const [wrong, right, made] = answers;
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ clock, inDoubt: "ask" });
    const receipt = z.object({ id: z.string().trim() });
    const never = (): Promise<never> => new Promise(() => {});
    const options = { effect: "once", timeout: "20ms" } as const;
    const charge = task("charge", never as () => Promise<{ id: string }>, { ...options, output: receipt });
    const charges = task("charge", never as () => Promise<{ id: string }[]>, { ...options, output: z.array(receipt) });
    const flow =
      batch === undefined
        ? new Aitorflow("pay", charge)
        : Aitorflow.define("pay", (f, orders: Input<number[]>) => f.map(charges, orders, { batch }));
    const handle = (flow as Aitorflow<unknown, unknown>).start([1, 2], { engine, id: "p" });
    await clock.advance("20ms");
    await expect(engine.answer("p", "charge", { value: wrong })).rejects.toMatchObject({
      code: "invalid-value",
      message: expect.stringMatching(/^the answer to step "charge.*" does not match its schema/),
    });
    await engine.answer("p", "charge", { value: right });
    expect((await handle.result).output).toEqual(made);
    expect((await handle.result).results).toEqual({ charge: made });
  },
);

// A flow as a tool
// - gives the flow's output; its tasks are steps of the run that calls it, in the call's scope
// - takes the flow's input as its arguments, or makes it of them
// - fails as a value where a task fails, and is cancelled with the run
// - goes on where it was when the run is resumed
import { expect, test } from "vitest";
import { z } from "zod";
import type { Run, Runnable } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { ToolRegistry } from "../tools/index.ts";
import { Aitorflow, signal, task } from "./index.ts";

const words = task("words", ({ text }: { text: string }) => text.split(/\s+/).length);
const chars = task("chars", ({ text }: { text: string }) => text.length);
const keep = task("keep", (given: { text: string }) => given);
const analyse = new Aitorflow("analyse", keep.to([words, chars]));
const head = { description: "Counts words and characters.", access: "read" } as const;
const count = analyse.asTool({ ...head, input: z.object({ text: z.string() }) });

const calling = (registry: ToolRegistry, name: string, args: unknown): Runnable<void, unknown> => ({
  name: "agent",
  version: "1",
  execute: (run: Run) => registry.execute({ id: "1", name, args }, run),
});

test("gives the flow's output, under the flow's name or another one", async () => {
  expect(count.name).toBe("analyse");
  expect(await count.call({ text: "a b c" })).toMatchObject({ ok: true, value: { words: 3, chars: 5 } });
  const other = analyse.asTool({ ...head, name: "count_words", input: z.object({ text: z.string() }) });
  expect(await new ToolRegistry({ tools: [other] }).call("count_words", { text: "a" })).toMatchObject({ ok: true });
});

test("runs the tasks as steps of the run, in the call's scope", async () => {
  const journal = memoryJournal();
  const engine = new EmbeddedEngine({ journal });
  const registry = new ToolRegistry({ tools: [count] });
  await engine.run(calling(registry, "analyse", { text: "a b" }), undefined, { id: "r" });
  const keys: string[] = [];
  for await (const { type, key } of journal.read("r")) if (type === "step-finished") keys.push(key);
  const inScope = ["analyse[1]/check", "analyse[1]/keep", "analyse[1]/words", "analyse[1]/chars"];
  expect(keys).toEqual([...inScope, "analyse result[1]"]);
});

test("may make the flow's input of its arguments", async () => {
  const double = new Aitorflow(
    "double",
    task("double", (n: number) => n * 2),
  );
  const asTool = double.asTool({ ...head, input: z.object({ n: z.number() }), from: ({ n }) => n });
  expect(await asTool.call({ n: 4 })).toMatchObject({ value: 8 });
  // @ts-expect-error  the flow takes a number, and nothing makes one of the arguments
  double.asTool({ ...head, input: z.object({ n: z.number() }) });
});

test("fails as a value where a task fails", async () => {
  const fails = new Aitorflow(
    "fails",
    task("fetch", (_given: object) => Promise.reject(new Error("no route to host"))),
  );
  const asTool = fails.asTool({ ...head, input: z.object({}) });
  expect(await asTool.call({})).toMatchObject({
    ok: false,
    error: { code: "tool-failed", thrown: "task-failed", message: expect.stringContaining("no route to host") },
  });
});

test("is refused where the flow, or its name, is none of a tool's", () => {
  const twice = new Aitorflow("twice", keep.to(keep));
  expect(() => twice.asTool({ ...head, input: z.object({ text: z.string() }) })).toThrow(
    expect.objectContaining({ code: "invalid-flow" }),
  );
  const spaced = new Aitorflow("count words", keep);
  expect(() => spaced.asTool({ ...head, input: z.object({ text: z.string() }) })).toThrow(/the name of a tool/);
});

test("goes on where it was when the run is resumed", async () => {
  const journal = memoryJournal();
  let drafts = 0;
  const draft = task("draft", ({ topic }: { topic: string }) => `${++drafts}: ${topic}`);
  const publish = task("publish", (approved: boolean) => (approved ? "published" : "dropped"));
  const release = new Aitorflow("release", draft.to(signal("approval", z.boolean())).to(publish));
  const registry = new ToolRegistry({
    tools: [release.asTool({ ...head, access: "write", input: z.object({ topic: z.string() }) })],
  });
  const agent = calling(registry, "release", { topic: "tea" });
  const first = new EmbeddedEngine({ journal });
  const handle = first.start(agent, undefined, { id: "r" });
  for await (const { type } of handle) if (type === "run-suspended") break;
  await first[Symbol.asyncDispose]();
  const second = new EmbeddedEngine({ journal });
  await second.answer("r", "approval", { value: true });
  expect(await (await second.resume(agent as Runnable<never, unknown>, "r")).result).toMatchObject({
    value: "published",
  });
  expect(drafts).toBe(1);
});

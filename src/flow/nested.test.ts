import { expect, test } from "vitest";
import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { crashingJournal, virtualClock } from "../testing/index.ts";
import { Aitorflow, type Input, task } from "./index.ts";

/*
 * A flow as a task of another:
 * - gives its output, may stand in chains, definitions and maps, several times under several names;
 * - keeps its own names apart: inner tasks may be called as outer ones are;
 * - is cancelled with the other, and gives back what it took;
 * - is resumed where it was;
 * - is drawn as a box with its tasks and their states.
 * A task that is mapped with `batch` runs once for each batch and gives a result for each element.
 */

const trim = task("trim", (text: string) => text.trim());
const words = task("words", (text: string) => text.split(" ").length);
const chars = task("chars", (text: string) => text.length);
const analyse = new Aitorflow("analyse", trim.to([words, chars]));
const total = task(
  "total",
  (counts: { readonly words: number; readonly chars: number }) => counts.words + counts.chars,
);

test("a flow stands in a chain and gives its output", async () => {
  const flow = new Aitorflow("flow", trim.to(analyse.asTask()).to(total));
  const { output, results, tasks } = await flow.run("  a bc ");
  expect(output).toBe(6);
  expect(results["analyse"]).toEqual({ words: 2, chars: 4 });
  expect(Object.keys(tasks["analyse"]?.tasks ?? {})).toEqual(["trim", "words", "chars"]);
});

test("a flow stands twice, and in a map", async () => {
  const flow = Aitorflow.define("flow", (f, texts: Input<string[]>) => {
    const first = task("first", (list: string[]) => list[0] ?? "");
    const text = f.add(first, texts);
    return [f.add(analyse.asTask("left"), text), f.add(analyse.asTask("right"), text), f.map(analyse.asTask(), texts)];
  });
  const one = { words: 1, chars: 1 };
  expect((await flow.run(["a", "b c"])).output).toEqual({
    left: one,
    right: one,
    analyse: [one, { words: 2, chars: 3 }],
  });
});

test("a flow has a name as a task, also the second time", () => {
  const refused = expect.objectContaining({ code: "invalid-option" });
  expect(() => analyse.asTask("")).toThrow(refused);
  expect(() => analyse.asTask().as("")).toThrow(refused);
});

test("a flow without an input stands behind any task", async () => {
  const now = new Aitorflow(
    "now",
    task("tick", () => 1),
  );
  expect((await new Aitorflow("flow", trim.to(now.asTask())).run("a")).output).toBe(1);
});

test("a cancel reaches the inner tasks, and what they took is given back", async () => {
  const clock = virtualClock();
  let released = 0;
  const hang = task.step("hang", (step, _text: string) => {
    step.defer(() => void released++);
    return new Promise<string>(() => {});
  });
  const inner = new Aitorflow("inner", trim.to(hang));
  const handle = new Aitorflow("outer", inner.asTask()).start("a", { engine: new EmbeddedEngine({ clock }) });
  await clock.advance(1);
  await handle.cancel("enough");
  await expect(handle.result).rejects.toMatchObject({ code: "cancelled", tasks: { inner: { state: "cancelled" } } });
  expect(released).toBe(1);
});

test("a resumed run goes on inside of the inner flow, at every crash point", async () => {
  for (let append = 2; append <= 11; append++) {
    const called: string[] = [];
    const traced = (name: string) => task(name, (text: string) => (called.push(name), `${text}${name}`));
    const inner = new Aitorflow("inner", traced("a").to(traced("b")));
    const flow = new Aitorflow("outer", traced("a").to(inner.asTask()).to(traced("c")));
    const journal = memoryJournal();
    const crashing = crashingJournal(journal, { append, when: "after" });
    const engine = new EmbeddedEngine({ journal: crashing });
    const finished = flow.run("", { engine, id: "r" }).then(() => "finished");
    const outcome = await Promise.race([finished, crashing.crashed]);
    if (outcome === "finished") return expect(append).toBeGreaterThan(9);
    const { result } = await new EmbeddedEngine({ journal }).resume(flow, "r");
    expect(await result).toBe("aabc");
    expect(called.length).toBeLessThanOrEqual(5);
  }
});

test("an inner flow is drawn as a box with its tasks and their states", async () => {
  const flow = new Aitorflow("flow", trim.to(analyse.asTask()).to(total));
  const result = await flow.run("a");
  await parseFlowchart(flow.toMermaid());
  await parseFlowchart(flow.toMermaid(result));
  expect(flow.toMermaid()).toContain('subgraph n1["analyse"]\n    n1_0_0["trim"]');
  expect(flow.toMermaid(result)).toMatch(/n1_0_2\["chars<br\/>done .*:::done/);
});

test("a flow whose inner one changed has another version", () => {
  const other = new Aitorflow("analyse", trim.to([words]));
  const outer = (inner: { asTask(): ReturnType<typeof other.asTask> }) => new Aitorflow("flow", inner.asTask()).version;
  expect(outer(analyse as never)).not.toBe(outer(other));
});

const lengths = (calls: number[]) =>
  task("lengths", (texts: string[]) => {
    calls.push(texts.length);
    return texts.map((text) => text.length);
  });

test.each([
  [1, [1, 1, 1, 1, 1]],
  [2, [2, 2, 1]],
  [5, [5]],
  [9, [5]],
])("batches of %i run as %j", async (batch, expected) => {
  const calls: number[] = [];
  const flow = Aitorflow.define("flow", (f, texts: Input<string[]>) => f.map(lengths(calls), texts, { batch }));
  const { output, tasks } = await flow.run(["a", "bb", "ccc", "dddd", "eeeee"]);
  expect(output).toEqual([1, 2, 3, 4, 5]);
  expect(calls).toEqual(expected);
  expect(tasks["lengths"]).toMatchObject({ elements: 5 });
});

test("a batch of nothing runs nothing", async () => {
  const calls: number[] = [];
  const flow = Aitorflow.define("flow", (f, texts: Input<string[]>) => f.map(lengths(calls), texts, { batch: 3 }));
  expect((await flow.run([])).output).toEqual([]);
  expect(calls).toEqual([]);
});

test("a batch that does not give a result for each element fails and says so", async () => {
  const drop = task("drop", (texts: string[]) => texts.slice(1));
  const flow = Aitorflow.define("flow", (f, texts: Input<string[]>) => f.map(drop, texts, { batch: 2 }));
  await expect(flow.run(["a", "b"])).rejects.toMatchObject({
    task: "drop",
    expected: "an array of 2, in the order of the elements",
    got: "an array of 1",
  });
});

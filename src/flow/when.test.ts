import { describe, expect, test } from "vitest";
import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { crashingJournal } from "../testing/index.ts";
import { Aitorflow, type Input, task, timer, when } from "./index.ts";

/*
 * A choice:
 * - runs one way, decided by its test, and gives that way's result;
 * - without a second way gives what it was given;
 * - gives both ways what the test takes, also several inputs, and takes chains;
 * - takes the same way when the run is resumed, and does not test again;
 * - shares the places of the flow around it with its tasks, and can go on with one;
 * - fails where its test does not decide, or a task of the way fails;
 * - is drawn with both ways, and in a run with the states of the one taken.
 */

const length = task("length", (text: string) => text.length);
const shorten = task("shorten", (text: string) => text.slice(0, 3));
const mark = task("mark", (text: string) => `${text}…`);
const keep = task("keep", (text: string) => text);
const isLong = (text: string): boolean => text.length > 3;
const cut = when("cut", isLong, shorten.to(mark), keep);

describe("a choice", () => {
  test.each([
    ["abcdef", "abc…"],
    ["ab", "ab"],
  ])("of %s gives %s", async (given, expected) => {
    const { output, results, tasks } = await new Aitorflow("flow", cut.to(length)).run(given);
    expect(output).toBe(expected.length);
    expect(results).toEqual({ cut: expected, length: expected.length });
    expect(Object.keys(tasks["cut"]?.tasks ?? {})).toEqual(given === "ab" ? ["keep"] : ["shorten", "mark"]);
  });

  test("without a second way gives what it was given", async () => {
    const flow = new Aitorflow("flow", when("cut", isLong, shorten));
    expect((await flow.run("ab")).output).toBe("ab");
    expect((await flow.run("abcd")).output).toBe("abc");
  });

  test("gives several inputs to the test and to the way", async () => {
    const sum = task("sum", (left: number, right: number) => left + right);
    const difference = task("difference", (left: number, right: number) => left - right);
    const double = task("double", (n: number) => n * 2);
    const same = task("same", (n: number) => n);
    const choice = when("choose", (left: number, right: number) => left > right, difference, sum);
    const flow = new Aitorflow("flow", same.to([double, same.as("again")]).to(choice));
    expect((await flow.run(3)).output).toBe(3);
    expect((await flow.run(-3)).output).toBe(-9);
  });

  test("of several exits gives an object of theirs", async () => {
    const flow = new Aitorflow(
      "flow",
      when("both", async (_text: string) => true, keep.to([length, mark]), keep),
    );
    expect((await flow.run("ab")).output).toEqual({ length: 2, mark: "ab…" });
  });

  test("within another choice", async () => {
    const inner = when("inner", (text: string) => text.startsWith("a"), mark, keep);
    const flow = new Aitorflow("flow", when("outer", isLong, inner, keep));
    expect((await flow.run("abcd")).output).toBe("abcd…");
    expect((await flow.run("bcde")).output).toBe("bcde");
  });

  test("is mapped over a list", async () => {
    const flow = Aitorflow.define("flow", (f, texts: Input<string[]>) => f.map(cut, texts));
    expect((await flow.run(["abcdef", "ab"])).output).toEqual(["abc…", "ab"]);
  });

  test("that is resumed takes the same way and does not test again", async () => {
    const tested: string[] = [];
    const flow = new Aitorflow(
      "flow",
      when("cut", (text: string) => tested.push(text) === 1, shorten.to(mark), keep),
    );
    const journal = memoryJournal();
    const crashing = crashingJournal(journal, { append: 5, when: "after" });
    void flow.run("abcdef", { engine: new EmbeddedEngine({ journal: crashing }), id: "r" });
    await crashing.crashed;
    const { result } = await new EmbeddedEngine({ journal }).resume(flow, "r");
    expect(await result).toBe("abc…");
    expect(tested).toEqual(["abcdef"]);
  });

  test("whose test gives no boolean fails and says so", async () => {
    const flow = new Aitorflow(
      "flow",
      when("cut", ((_text: string) => "yes") as unknown as (text: string) => boolean, keep, keep),
    );
    await expect(flow.run("a")).rejects.toMatchObject({
      code: "task-failed",
      task: "cut",
      expected: "true or false",
      got: '"yes"',
    });
  });

  test("names the task that failed on the way", async () => {
    const broken = task("broken", (_text: string): string => {
      throw new Error("no");
    });
    const error: unknown = await new Aitorflow("flow", when("cut", isLong, broken, keep))
      .run("abcd")
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ task: "cut", cause: { task: "broken", cause: { stepKey: "cut/yes/broken" } } });
    expect((error as Error).message).toContain('task "broken" of flow "cut" failed: no');
  });

  test("refuses what is no way, and a way that cannot run", () => {
    expect(() => when("cut", isLong, undefined as never)).toThrow("a way of choice");
    expect(() => when("cut", isLong, keep.to(keep))).toThrow("a cycle: keep → keep");
  });

  test("is drawn with both ways and with the states of the one taken", async () => {
    const flow = new Aitorflow("flow", cut.to(length));
    const result = await flow.run("abcdef");
    await parseFlowchart(flow.toMermaid());
    await parseFlowchart(flow.toMermaid(result));
    expect(flow.toMermaid()).toMatch(
      /subgraph n0\["cut"\][\s\S]*n0_test -- yes --> n0_0_0[\s\S]*n0_test -- no --> n0_1_0/,
    );
    expect(flow.toMermaid(result)).toMatch(/n0_0_1\["mark<br\/>done .*:::done/);
    expect(flow.toMermaid(result)).toContain('n0_1_0["keep"]\n');
  });
});

describe("the places of the flow around a choice", () => {
  /** Tasks of which it is counted how many are open. */
  function counting() {
    const counted = { open: 0, most: 0 };
    const step = (name: string) =>
      task(name, async (..._given: unknown[]) => {
        counted.most = Math.max(counted.most, ++counted.open);
        await new Promise((resolve) => setTimeout(resolve, 1));
        counted.open--;
        return name;
      });
    return { counted, step };
  }
  const always = (_given: unknown): boolean => true;

  test.each([1, 2, 3, 5])("are shared with its tasks: %i", async (concurrency) => {
    const { counted, step } = counting();
    const wide = (name: string) =>
      when(
        name,
        always,
        step("a")
          .to([step("b"), step("c"), step("d")])
          .to(step("e")),
      );
    const nested = when("nested", always, step("f").to([wide("deep"), step("g"), timer("pause", "1ms"), step("h")]));
    const inner = new Aitorflow("inner", step("i").to([wide("within"), step("j")]), { concurrency: 2 }).asTask();
    const flow = Aitorflow.define(
      "flow",
      (f, list: Input<number[]>) => {
        const each = f.map(wide("each"), list);
        const beside = [wide("one"), nested, inner, step("k"), step("l")].map((part) => f.add(part as never, each));
        return f.add(step("end"), ...beside);
      },
      { concurrency },
    );
    expect((await flow.run([1, 2, 3])).output).toBe("end");
    // The inner flow counts as one, and has two places of its own.
    expect(counted.most).toBeLessThanOrEqual(concurrency + 1);
    expect(counted.most).toBeGreaterThanOrEqual(concurrency);
    expect((await new Aitorflow("alone", wide("one"), { concurrency }).run(1)).output).toBe("e");
  });

  test("are free again where a task of it failed", async () => {
    const { step } = counting();
    const later = counting();
    const fails = task("fails", async (_given: unknown) => {
      throw new Error("no");
    });
    const choice = when("choice", always, step("a").to([step("b"), step("c"), fails, step("d")]));
    const after = timer("pause", "20ms").to(["e", "f", "g", "h", "i"].map(later.step));
    const flow = new Aitorflow("flow", step("start").to([choice, after]), { concurrency: 3, failure: "isolate" });
    const result = await flow.run(1);
    expect(Object.keys(result.failed)).toEqual(["choice"]);
    expect(Object.keys(result.results)).toHaveLength(7);
    expect(later.counted.most).toBe(3);
  });
});

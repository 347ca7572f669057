import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Aitorflow, task, timer, when } from "./index.ts";

/*
 * A graph that comes as data:
 * - runs: each task is given what its edges bring, in their order; the input is an object of the declared inputs;
 * - gives the results of the declared exits, or of the tasks from which no edge leads on;
 * - is refused with every problem: another shape, unknown names, names that stand twice, cycles with their path, edges
 *   into inputs, tasks that nothing reaches, tasks that several edges lead to and that take one input;
 * - stays as it was made, whatever becomes of the data;
 * - whatever the data, it becomes a flow or an invalid-flow error.
 */

const fetch = task("fetch", (url: string) => `page of ${url}`);
const words = task("words", (text: string) => text.split(" ").length);
const report = task("report", (text: string, count: number, title: string) => `${title}: ${text}, ${count}`);
const now = task("now", () => 1);

const data = {
  inputs: ["url", "title"],
  edges: [
    ["url", "fetch"],
    ["fetch", "words"],
    ["fetch", "report"],
    ["words", "report"],
    ["title", "report"],
  ],
} as const;

test("it runs, from JSON", async () => {
  const flow = Aitorflow.fromEdges("flow", JSON.parse(JSON.stringify(data)) as typeof data, [report, words, fetch]);
  const { output, results } = await flow.run({ url: "/a", title: "A" });
  expect(output).toBe("A: page of /a, 3");
  expect(results["words"]).toBe(3);
  expect(flow.order).toEqual(["fetch", "words", "report"]);
  expect(flow.exits).toEqual(["report"]);
});

test("the declared exits make the output", async () => {
  const flow = Aitorflow.fromEdges("flow", { ...data, exits: ["words", "report"] }, [fetch, words, report]);
  expect((await flow.run({ url: "/a", title: "A" })).output).toEqual({ words: 3, report: "A: page of /a, 3" });
});

test("it stays as it was made, whatever becomes of the data", async () => {
  const changing = { inputs: ["url"], edges: [["url", "fetch"]] as [string, string][], exits: ["fetch"] };
  const flow = Aitorflow.fromEdges("flow", changing, [fetch]);
  for (const list of [changing.inputs, changing.exits]) list.push("title");
  changing.edges.length = 0;
  expect((await flow.run({ url: "/a" })).output).toBe("page of /a");
});

test("a task may have any name", async () => {
  const flow = Aitorflow.fromEdges("flow", { edges: [] }, [now.as("#0")]);
  expect((await flow.run({})).output).toBe(1);
});

test("without declared inputs, tasks that take from nothing begin", async () => {
  const double = task("double", (n: number) => n * 2);
  const flow = Aitorflow.fromEdges("flow", { edges: [["now", "double"]] }, [now, double]);
  expect((await flow.run({})).output).toBe(2);
});

test("a flow inside that takes nothing waits for several, and a choice of two ways takes them", async () => {
  const alone = Aitorflow.define("alone", (flow) => flow.add(now)).asTask();
  const sum = task("sum", (a: number, b: number) => a + b);
  const choice = when("choice", (a: number, b: number) => a > b, sum, sum.as("other"));
  const edges = [
    ["a", "alone"],
    ["b", "alone"],
    ["a", "choice"],
    ["b", "choice"],
  ] as const;
  const { output } = await Aitorflow.fromEdges("flow", { inputs: ["a", "b"], edges }, [alone, choice]).run({
    a: 1,
    b: 2,
  });
  expect(output).toEqual({ alone: 1, choice: 3 });
});

test.each([undefined, null, {}, { url: "/a" }, "text"])(
  "an input of %j is refused, naming what is missing",
  async (input) => {
    const flow = Aitorflow.fromEdges("flow", data, [fetch, words, report]);
    await expect(flow.run(input as never)).rejects.toMatchObject({
      code: "invalid-input",
      expected: 'an object with "url", "title"',
    });
  },
);

describe("is refused:", () => {
  test.each<[string, unknown, readonly unknown[], string]>([
    ["nothing", undefined, [now], '"edges" is undefined, not an array of [from, to]'],
    ["an edge of another shape", { edges: [["a"]] }, [now], "edge 0 is an array of 1, not [from, to]"],
    ["a misspelt field", { edges: [], exit: ["now"] }, [now], '"exit" is none of "inputs", "edges", "exits"'],
    ["inputs of another shape", { edges: [], inputs: "url" }, [now], '"inputs" is "url", not an array of names'],
    [
      "an unknown task",
      { edges: [["now", "later"]] },
      [now],
      'the edge "now" → "later" names "later", which is no task',
    ],
    ["an unknown exit", { edges: [], exits: ["later"] }, [now], 'the exits name "later", which is no task'],
    [
      "an edge into an input",
      { inputs: ["url"], edges: [["now", "url"]] },
      [now],
      'the edge "now" → "url" leads to an input',
    ],
    ["an input called as a task", { inputs: ["now"], edges: [] }, [now], '"now" names an input and a task'],
    ["a name that stands twice", { edges: [] }, [now, now], 'the name "now" stands 2 times'],
    [
      "a cycle",
      {
        edges: [
          ["a", "b"],
          ["b", "c"],
          ["c", "a"],
        ],
      }, // prettier keeps it on a line
      [words.as("a"), words.as("b"), words.as("c")],
      "a cycle: a → b → c → a",
    ],
    [
      "a task that no input reaches",
      { inputs: ["url"], edges: [["url", "fetch"]] },
      [fetch, now],
      'no input reaches task "now"',
    ],
    ["something that is no task", { edges: [] }, ["now"], 'task 0 of the list is "now"'],
    ["no list of tasks", { edges: [] }, undefined as never, "the list of tasks is undefined"],
    ["no task", { edges: [] }, [], "it has no task"],
    ["exits that are none", { edges: [], exits: [] }, [now], '"exits" names no task'],
    ["an exit that stands twice", { edges: [], exits: ["now", "now"] }, [now], 'the exit "now" stands twice'],
    [
      "an input that stands twice",
      { inputs: ["url", "url"], edges: [["url", "fetch"]] },
      [fetch],
      'the input "url" stands twice',
    ],
    ...[
      new Aitorflow("inner", words).asTask(),
      timer("pause", 1),
      when("choice", (text: string) => text !== "", words),
    ].map((only): [string, unknown, readonly unknown[], string] => [
      `a second edge to "${only.name}", which takes one input`,
      {
        inputs: ["url", "title"],
        edges: [
          ["url", only.name],
          ["title", only.name],
        ],
      },
      [only],
      `task "${only.name}" takes one input, and 2 edges lead to it`,
    ]),
  ])("%s", (_, given, tasks, problem) => {
    const make = (): unknown => Aitorflow.fromEdges("flow", given as never, tasks as never);
    expect(make).toThrow(expect.objectContaining({ code: "invalid-flow" }) as Error);
    expect(make).toThrow(problem);
  });
});

test("every problem is named at once", () => {
  const edges = [
    ["text", "a"],
    ["a", "b"],
    ["b", "a"],
    ["d", "d"],
    ["x", "c"],
  ];
  const given = { inputs: ["text", "text"], edges, exits: ["y"] };
  const tasks = ["a", "b", "c", "d"].map((name) => words.as(name));
  expect(() => Aitorflow.fromEdges("flow", given as never, tasks as never)).toThrow(
    expect.objectContaining({
      data: {
        problems: [
          'the input "text" stands twice',
          'the edge "x" → "c" names "x", which is no task or input',
          'the exits name "y", which is no task',
          "a cycle: a → b → a",
          "a cycle: d → d",
          'no input reaches task "c"',
          'no input reaches task "d"',
        ],
      },
    }),
  );
});

test.each<[string, object, readonly unknown[], string]>([
  ["another shape", { edges: 3 }, [now], "correct what is named"],
  ["an unknown task", { edges: [["now", "later"]] }, [now], "correct what is named"],
  ["a cycle", { edges: [["now", "now"]] }, [now], "take one edge out of each cycle"],
  [
    "a name that stands twice",
    { edges: [] },
    [now, now],
    'give a task that stands twice another name: task.as("other")',
  ],
])("for %s the fix speaks of that alone", (_, given, tasks, fix) => {
  expect(() => Aitorflow.fromEdges("flow", given as never, tasks as never)).toThrow(expect.objectContaining({ fix }));
});

test("whatever the data, it becomes a flow or an invalid-flow error", () => {
  const name = fc.constantFrom("a", "b", "c", "in", "");
  const shape = fc.record(
    { inputs: fc.array(name), edges: fc.array(fc.oneof(fc.tuple(name, name), fc.anything())), exits: fc.array(name) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(shape, fc.anything()), (given) => {
      try {
        Aitorflow.fromEdges("flow", given as never, [words.as("a"), words.as("b"), words.as("c")]).validate();
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid-flow" });
      }
    }),
  );
});

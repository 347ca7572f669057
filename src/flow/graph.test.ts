// What a flow says of its graph before it runs, and what it refuses:
// - `order` is topological and complete; `entries` take from no other task; `exits` form the output;
// - a cycle is named with its path, a name that stands twice, an unknown name and an empty graph are named too;
// - the version is equal for equal graphs and differs where names, edges, inputs, maps or exits do.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Aitorflow } from "./aitorflow.ts";
import type { FlowBuilder, Handle, Input } from "./flow-builder.ts";
import { type NamedNode, orderOf, problemsOf } from "./graph.ts";
import { task } from "./task.ts";

const step = <const Name extends string>(name: Name) => task(name, (...numbers: number[]) => numbers.length);
const [a, b, c, d] = [step("a"), step("b"), step("c"), step("d")];

/** A graph as a table: each task with the indexes of the earlier ones that it takes from. */
function flowOf(edges: readonly (readonly number[])[], names = edges.map((_, index) => `t${index}`)) {
  return Aitorflow.define("random", (builder, input: Input<number>) => {
    const handles: Handle<string, number>[] = [];
    edges.forEach((from, index) => {
      const inputs = from.map((earlier) => handles[earlier] as Handle<string, number>);
      handles.push(builder.add(step(names[index] as string), ...(inputs.length === 0 ? [input] : inputs)));
    });
    return handles;
  });
}

const edgesOfDag = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((rows) => rows.map((row, index) => (index === 0 ? [] : row.map((n) => n % index))));

describe("order, entries and exits", () => {
  test("each task stands behind what it takes from, and all stand there", () => {
    fc.assert(
      fc.property(edgesOfDag, (edges) => {
        const { order, entries } = flowOf(edges);
        const place = new Map(order.map((name, index) => [name, index]));
        expect([...order].sort()).toEqual(edges.map((_, index) => `t${index}`).sort());
        edges.forEach((from, index) => {
          for (const earlier of from) expect(place.get(`t${earlier}`)).toBeLessThan(place.get(`t${index}`) as number);
        });
        expect(entries).toEqual(edges.flatMap((from, index) => (from.length === 0 ? [`t${index}`] : [])));
      }),
    );
  });

  test("tasks keep the order in which they were written where they can", () => {
    expect(new Aitorflow("flow", a.to([b, c]).to(d)).order).toEqual(["a", "b", "c", "d"]);
  });

  test("a chain begins with its first task and ends with its last ones", () => {
    const flow = new Aitorflow("flow", a.to([b.to(c), d]));
    expect(flow.entries).toEqual(["a"]);
    expect(flow.exits).toEqual(["c", "d"]);
  });

  test("a task that takes the input and another's result is no entry", () => {
    const flow = Aitorflow.define("flow", (builder, n: Input<number>) => builder.add(b, builder.add(a, n), n));
    expect(flow.entries).toEqual(["a"]);
  });
});

describe("validate", () => {
  test("a task that stands twice is named, with the cycle that its name makes", () => {
    const flow = new Aitorflow("flow", a.to(b).to(c).to(a));
    expect(() => flow.validate()).toThrow(
      expect.objectContaining({
        code: "invalid-flow",
        message: expect.stringContaining('flow "flow" cannot run') as unknown,
        data: { problems: ['the name "a" stands 2 times', "a cycle: a → b → c → a"] },
        fix: expect.stringContaining('task.as("other")') as unknown,
      }),
    );
  });

  test("names are told apart by `as`", () => {
    expect(() => new Aitorflow("flow", a.to(b).to(a.as("a2"))).validate()).not.toThrow();
  });

  test("side by side there is no cycle, only a name that stands twice", () => {
    const flow = new Aitorflow("flow", a.to([b, b, b]).to(d));
    expect(() => flow.validate()).toThrow(
      expect.objectContaining({ data: { problems: ['the name "b" stands 3 times'] } }),
    );
  });

  test.each(["order", "entries", "exits"] as const)("an invalid flow has no %s", (what) => {
    expect(() => new Aitorflow("flow", a.to(a))[what]).toThrow(expect.objectContaining({ code: "invalid-flow" }));
  });

  test("an invalid flow does not run", async () => {
    const flow = new Aitorflow("flow", a.to(a));
    await expect(flow.run(1)).rejects.toMatchObject({ code: "invalid-flow" });
    expect(() => flow.start(1)).toThrow(expect.objectContaining({ code: "invalid-flow" }));
  });
});

describe("problemsOf", () => {
  test.each<[string, NamedNode[], string[]]>([
    ["nothing", [], ["it has no task"]],
    ["a task that takes from itself", [node("a", "a")], ["a cycle: a → a"]],
    ["an unknown name", [node("a", "b")], ['task "a" takes from "b", which is not in the flow']],
    ["a cycle of three", [node("a", "c"), node("b", "a"), node("c", "b")], ["a cycle: a → b → c → a"]],
    ["a cycle behind a way in", [node("in"), node("x", "in", "y"), node("y", "x")], ["a cycle: x → y → x"]],
    ["two ways to one task", [node("a"), node("b", "a"), node("c", "a"), node("d", "b", "c", "b")], []],
    ["names that objects have anyway", [node("__proto__"), node("constructor", "__proto__")], []],
    [
      "everything at once",
      [node("a", "b", "z"), node("b", "a"), node("b")],
      ['the name "b" stands 2 times', 'task "a" takes from "z", which is not in the flow', "a cycle: b → a → b"],
    ],
  ])("%s", (_, nodes, problems) => {
    const found = problemsOf(nodes).map(({ text }) => text);
    expect(found.map(fromLeast)).toEqual(problems.map(fromLeast));
  });

  test("a path of a hundred thousand tasks is no problem", () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) =>
      node(`t${index}`, ...(index === 0 ? [] : [`t${index - 1}`])),
    );
    expect(problemsOf(nodes)).toEqual([]);
    expect(problemsOf(nodes.toReversed())).toEqual([]);
  });

  const names: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
  const randomNodes = fc.array(fc.record({ name: names, inputs: fc.array(names, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 9,
  });

  test("a name that stands twice and a name that is unknown are found, and no other", () => {
    fc.assert(
      fc.property(randomNodes, (nodes) => {
        const found = problemsOf(nodes).map(({ text }) => text);
        const all = nodes.map(({ name }) => name);
        for (const name of new Set(all)) {
          const count = all.filter((other) => other === name).length;
          expect(found.includes(`the name "${name}" stands ${count} times`)).toBe(count > 1);
        }
        const unknown = new Set(
          nodes.flatMap(({ name, inputs }) =>
            inputs.flatMap((input) =>
              all.includes(input) ? [] : [`task "${name}" takes from "${input}", which is not in the flow`],
            ),
          ),
        );
        expect(new Set(found.filter((problem) => problem.startsWith("task")))).toEqual(unknown);
      }),
      { numRuns: 500 },
    );
  });

  test("a cycle is found if and only if there is one, and its path is one of edges", () => {
    fc.assert(
      fc.property(randomNodes, (nodes) => {
        const cycle = problemsOf(nodes).find(({ text }) => text.startsWith("a cycle: "))?.text;
        expect(cycle !== undefined).toBe(hasCycle(nodes));
        if (cycle === undefined) return;
        const path = cycle.slice("a cycle: ".length).split(" → ");
        expect(path.length).toBeGreaterThan(1);
        expect(path.at(-1)).toBe(path[0]);
        expect(new Set(path.slice(1)).size).toBe(path.length - 1);
        path.slice(1).forEach((to, index) => {
          const from = path[index] as string;
          expect(nodes.some(({ name, inputs }) => name === to && inputs.includes(from))).toBe(true);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("the order of a graph without problems is complete", () => {
    fc.assert(
      fc.property(randomNodes, (nodes) => {
        if (problemsOf(nodes).length > 0) return;
        const names = nodes.map(({ name }) => name);
        const order = orderOf(nodes.map(({ inputs }) => inputs.map((input) => names.indexOf(input))));
        expect(order.toSorted((a, b) => a - b)).toEqual([...nodes.keys()]);
      }),
    );
  });
});

describe("version", () => {
  const define = (build: (builder: FlowBuilder, n: Input<number>) => Handle | Handle[]) =>
    Aitorflow.define("flow", build).version;

  test("is equal for the same graph, however it was written and whatever the functions are", () => {
    const other = task("b", (n: number) => n * 1_000);
    const chain = new Aitorflow("one", a.to([b, c]).to(d)).version;
    expect(new Aitorflow("two", a.to([other, c]).to(d)).version).toBe(chain);
    expect(
      define((f, n) => {
        const first = f.add(a, n);
        const right = f.add(c, first);
        return f.add(d, f.add(b, first), right);
      }),
    ).toBe(chain);
  });

  test.each<[string, (f: FlowBuilder, n: Input<number>) => Handle | Handle[]]>([
    ["another name", (f, n) => f.add(b, f.add(a.as("z"), n), n)],
    ["another edge", (f, n) => (f.add(a, n), f.add(b, n, n))],
    ["the inputs the other way round", (f, n) => f.add(b, n, f.add(a, n))],
    ["a task more", (f, n) => (f.add(c, n), f.add(b, f.add(a, n), n))],
    ["a task less", (f, n) => f.add(b, n)],
    ["an input less", (f, n) => f.add(b, f.add(a, n))],
    [
      "another exit",
      (f, n) => {
        const first = f.add(a, n);
        f.add(b, first, n);
        return first;
      },
    ],
    [
      "an exit more",
      (f, n) => {
        const first = f.add(a, n);
        return [first, f.add(b, first, n)];
      },
    ],
    ["a map", (f, n) => f.add(b, f.map(a, n as unknown as Input<number[]>) as unknown as Handle<"a", number>, n)],
  ])("differs with %s", (_, build) => {
    expect(define(build)).not.toBe(define((f, n) => f.add(b, f.add(a, n), n)));
  });

  test("can be given", () => {
    expect(new Aitorflow("flow", a, { version: "v7" }).version).toBe("v7");
  });
});

test.each([
  ["a name", () => new Aitorflow("", a), "the name of a flow"],
  ["a name of a definition", () => Aitorflow.define("", (f, n: Input<number>) => f.add(a, n)), "the name of a flow"],
  ["a version", () => new Aitorflow("flow", a, { version: "" }), 'version of flow "flow"'],
  ["a limit of one or more", () => new Aitorflow("flow", a, { concurrency: 0 }), 'concurrency of flow "flow"'],
  ["a whole limit", () => new Aitorflow("flow", a, { concurrency: 1.5 }), 'concurrency of flow "flow"'],
])("a flow needs %s", (_, make, what) => {
  expect(make).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(what) as unknown }),
  );
});

function node(name: string, ...inputs: string[]): NamedNode {
  return { name, inputs };
}

/** A cycle written from its least name on, since it may be reported from any. */
function fromLeast(problem: string): string {
  const [, text] = /^a cycle: (.*)$/.exec(problem) ?? [];
  if (text === undefined) return problem;
  const path = text.split(" → ").slice(1);
  const least = path.indexOf(path.toSorted()[0] as string);
  const turned = [...path.slice(least), ...path.slice(0, least)];
  return `a cycle: ${[...turned, turned[0]].join(" → ")}`;
}

/** By another algorithm: what can be reached, by closing the edges over and over. */
function hasCycle(nodes: readonly NamedNode[]): boolean {
  const known = new Set(nodes.map(({ name }) => name));
  const reach = new Set(
    nodes.flatMap(({ name, inputs }) => inputs.filter((i) => known.has(i)).map((i) => `${i}>${name}`)),
  );
  for (const k of known) {
    for (const i of known) {
      for (const j of known) if (reach.has(`${i}>${k}`) && reach.has(`${k}>${j}`)) reach.add(`${i}>${j}`);
    }
  }
  return [...known].some((name) => reach.has(`${name}>${name}`));
}

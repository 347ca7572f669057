// A flow's Mermaid flowchart:
// - shows each task, mapped ones in another shape, each edge once; of a run also each task's state and duration;
// - is accepted by Mermaid's own parser whatever the tasks are called;
// - keeps names apart: what is drawn can be read back as the name.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import type { TaskReport } from "./flow-report.ts";
import { task } from "./task.ts";

const pass = <const Name extends string>(name: Name) => task(name, (n: number) => n);
const join = task("join", (...numbers: number[]) => numbers.length);

describe("a graph", () => {
  test("is a flowchart of tasks and edges", async () => {
    const text = new Aitorflow(
      "flow",
      pass("start")
        .to([pass("left"), pass("right")])
        .to(join),
    ).toMermaid();
    expect(text).toBe(`flowchart TD
  n0["start"]
  n1["left"]
  n2["right"]
  n3["join"]
  n0 --> n1
  n0 --> n2
  n1 --> n3
  n2 --> n3`);
    await parseFlowchart(text);
  });

  test("shows a mapped task, and an edge once however often its task is taken", async () => {
    const text = Aitorflow.define("flow", (f, n: Input<number[]>) => {
      const each = f.map(pass("each"), n);
      return f.add(
        task("twice", (a: readonly number[], _given: readonly number[]) => a),
        each,
        each,
      );
    }).toMermaid();
    expect(text).toBe(`flowchart TD
  n0[["each × each"]]
  n1["twice"]
  n0 --> n1`);
    await parseFlowchart(text);
  });

  test("of an invalid flow can be drawn, to see what is wrong", async () => {
    await parseFlowchart(new Aitorflow("flow", pass("a").to(pass("a"))).toMermaid());
  });
});

describe("a run", () => {
  const flow = new Aitorflow(
    "flow",
    pass("a")
      .to([pass("b"), pass("c"), pass("d"), pass("e")])
      .to(join),
  );
  const tasks: Record<string, TaskReport> = {
    a: { state: "done", recovered: true },
    b: { state: "done", durationMs: 0.25 },
    c: { state: "failed", durationMs: 12.7 },
    d: { state: "cancelled", durationMs: 65_432 },
    e: { state: "running" },
    join: { state: "waiting" },
  };

  test("shows each task's state and duration, and a style for each state", async () => {
    const text = flow.toMermaid({ tasks });
    for (const line of [
      'n0["a<br/>recovered"]:::done',
      'n1["b<br/>done in under 1 ms"]:::done',
      'n2["c<br/>failed in 13 ms"]:::failed',
      'n3["d<br/>cancelled in 65.4 s"]:::cancelled',
      'n4["e<br/>running"]:::running',
      'n5["join<br/>waiting"]:::waiting',
      ...["done", "failed", "cancelled", "running", "waiting"].map((state) => `classDef ${state} fill:`),
    ]) {
      expect(text).toContain(`  ${line}`);
    }
    await parseFlowchart(text);
  });

  test("that finished or failed can be drawn from its result or its error", async () => {
    const result = await flow.run(1);
    expect(flow.toMermaid(result)).toMatch(/n5\["join<br\/>done in (under 1|\d+) ms"\]:::done/);
    const broken = new Aitorflow(
      "flow",
      pass("a")
        .to(
          task("b", (_given: number): number => {
            throw new Error("no");
          }),
        )
        .to(pass("c")),
    );
    const error: unknown = await broken.run(1).catch((thrown: unknown) => thrown);
    const text = broken.toMermaid(error as { tasks: Record<string, TaskReport> });
    expect(text).toMatch(/n1\["b<br\/>failed in .* ms"\]:::failed\n {2}n2\["c<br\/>waiting"\]:::waiting/);
    await parseFlowchart(text);
  });

  test("of another flow leaves tasks that it does not know without a state", () => {
    expect(new Aitorflow("flow", pass("constructor").to(pass("a"))).toMermaid({ tasks })).toContain(
      'n0["constructor"]\n  n1["a<br/>recovered"]',
    );
  });
});

describe("hostile names", () => {
  const hostile = [
    'quote " quote',
    "it's",
    "`back`ticks`",
    "[brackets]",
    "((round))",
    "{{curly}}",
    ">odd]",
    "a\nb",
    "a\r\nb",
    "tab\tbed",
    "nul\0",
    "\u001b[31mred",
    "\u007f",
    "\u0085",
    "<script>alert(1)</script>",
    "<br/>",
    "</div>",
    "&lt;",
    "%% comment",
    "%%{init: {}}%%",
    "end",
    "graph",
    "subgraph x",
    "click",
    "style",
    "style:#fff;",
    "classDef x fill:#fff;",
    "class",
    "default",
    "#quot;",
    "#35;",
    "#",
    ";",
    "a --> b",
    "a & b",
    "---",
    "- list",
    "1. list",
    "1) list",
    "> quote",
    "_emphasis_",
    "**bold**",
    "# heading",
    "    code",
    "~~x~~",
    "$$x^2$$",
    "\\",
    "\\n",
    "\\u202e",
    "\\\\u202e",
    "😀",
    "👨‍👩‍👧",
    "🇩🇪",
    "é",
    "e\u0301",
    "नमस्ते",
    "שלום",
    "\u202etxt.exe",
    "\u200f",
    "\u2066a\u2069",
    "\ud800",
    "\udc00x",
    "\ufeff",
    "\ufffe",
    "\u{e0001}",
    "\ue0001",
    "\u{10ffff}",
    " ",
    "   ",
    "\u00a0",
    "\u200b",
    "\u3000",
    "\u2028",
    "\u2029",
    "ﬂ°°38¶ß",
    "ﬂ°lt¶ß",
    "@{ shape: rect }",
    ":::done",
    "a:::b",
    "e1@-->",
    "fa:fa-ban",
    "javascript:alert(1)",
    "data:text/html,x",
    "|pipe|",
    "0",
    "__proto__",
  ];

  test.each(hostile)("%j is accepted, and can be read back", async (name) => {
    await expectReadable([name]);
  });

  test("all in one flow are accepted, and so is a run of them", async () => {
    const flow = flowOf(hostile);
    await expectReadable(hostile);
    await parseFlowchart(flow.toMermaid(await flow.run(1)));
  });

  test("a very long name is accepted", async () => {
    await expectReadable(["long ".repeat(2_000), '"<'.repeat(2_000), "x".repeat(20_000)]);
  });

  test("any names are accepted, and different names are drawn differently", async () => {
    const sign = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        ...Array.from("\\u0123456789abcdef{}#;&:\"'`<>[]()|%_-.* \n"),
        "\ud800",
        "\udfff",
        "style",
        "ﬂ°°",
        "¶ß",
        "\u202e",
        "\ue000",
        "\u{e0001}",
      ),
    );
    const name = fc.array(sign, { minLength: 1, maxLength: 8 }).map((signs) => signs.join(""));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), async (names) => expectReadable(names)),
      { numRuns: 120 },
    );
  });

  function flowOf(names: readonly string[]) {
    return Aitorflow.define("hostile", (f, n: Input<number>) => names.map((name) => f.add(pass(name), n)));
  }

  async function expectReadable(names: readonly string[]): Promise<void> {
    const text = flowOf(names).toMermaid();
    expect(text.split("\n")).toHaveLength(names.length + 1);
    expect([...text.matchAll(/^ {2}n\d+\["(.*)"\]$/gmu)].map(([, label]) => read(label as string))).toEqual(names);
    await parseFlowchart(text);
  }

  /** The name that a label stands for: what Mermaid draws, and then the escapes. */
  function read(label: string): string {
    const drawn = label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    return drawn.replace(/\\(?:\\|u(?:\{([\da-f]+)\}|([\da-f]{4})))/g, (_, long?: string, short?: string) => {
      const hex = long ?? short;
      return hex === undefined ? "\\" : String.fromCodePoint(Number.parseInt(hex, 16));
    });
  }
});

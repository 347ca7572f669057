// Wrong wiring does not compile, and the compiler's message names the task, what it takes and what it was given.
// Each program stands in a folder of its own outside, where "aitor" is an installed package; one compiler checks them all.
import { execFile } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const prelude = `
import { Aitorflow, EmbeddedEngine, type Handle, type Input, task, when } from "aitor";
export const count = task("count", (text: string) => text.length);
export const shout = task("shout", (text: string) => text.toUpperCase());
export const double = task("double", (n: number) => n * 2);
export const report = task("report", (words: number, chars: number) => ({ words, chars }));
export const either = report.name.length > 3 ? double : shout;
export const big = when("big", (n: number) => n > 3, double);
export const engine = new EmbeddedEngine();
export const text = {} as Handle<"input", string>;
export type Uses = Aitorflow<unknown, unknown> | Input<unknown>;
`;

/** A wrong program, and what the message must contain. */
const programs: readonly [what: string, program: string, message: string][] = [
  ["a task after one of another type", "count.to(shout);", `Wiring<"shout", [text: string], [number]>`],
  ["a chain after a task of another type", "count.to(shout.to(count));", `Wiring<"shout", [text: string], [number]>`],
  ["a task after a chain of another type", "shout.to(count).to(shout);", `Wiring<"shout", [text: string], [number]>`],
  [
    "too few for a fan-in",
    "shout.to([count]).to(report);",
    `Wiring<"report", [words: number, chars: number], [number]>`,
  ],
  [
    "too many for a fan-in",
    'shout.to([count, count.as("b"), count.as("c")]).to(report);',
    `Wiring<"report", [words: number, chars: number], [number, number, number]>`,
  ],
  [
    "a fan-in of the wrong types",
    'shout.to([count, shout.as("again")]).to(report);',
    `Wiring<"report", [words: number, chars: number], [number, string]>`,
  ],
  [
    "a fan-in from a chain among others",
    "shout.to([count.to(double), shout.as('b').to(shout.as('c'))]).to(report);",
    `Wiring<"report", [words: number, chars: number], [number, string]>`,
  ],
  ["a task in an array", "count.to([double, shout]);", `Wiring<"shout", [text: string], [number]>`],
  ["a chain in an array", "count.to([double, shout.to(count)]);", `Wiring<"shout", [text: string], [number]>`],
  [
    "one of several tasks in an array made at run time",
    "count.to([double, shout].filter((part) => part.name.length > 3));",
    `Wiring<"double" | "shout", [n: number] & [text: string], [number]>`,
  ],
  ["one of two tasks", "count.to(either);", `Wiring<"shout", [text: string], [number]>`],
  [
    "one of two arrays of tasks",
    "count.to(text.name === 'input' ? ([double] as const) : ([shout, double] as const));",
    `readonly [Wiring<"shout", [text: string], [number]>, unknown]`,
  ],
  [
    "a task after one of two",
    'count.to(text.name === "input" ? double : task("print", (n: number) => `${n}`)).to(shout);',
    `Wiring<"shout", [text: string], [`,
  ],
  [
    "a way of a choice that is one of two tasks",
    'when("way", (n: number) => n > 3, either);',
    `Wiring<"shout", [text: string], [number]>`,
  ],
  [
    "a flow after a task of another type",
    'count.to(new Aitorflow("flow", shout).asTask("inner"));',
    `Wiring<"inner", [input: string], [number]>`,
  ],
  [
    "a flow that takes less than it may be given",
    'big.to(task("print", (n: number): string | number => n)).to(new Aitorflow("flow", shout).asTask("inner"));',
    `Wiring<"inner", [input: string], [string | number]>`,
  ],
  ["a tuple for two inputs", 'task("pair", (): [number, number] => [1, 2]).to(report);', `[[number, number]]>`],
  [
    "a handle of another type",
    'Aitorflow.define("flow", (flow, given: Input<string>) => flow.add(double, given));',
    `Wiring<"double", [n: number], [string]>`,
  ],
  [
    "an option of a map that there is not",
    'Aitorflow.define("flow", (flow, given: Input<string[]>) => flow.map(count, given, { concurrency: 2, bach: 3 }));',
    `Type 'number' is not assignable to type 'number & NoOption<"bach">'`,
  ],
  [
    "a handle too few",
    'Aitorflow.define("flow", (flow, given: Input<string>) => flow.add(report, flow.add(count, given)));',
    `Wiring<"report", [words: number, chars: number], [number]>`,
  ],
  [
    "a list of other elements",
    'Aitorflow.define("flow", (flow, given: Input<string[]>) => flow.map(double, given));',
    `Wiring<"double", [n: number], [string]>`,
  ],
  [
    "something to map that is no list",
    'Aitorflow.define("flow", (flow, given: Input<number>) => flow.map(double, given));',
    `Wiring<"double", readonly number[], number>`,
  ],
  [
    "a list of these or of other elements",
    'Aitorflow.define("flow", (flow, given: Input<number[] | string[]>) => flow.map(double, given));',
    `Wiring<"double", [n: number], [string | number]>`,
  ],
  [
    "something to map that may be no list",
    'Aitorflow.define("flow", (flow, given: Input<number[] | undefined>) => flow.map(double, given));',
    `Wiring<"double", readonly number[], number[] | undefined>`,
  ],
  [
    "a task of single elements to map where there may be a batch",
    'Aitorflow.define("flow", (flow, given: Input<number[]>) => flow.map(double, given, {} as { batch?: number }));',
    `Wiring<"double", [n: number], "a batch, for which it must give a list">`,
  ],
  [
    "a task of batches to map where there may be none",
    `Aitorflow.define("flow", (flow, given: Input<number[]>) =>
      flow.map(task("all", (list: number[]) => list), given, text.name === "input" ? { batch: 2 } : {}));`,
    `Wiring<"all", [list: number[]], [number]>`,
  ],
  [
    "a task of two inputs to map",
    'Aitorflow.define("flow", (flow, given: Input<number[]>) => flow.map(report, given));',
    `Wiring<"report", [words: number, chars: number], [number]>`,
  ],
  [
    "a first task of two inputs",
    'void new Aitorflow("flow", report).run(3);',
    `Wiring<"report", [words: number, chars: number], [input: number]>`,
  ],
  [
    "a chain whose first task has two inputs",
    'void new Aitorflow("flow", report.to(task("end", (_given: object) => 1))).run(3);',
    `Wiring<"report", [words: number, chars: number], [input: number]>`,
  ],
  [
    "a run's input",
    'void new Aitorflow("flow", count).run(3);',
    `'number' is not assignable to parameter of type 'string'`,
  ],
  [
    "the input of an engine's run",
    'void engine.run(new Aitorflow("flow", count), "" as string | number);',
    `'string | number' is not assignable to parameter of type 'string'`,
  ],
  ["a run without its input", 'void new Aitorflow("flow", count).run();', "Expected 1-2 arguments, but got 0"],
  ["something that is no task", "count.to((n: number) => n);", "is not assignable to parameter of type"],
  [
    "a handle made by hand",
    'Aitorflow.define("flow", (flow) => flow.add(count, { name: "input" }));',
    'Wiring<"count", [text: string], unknown[]>',
  ],
];

describe("is refused by the compiler:", () => {
  const root = join(import.meta.dirname, "../..");
  const folder = mkdtempSync(join(tmpdir(), "aitor-wiring-"));
  let messages: ReadonlyMap<string, string>;

  beforeAll(async () => {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/aitor"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "right.ts"), prelude);
    programs.forEach(([, program], index) => writeFileSync(join(folder, `${index}.ts`), prelude + program));
    const compilerOptions = { typeRoots: [join(root, "node_modules/@types")] };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    messages = byFile(await compile(folder, join(root, "node_modules/typescript/bin/tsc")));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("nothing that is right", () => {
    expect(messages.get("right.ts")).toBeUndefined();
    expect(messages.get("")).toBeUndefined();
  });

  test.each(programs.map(([what, , message], index) => [what, message, `${index}.ts`] as const))(
    "%s",
    (_, message, file) => {
      const found = messages.get(file);
      expect(found).toContain(message);
      expect(found).not.toContain("exactOptionalPropertyTypes");
    },
  );
});

function compile(folder: string, compiler: string): Promise<string> {
  const args = [compiler, "--project", folder, "--pretty", "false", "--noErrorTruncation"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

/** The compiler's messages by file; those that are about no program of the folder by the empty name. */
function byFile(output: string): Map<string, string> {
  const messages = new Map<string, string>();
  let file = "";
  for (const line of output.split("\n")) {
    if (line === "") continue;
    if (!line.startsWith(" ")) file = /^(\w+\.ts)\(/.exec(line)?.[1] ?? "";
    messages.set(file, `${messages.get(file) ?? ""}${line}\n`);
  }
  return messages;
}

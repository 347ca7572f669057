// A folder of src imports itself and lower floors, across folders only through index.ts; floors 0 to 6 are portable;
// indexes name their exports; no import cycles; 300 lines a file. Each rule is shown to fail on a small bad tree, then
// holds for the repository.
import { describe, expect, test } from "vitest";
import { outerRules, sourceRules } from "./architecture/rules.ts";
import { parseTree, readTree } from "./architecture/source-tree.ts";

describe.each(Object.entries(sourceRules))("src: %s", (_, rule) => {
  test("holds", () => expect(rule(readTree("src"))).toEqual([]));
});

const outerFolders = ["examples", "test", "scripts", "bench"];

describe.each(Object.entries(outerRules))(`${outerFolders.join(", ")}: %s`, (name, rule) => {
  // Their imports of src need src to be there; what src itself breaks is told above.
  const folders = name === "relativeImportsExist" ? ["src", ...outerFolders] : outerFolders;
  test("holds", () => expect(rule(readTree(...folders))).toEqual([]));
});

test("src has code", () => expect(readTree("src").size).toBeGreaterThan(0));

const index = { "src/base/index.ts": "", "src/engine/index.ts": "", "src/flow/index.ts": "", "src/tools/index.ts": "" };
const long = (lines: number): string => "const x = 1;\n".repeat(lines);

const broken: readonly (readonly [rule: string, what: string, files: Record<string, string>])[] = [
  ["everyFolderHasAFloor", "a folder that nobody listed", { "src/magic/index.ts": "" }],
  ["everyFolderHasAFloor", "a file beside the root index", { "src/helper.ts": "" }],
  ["importsPointDown", "an import of a higher floor", { "src/base/a.ts": 'import { b } from "../flow/index.ts";' }],
  ["importsPointDown", "a type of a higher floor", { "src/engine/a.ts": 'import type { B } from "../flow/index.ts";' }],
  [
    "importsPointDown",
    "an inline type of a higher floor",
    { "src/engine/a.ts": 'type B = import("../flow/index.ts").B;' },
  ],
  ["importsPointDown", "a re-export of a higher floor", { "src/engine/a.ts": 'export { b } from "../flow/index.ts";' }],
  ["importsPointDown", "a lazy import of a higher floor", { "src/engine/a.ts": 'await import("../flow/index.ts");' }],
  ["importsPointDown", "an import of a sibling", { "src/journal/a.ts": 'import { t } from "../tools/index.ts";' }],
  ["importsPointDown", "base importing any folder", { "src/base/a.ts": 'import { t } from "../tools/index.ts";' }],
  ["importsPointDown", "a folder importing the root index", { "src/cli/a.ts": 'import { t } from "../index.ts";' }],
  ["importsPointDown", "the root importing an adapter", { "src/index.ts": 'export { s } from "./sqlite/index.ts";' }],
  [
    "importsPointDown",
    "the root importing threads eagerly",
    { "src/index.ts": 'export { s } from "./threads/index.ts";' },
  ],
  ["roomsPointDown", "an import of a higher room", { "src/cli/text/a.ts": 'import { c } from "../chat/c.ts";' }],
  ["roomsPointDown", "a room importing what is above them", { "src/cli/text/a.ts": 'import { m } from "../main.ts";' }],
  ["roomsPointDown", "a room that nobody listed", { "src/cli/a.ts": 'import { b } from "./attic/b.ts";' }],
  ["foldersMeetAtTheirIndex", "an import past an index", { "src/flow/a.ts": 'import { s } from "../engine/step.ts";' }],
  ["foldersMeetAtTheirIndex", "the root past an index", { "src/index.ts": 'export { s } from "./engine/step.ts";' }],
  ["sourceNeverImportsThePackageByName", "a detour by name", { "src/base/a.ts": 'import { b } from "aitor/flow";' }],
  ["relativeImportsExist", "an import of nothing", { "src/base/a.ts": 'import { b } from "./gone.ts";' }],
  ["filesAreShort", "a file of 301 lines", { "src/base/a.ts": long(301) }],
  ["lowFloorsArePortable", "a Node module", { "src/flow/a.ts": 'import { join } from "node:path";' }],
  ["lowFloorsArePortable", "a Node module by its old name", { "src/flow/a.ts": 'import { join } from "path";' }],
  ["lowFloorsArePortable", "a type of a Node module", { "src/flow/a.ts": 'import type { Stats } from "node:fs";' }],
  ["lowFloorsArePortable", "Buffer", { "src/flow/a.ts": 'Buffer.from("");' }],
  ["lowFloorsArePortable", "Buffer as a type", { "src/flow/a.ts": "let b: Buffer;" }],
  ["lowFloorsArePortable", "process", { "src/base/a.ts": "process.exit();" }],
  ["lowFloorsArePortable", "process through globalThis", { "src/base/a.ts": "globalThis.process?.env;" }],
  ["lowFloorsArePortable", "process through an index", { "src/base/a.ts": 'globalThis["process"];' }],
  [
    "lowFloorsArePortable",
    "Buffer in the one file that may read process",
    { "src/base/environment.ts": "Buffer.alloc(1);" },
  ],
  [
    "lowFloorsImportByLiteralNames",
    "a computed import",
    { "src/llm/a.ts": "declare const n: string; await import(n);" },
  ],
  [
    "functionsAreMadeBeforeTheyAreAssigned",
    "an arrow function",
    { "src/llm/a.ts": "class A { #end; run() { this.#end = () => this; } }" },
  ],
  [
    "functionsAreMadeBeforeTheyAreAssigned",
    "a function expression",
    { "src/llm/a.ts": "const a = {}; a.run = async function () {};" },
  ],
  ["indexesNameTheirExports", "a star in an index", { "src/flow/index.ts": 'export * from "./task.ts";' }],
  ["noCycles", "a cycle", { "src/base/a.ts": 'import "./b.ts";', "src/base/b.ts": 'import type { A } from "./a.ts";' }],
  ["noCycles", "a file that imports itself", { "src/base/a.ts": 'export { x } from "./a.ts";' }],
];

test.each(broken)("%s fails on %s", (name, _, files) => {
  const violations = sourceRules[name]!(parseTree({ ...index, ...files }));
  expect(violations).toHaveLength(1);
  expect(violations[0]).toContain(name === "noCycles" ? "src/base/a.ts → " : Object.keys(files)[0]);
});

test("each rule for src is shown to fail", () => {
  expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(Object.keys(sourceRules)));
});

test("what is allowed passes every rule", () => {
  const tree = parseTree({
    ...index,
    "src/index.ts": 'export { flow } from "./flow/index.ts"; const pool = () => import("./threads/index.ts");',
    "src/threads/index.ts": 'import { Worker } from "node:worker_threads"; process.exit();',
    "src/base/environment.ts": "export const environment = globalThis.process?.env;",
    "src/flow/a.ts": 'import { s } from "../engine/index.ts"; import { b } from "../base/index.ts"; import "./b.ts";',
    "src/flow/b.ts": "export * as names from './c.ts'; const o = { process: 1 }; o.process; class A { Buffer = 1 }",
    "src/flow/d.ts": "const run = () => 1; class A { run = () => 1; constructor() { this.run = run; } }",
    "src/flow/c.ts": `export interface Job { process: string }\n${long(298)}`,
    "src/cli/main.ts": 'import { a } from "./commands/a.ts"; import { t } from "./text/t.ts";',
    "src/cli/commands/b.ts": "",
    "src/cli/text/t.ts": "",
    "src/cli/commands/a.ts":
      'import { b } from "./b.ts"; import { t } from "../text/t.ts"; import "../../flow/index.ts";',
    "src/flow/a.test.ts": `import "node:fs"; import "aitor/testing"; import "../server/deep.ts";\n${long(400)}`,
  });
  for (const rule of Object.values(sourceRules)) expect(rule(tree)).toEqual([]);
});

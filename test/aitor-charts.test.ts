// aitor show draws every flow of a run, from the record alone: the run's own, those that ran in its scopes, and those of
// agents, whose module is gone by then. What code of another version went on with is drawn as that has it.
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type UserFolder, userFolder } from "./aitor-command.ts";
import { parseFlowchart } from "./mermaid-parser.ts";

// A test starts several processes.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const MODULE = `import { Aitorflow, defineAgent, task } from "aitor";

const words = task("words", (text: string) => text.split(" "));
const short = new Aitorflow("short", words.to(task("count", (list: string[]) => list.length)));
const long = new Aitorflow("long", words.to(task("fail", () => { throw new Error("no way"); })));

export const both = {
  name: "both",
  version: "1",
  async execute(run, text: string) {
    const count = await run.scope({ name: "first", key: "%% a/b" }, (scope) => short.execute(scope, text), { of: short });
    await run.scope("second", (scope) => long.execute(scope, text), { of: long }).catch(() => {});
    return count;
  },
};

export const agent = defineAgent({ name: "counter", memory: () => 0, workflow: short, remember: (n, count) => n + count });
`;

let folder: UserFolder;

beforeAll(async () => {
  folder = userFolder();
  folder.write({ "flows.ts": MODULE });
  expect(await folder.aitor("run", "flows.ts#both", "--input", '"one two"', "--id", "r")).toMatchObject({
    exitCode: 0,
  });
  const asked = await folder.aitor("ask", "flows.ts#agent", "me", '"one two three"', "--message-id", "m-1");
  expect(asked).toMatchObject({ exitCode: 0, stdout: "3\n" });
  folder.remove("flows.ts");
});

afterAll(() => folder[Symbol.dispose]());

test("of several flows each is drawn with what became of it, and titled by its scope", async () => {
  const { stdout } = await folder.aitor("show", "r");
  const [, first = "", second = ""] = stdout.split("\nchart of ");
  expect(first).toMatch(/^first\[%25%25 a%2Fb\]\n```mermaid\nflowchart TD\n[^]*"words<br\/>done[^]*"count<br\/>done/);
  expect(second).toMatch(/^second\n```mermaid\nflowchart TD\n[^]*"words<br\/>done[^]*"fail<br\/>failed/);
});

test("--mermaid prints them one after another, each below a comment with its scope, and Mermaid reads them", async () => {
  const { stdout } = await folder.aitor("show", "r", "--mermaid");
  const charts = stdout.split("\n\n");
  expect(charts.map((chart) => chart.split("\n", 2))).toEqual([
    ["%% first[%25%25 a%2Fb]", "flowchart TD"],
    ["%% second", "flowchart TD"],
  ]);
  for (const chart of charts) await parseFlowchart(chart);
});

test("the workflow of an agent is drawn, once, by the id of the message", async () => {
  const { stdout } = await folder.aitor("show", "m-1", "--mermaid");
  expect(stdout).toMatch(/^flowchart TD\n[^]*"words<br\/>done in [^]*"count<br\/>done in /);
  expect(stdout).not.toContain("%%");
  expect((await folder.aitor("show", "m-1")).stdout).toContain("\nchart of short\n```mermaid\n");
});

test("a run that went on under code of another version is drawn, and told, as that has it", async () => {
  folder.write({
    "versions.ts": `import { Aitorflow, signal, task } from "aitor";
const any = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) } };
const waiting = task("first", () => 1).to(signal("go", any));
export const v1 = new Aitorflow("digest", waiting, { version: "1" });
export const v2 = new Aitorflow("digest", waiting.to(task("extra", () => 2)), { version: "2" });
`,
  });
  const run = folder.start("run", "versions.ts#v1", "--id", "v");
  await run.says("go waits for an answer");
  run.child.kill("SIGTERM");
  await run.ended;
  await folder.aitor("answer", "v", "go", "--value", "1");
  expect(await folder.aitor("resume", "v", "--module", "versions.ts#v2")).toMatchObject({ exitCode: 0, stdout: "2\n" });
  const { stdout } = await folder.aitor("show", "v");
  expect(stdout).toContain("version 2");
  expect(stdout).toMatch(/"first<br\/>done in [^]*"go<br\/>[^]*"extra<br\/>done in /);
});

// The agent itself, on its scripted model: a different folder makes a different plan, and each change says why.
import { join } from "node:path";

import { AitorHost, LLMManager, type LLMProvider, memoryJournal, type PlanningResult } from "aitor";
import { expect, onTestFinished, test } from "vitest";

import { testFolder } from "../../repo-report/test-folder.ts";
import { commit, git } from "../../repo-report/test-git.ts";
import { defineSurveyor } from "../define-surveyor.ts";
import { SCRIPTED } from "../scripted/reply.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";

const lines = (count: number): string => "x\n".repeat(count);

test("several folders that hold much, tests and a history: each is looked into", async () => {
  const folder = repository({
    "src/a.ts": lines(60),
    "lib/b.ts": lines(30),
    "few/c.ts": lines(4),
    "src/a.test.ts": "",
  });
  const { todos, changes } = await planned(folder);
  expect(todos).toEqual(["structure", "quality", "history", "focus-1", "focus-2", "hotspots", "tests"]);
  expect(changes).toEqual([
    "todo-split focus: most of the lines are in 2 folders: src/ 64 %, lib/ 32 %",
    "todos-added tests",
  ]);
});

test("one folder that holds most: it is looked into by itself", async () => {
  const { todos, contents, changes } = await planned(testFolder({ "src/a.ts": lines(60), "b.ts": "x\n" }));
  expect(todos).toEqual(["structure", "quality", "history", "focus"]);
  expect(contents).toContain('Look into "src/": what is in it?');
  expect(changes[0]).toBe("todo-edited focus");
});

test("a flat folder without a history and tests: what waited for them is dropped", async () => {
  const { todos, changes, answer } = await planned(testFolder({ "a.py": lines(60), "b.py": "x\n" }));
  expect(todos).toEqual(["structure", "quality", "history"]);
  expect(changes).toEqual([
    "todo-dropped focus: no folder below it holds 5 % of the lines",
    expect.stringMatching(/^todo-dropped hotspots: there is no history \(not a git repository/),
  ]);
  expect(answer).toContain("Quality found no files of tests");
});

test("a second language that holds much is counted by itself, and data is no language", async () => {
  const { todos, contents } = await planned(testFolder({ "a.py": lines(60), "b.go": lines(30), "c.json": lines(40) }));
  expect(todos).toContain("language");
  expect(contents).toContain("How many lines of Go are there, and where?");
});

test("the same folder makes another plan when it has become another one", async () => {
  const folder = testFolder({ "a.ts": lines(10) });
  const before = await planned(folder);
  git(folder, ["init", "--quiet"]);
  commit(folder, "first", "2024-01-01");
  const after = await planned(folder);
  expect(before.todos).not.toContain("hotspots");
  expect(after.todos).toContain("hotspots");
});

test("a folder with nothing in it needs no plan", async () => {
  const folder = testFolder();
  const { todos, answer } = await planned(folder);
  expect(todos).toEqual([]);
  expect(answer).toBe(`There is nothing to survey. It is empty.\n\n(${SCRIPTED})`);
});

test("a folder that is not there is told, and no figure is made up", async () => {
  const { answer } = await planned(join(testFolder(), "gone"));
  expect(answer).toMatch(/^I could not find that out: .*there is no folder to analyse at /);
});

test("each agent has its own tools, which only look, and is told the folder", async () => {
  const folder = testFolder({ "a.ts": "x\n" });
  const told = new Map<string, { readonly tools: string; readonly system: string }>();
  const scripted = scriptedModel();
  const listening: LLMProvider = {
    ...scripted,
    stream(call) {
      const system = JSON.stringify(call.prompt[0]);
      const who = /leads three|made of|is kept|came to be/.exec(system)?.[0] ?? "";
      const tools = (call.tools ?? []).map(({ name }) => name).filter((name) => !/^(?:plan|subagent)_/.test(name));
      told.set(who, { tools: tools.join(" "), system });
      return scripted.stream(call);
    },
  };
  await planned(folder, listening);
  expect(Object.fromEntries(Array.from(told, ([who, { tools }]) => [who, tools]))).toEqual({
    "leads three": "list",
    "made of": "list count find read",
    "is kept": "count find search read dependencies",
    "came to be": "history count read",
  });
  for (const { system } of told.values()) {
    expect(system).toContain(JSON.stringify(`The folder is ${JSON.stringify(folder)}`).slice(1, -1));
  }
});

/** What became of the plan: its todos, and what changed in it. */
async function planned(folder: string, model: LLMProvider = scriptedModel()) {
  const Surveyor = defineSurveyor(new LLMManager({ models: [model], retry: 1 }));
  const host = new AitorHost({ journal: memoryJournal(), agents: [Surveyor] });
  onTestFinished(() => host.shutdown());
  const surveyor = await host.open(Surveyor, `${folder}#survey`);
  const stream = surveyor.stream("Survey this folder.");
  const changes: string[] = [];
  for await (const event of stream) {
    if (event.type !== "plan-changed") continue;
    for (const change of event.changes) {
      const ids = "id" in change ? [change.id] : "todos" in change ? change.todos.map(({ id }) => id) : [];
      const reason = "reason" in change && change.reason !== undefined ? `: ${change.reason}` : "";
      changes.push(`${change.type} ${ids.join(" ")}${reason}`);
    }
  }
  const { status, answer = "", plan }: PlanningResult = await stream.result;
  expect(status).toBe("answered");
  const todos = (plan?.todos ?? []).filter(({ end }) => end !== "dropped");
  expect(todos.filter(({ end }) => end !== "done")).toEqual([]);
  return { todos: todos.map(({ id }) => id), contents: todos.map(({ content }) => content), changes, answer };
}

function repository(files: Readonly<Record<string, string>>): string {
  const folder = testFolder(files);
  git(folder, ["init", "--quiet"]);
  commit(folder, "first", "2024-01-01");
  return folder;
}

// A run goes on as soon as a run below it does, whether or not a process is there that could record that.
import { beforeEach, expect, test } from "vitest";
import type { Run } from "../../base/index.ts";
import { EmbeddedEngine } from "../../engine/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { awakeRuns } from "./awake-runs.ts";

const kid = { name: "kid", version: "1", execute: (run: Run) => run.waitFor("go") };
const middle = { name: "middle", version: "1", execute: (run: Run) => run.child(kid, undefined) };
const top = { name: "top", version: "1", execute: (run: Run) => run.child(middle, undefined) };
const other = { name: "other", version: "1", execute: (run: Run) => run.waitFor("go") };

let journal: Journal;

beforeEach(async () => {
  journal = memoryJournal();
  const engine = new EmbeddedEngine({ journal });
  for (const runnable of [top, other]) {
    engine.start(runnable, undefined, { id: runnable.name }).result.catch(() => {});
  }
  while ((await states()).filter((state) => state === "suspended").length < 4) await new Promise(setImmediate);
  await engine[Symbol.asyncDispose]();
});

test("while all below waits, none is awake", async () => {
  expect([...(await awakeRuns(journal)).keys()]).toEqual([]);
});

test("what waits for a run that was answered is awake, at any level", async () => {
  await using engine = new EmbeddedEngine({ journal });
  await engine.answer("top/middle/kid", "go", { value: 1 });
  expect(await states()).toEqual(["suspended", "suspended", "suspended", "running"]);
  expect([...(await awakeRuns(journal)).keys()].sort()).toEqual(["top", "top/middle"]);
});

test("what waits for a run that was cancelled is awake, at any level", async () => {
  await using engine = new EmbeddedEngine({ journal });
  await engine.cancel("top/middle/kid");
  expect([...(await awakeRuns(journal)).keys()].sort()).toEqual(["top", "top/middle"]);
});

async function states(): Promise<string[]> {
  const found: string[] = [];
  for await (const { state } of journal.heads({ kind: "run" })) found.push(state);
  return found.sort().reverse();
}

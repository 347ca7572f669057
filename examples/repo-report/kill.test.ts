// The report, killed (SIGKILL) when so many steps are on record, as anybody would try it. Then
// - `aitor runs` lists the run as interrupted, and `aitor show` what it had finished
// - `aitor resume` finishes it, and the report is that of a run which nobody disturbed
// - what had finished is on record as it was, each step finished once, and the run was resumed once
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { RunReport } from "aitor/engine";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";

import { userFolder } from "../../test/aitor-command.ts";
import { addFiles } from "./test-folder.ts";
import { commit, git } from "./test-git.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const STEPS = 13; // 3 of them read 200 files each, or fewer

const user = userFolder();
afterAll(() => user[Symbol.dispose]());
let folder = "";
beforeAll(async () => {
  folder = repository();
  expect(await report("undisturbed.md")).toEqual({ code: 0, signal: null });
});

test.each([1, 5, 8, STEPS])("killed after %i steps", { timeout: 120_000 }, async (steps) => {
  expect(await report("report.md", "--kill-after", String(steps))).toEqual({ code: null, signal: "SIGKILL" });

  const [run, ...others] = JSON.parse(await aitor("runs", "--json", "--state", "interrupted")) as Run[];
  expect(others).toEqual([]);
  expect(run).toMatchObject({ name: "report", state: "interrupted" });
  const { id } = run as Run;
  const before = JSON.parse(await aitor("show", id, "--json")) as RunReport;
  const finished = before.steps.filter(({ state }) => state === "finished");
  expect(finished.length).toBeGreaterThanOrEqual(steps);

  const output = JSON.parse(await aitor("resume", id)) as { readonly languages: readonly unknown[] };
  expect(output.languages).toHaveLength(2);
  expect(user.read("report.md")).toBe(user.read("undisturbed.md"));

  const after = JSON.parse(await aitor("show", id, "--json")) as RunReport;
  expect(after).toMatchObject({ state: "finished", resumes: 1, output });
  expect(after.steps.map(({ state }) => state)).toEqual(Array(STEPS).fill("finished"));
  for (const step of finished) expect(after.steps.filter(({ key }) => key === step.key)).toEqual([step]);
  expect(await finishedOnRecord(id)).toEqual(after.steps.map(({ key }) => key).sort());
});

interface Run {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** 450 files in two languages, with a manifest and a history. */
function repository(): string {
  const files: Record<string, string> = { "package.json": '{ "dependencies": { "left": "1.0.0" } }' };
  for (let n = 0; n < 449; n++) files[`src/file-${n}.ts`] = `// TODO: ${n}\n`.repeat(n % 7);
  const path = join(user.path, "repository");
  addFiles(path, files);
  git(path, ["init", "--quiet"]);
  commit(path, "one", "2024-01-31");
  return path;
}

/** The program itself. */
function report(out: string, ...args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, folder, "--out", out, ...args], {
    cwd: user.path,
    env: { ...process.env, NODE_OPTIONS: "", AITOR_JOURNAL: "" },
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

/** What the command prints. */
async function aitor(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await user.aitor(...args);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

async function finishedOnRecord(id: string): Promise<string[]> {
  await using journal = sqliteJournal(join(user.path, ".aitor/journal.db"), { access: "read" });
  const events = await Array.fromAsync(journal.read(id));
  return events.flatMap(({ type, key }) => (type === "step-finished" ? [key] : [])).sort();
}

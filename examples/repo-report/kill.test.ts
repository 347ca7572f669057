// The second report on a folder, killed (SIGKILL) when so many steps are on record, as anybody would try it. Then
// - `aitor runs` lists the run as interrupted, and `aitor show` what it had finished
// - `aitor resume`, given the message's id alone, finishes it: the report is that of a run which nobody disturbed, with the date
//   that was on record; what changed since the first report is told the same
// - what had finished is on record as it was, each step finished once, and the run was resumed once
// - the memory is changed once, by that run, and `aitor memory` and `aitor agents` tell it
// - the flow is drawn
// A new report on the same folder finishes the old one first, and one on another folder beside it.
import { spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { RunReport } from "aitor/engine";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { userFolder } from "../../test/aitor-command.ts";
import { moment } from "./format.ts";
import type { Report } from "./report.ts";
import { addFiles } from "./test-folder.ts";
import { commit, git } from "./test-git.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const STEPS = 13; // 3 of them read 200 files each, or fewer
const KILLS = [1, 8, STEPS];
const DONE = { code: 0, signal: null };
const KILLED = { code: null, signal: "SIGKILL" };

const user = userFolder({ sources: true });
afterAll(() => user[Symbol.dispose]());
const folder = join(user.path, "repository");
const other = join(user.path, "other");
const file = (name: string): string => join(user.path, name);

/** The folder as it is for good, and a journal for each test that knows it as it was before. */
beforeAll(async () => {
  makeRepository();
  expect(await report("undisturbed", folder)).toMatchObject(DONE);
  for (const name of ["again", "interrupted", ...KILLS]) {
    for (const end of ["db", "db.mark"]) copyFileSync(file(`undisturbed.${end}`), file(`${name}.${end}`));
  }
  addFiles(folder, { "src/file-1.ts": "// TODO: changed\n", "src/more.md": "more\n" });
  addFiles(other, { "a.ts": "x\n" });
  expect(await report("undisturbed", folder)).toMatchObject(DONE);
});

test.each(KILLS)("killed after %i steps", async (steps) => {
  expect(await report(steps, folder, "--kill-after", String(steps))).toMatchObject(KILLED);

  const [run, ...others] = await interrupted(steps);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ name: "repo-report", key: { id: folder }, state: "interrupted" });
  const { id } = run as Run;
  const before = await shown(steps, id);
  const finished = before.steps.filter(({ state }) => state === "finished");
  expect(finished.length).toBeGreaterThanOrEqual(steps);
  expect(await commits(steps)).toHaveLength(1);

  const message = id.slice(id.lastIndexOf("/") + 1);
  expect(message).toMatch(/^report-[\da-f]{6}$/);
  const output = JSON.parse(await aitor(steps, "resume", message)) as Report;
  expect(output.at).toBe(finished.find(({ key }) => key === "now")?.result);
  expect(output.since).toMatchObject({ added: { total: 1 }, removed: { total: 0 }, changed: { total: 1 } });
  const text = user.read(`${steps}.md`);
  expect(text).toContain(`Made on ${moment(output.at)}.`);
  expect(text).toContain(`That was made on ${moment(output.since?.last ?? 0)}. 1 file added, 1 changed.`);
  expect(withoutDates(text)).toBe(withoutDates(user.read("undisturbed.md")));

  const after = await shown(steps, message);
  expect(after).toMatchObject({ state: "finished", resumes: 1, output });
  expect(after.steps.map(({ state }) => state)).toEqual(Array(STEPS).fill("finished"));
  for (const step of finished) expect(after.steps.filter(({ key }) => key === step.key)).toEqual([step]);
  expect(await finishedOnRecord(steps, id)).toEqual(after.steps.map(({ key }) => key).sort());

  expect((await commits(steps)).map(({ run: by }) => by === id)).toEqual([false, true]);
  if (steps !== STEPS) return; // what the command tells of it is told once
  expect(JSON.parse(await aitor(steps, "memory", "repo-report", folder))).toMatchObject({ last: { at: output.at } });
  expect(JSON.parse(await aitor(steps, "agents", "--json"))).toMatchObject([{ name: "repo-report", id: folder }]);
  const chart = await aitor(steps, "show", message, "--mermaid");
  expect(chart).toMatch(/^flowchart TD\n/);
  for (const task of ["scan", "read × 3", "languages", "history"]) expect(chart).toContain(`"${task}<br/>done in `);
});

test("a new report on the same folder finishes the interrupted one first, and one on another goes on beside", async () => {
  expect(await report("again", folder, "--kill-after", "5")).toMatchObject(KILLED);
  const [old] = await interrupted("again");
  expect(await report("again", other, "--out", "other.md", "--kill-after", "3")).toMatchObject(KILLED);
  const message = (old as Run).id.replace(/.*\//, "");
  const ended = await report("again", folder, "--out", "new.md");
  expect(ended).toMatchObject(DONE);
  expect(ended.stderr).toContain(`${message}, which was interrupted, comes first\n`);
  expect(ended.stderr).toMatch(new RegExp(`\\nreport-\\w{6} on ${other}, which was interrupted, goes on beside\\n`));
  expect(ended.stderr).toMatch(/\nrun report-\w{6}, recorded in again\.db\nscan: 452 files found\n/);
  expect(withoutDates(user.read("again.md"))).toBe(withoutDates(user.read("undisturbed.md")));
  expect(user.read("new.md")).toContain("Nothing has changed since the last report, of ");
  expect(user.read("other.md")).toContain("This is the first report on this folder.");
  expect(await interrupted("again")).toEqual([]);
  expect(await commits("again")).toHaveLength(3);
});

test("Ctrl-C while the interrupted one comes first takes the new one back, and leaves the old one", async () => {
  expect(await report("interrupted", folder, "--kill-after", "2")).toMatchObject(KILLED);
  const [old] = await interrupted("interrupted");
  const child = start("interrupted", folder, "--out", "never.md");
  child.process.stderr.on("data", (text: string) => {
    if (text.includes("run report-")) child.process.kill("SIGINT");
  });
  expect(await child.ended).toMatchObject({ code: 130 });
  expect(() => user.read("never.md")).toThrow("ENOENT");
  const runs = JSON.parse(await aitor("interrupted", "runs", "--json")) as Run[];
  expect(runs.filter(({ id }) => id !== old?.id).map(({ state }) => state)).toEqual(["cancelled", "finished"]);
  expect(runs.find(({ id }) => id === old?.id)?.state).toMatch(/^(?:interrupted|finished)$/);
});

interface Run {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** 451 files in two languages, with a manifest and a history. */
function makeRepository(): void {
  const files: Record<string, string> = { "package.json": '{ "dependencies": { "left": "1.0.0" } }' };
  for (let n = 0; n < 450; n++) files[`src/file-${n}.ts`] = `// TODO: ${n}\n`.repeat(n % 7);
  addFiles(folder, files);
  git(folder, ["init", "--quiet"]);
  commit(folder, "one", "2024-01-31");
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** The program itself; journal and report are called as the test is, unless `--out` says otherwise. */
function report(name: string | number, of: string, ...args: readonly string[]): Promise<Ended> {
  return start(name, of, ...args).ended;
}

function start(name: string | number, of: string, ...args: readonly string[]) {
  const out = args.includes("--out") ? [] : ["--out", `${name}.md`];
  const child = spawn(process.execPath, ["--conditions=source", MAIN, of, ...out, ...args], {
    cwd: user.path,
    env: { ...process.env, NODE_OPTIONS: "", AITOR_JOURNAL: `${name}.db` },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  return { process: child, ended };
}

/** What the command prints. */
async function aitor(name: string | number, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await user.aitor(...args, "--journal", `${name}.db`);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

async function interrupted(name: string | number): Promise<Run[]> {
  return JSON.parse(await aitor(name, "runs", "--json", "--state", "interrupted")) as Run[];
}

async function shown(name: string | number, run: string): Promise<RunReport> {
  return JSON.parse(await aitor(name, "show", run, "--json")) as RunReport;
}

/** The changes of the folder's memory. */
async function commits(name: string | number): Promise<{ readonly run: string }[]> {
  await using journal = sqliteJournal(join(user.path, `${name}.db`), { access: "read" });
  const events: { readonly run: string }[] = [];
  for await (const { stream } of journal.heads({ kind: "agent" })) {
    if (!stream.endsWith(encodeURIComponent(folder))) continue;
    for await (const { type, run } of journal.read(stream)) if (type === "memory-changed") events.push({ run });
  }
  return events;
}

async function finishedOnRecord(name: string | number, id: string): Promise<string[]> {
  await using journal = sqliteJournal(join(user.path, `${name}.db`), { access: "read" });
  const events = await Array.fromAsync(journal.read(id));
  return events.flatMap(({ type, key }) => (type === "step-finished" ? [key] : [])).sort();
}

function withoutDates(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "some time");
}

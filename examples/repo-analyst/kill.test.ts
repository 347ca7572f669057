// A question, and its process killed (SIGKILL) when so many steps are on record, as anybody would try it. Then
// - `aitor runs` lists the run as interrupted
// - `aitor resume`, given the message's id alone, finishes it: the answer is that of a run which nobody disturbed
// - no call of a model or a tool that was on record is made again: it is begun once, and its record is as it was
// A new question on the same folder finishes the old one first.
import { join } from "node:path";

import type { EventEnvelope } from "aitor";
import type { RunReport } from "aitor/engine";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { userFolder } from "../../test/aitor-command.ts";
import { addFiles } from "../repo-report/test-folder.ts";
import { type Ended, startAnalyst } from "./process.fixture.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const QUESTION = "Any TODOs? Is it tested? And what does it depend on?";
/** 3 of a model, and 9 of tools: 3 in the first turn, 6 in the second. */
const STEPS = 12;
const KILLS = [1, 5, STEPS]; // `npm run test:crash` kills an agent before and after every write

const user = userFolder({ sources: true });
afterAll(() => user[Symbol.dispose]());
const folder = join(user.path, "repository");
let undisturbed = "";

beforeAll(async () => {
  addFiles(folder, {
    "package.json": '{ "dependencies": { "left-pad": "1", "right-pad": "1" }, "devDependencies": { "vitest": "5" } }',
    "src/a.ts": '// TODO: all\nimport "left-pad";\n',
    "src/a.test.ts": "test();\n",
  });
  const ended = await ask("undisturbed");
  expect(ended).toMatchObject({ code: 0, signal: null });
  undisturbed = ended.stdout.trimEnd();
  expect(undisturbed).toContain("The code imports left-pad in 1 file; and not right-pad.");
});

test.each(KILLS)("killed after %i steps", async (steps) => {
  expect(await ask(steps, "--kill-after", String(steps))).toMatchObject({ code: null, signal: "SIGKILL" });
  const [run, ...others] = JSON.parse(await aitor(steps, "runs", "--json", "--state", "interrupted")) as {
    readonly id: string;
  }[];
  expect(others).toEqual([]);
  const id = run?.id ?? "";
  const before = (await recorded(steps, id)).filter(({ type }) => CALLS.has(type));
  const done = before.filter(({ type }) => type === "step-finished");
  expect(done.length).toBeGreaterThanOrEqual(steps);

  const message = id.slice(id.lastIndexOf("/") + 1);
  expect(message).toMatch(/^question-[\da-f]{6}$/);
  const output = JSON.parse(await aitor(steps, "resume", message, "--json")) as { readonly answer: string };
  expect(output).toMatchObject({ status: "answered", steps: 3, answer: undisturbed });

  const after = (await recorded(steps, id)).filter(({ type }) => CALLS.has(type));
  expect(after.slice(0, before.length)).toEqual(before);
  for (const { key } of done) {
    expect(after.filter((event) => event.key === key)).toEqual(before.filter((event) => event.key === key));
  }
  const finished = after.filter(({ type }) => type === "step-finished").map(({ key }) => key);
  expect(new Set(finished).size).toBe(finished.length);
  expect(finished).toHaveLength(STEPS);
  const report = JSON.parse(await aitor(steps, "show", message, "--json")) as RunReport;
  expect(report).toMatchObject({ state: "finished", resumes: 1 });
});

test("a new question on the same folder finishes the interrupted one first", async () => {
  expect(await ask("again", "--kill-after", "4")).toMatchObject({ signal: "SIGKILL" });
  const ended = await ask("again");
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout.trimEnd()).toBe(undisturbed);
  expect(ended.stderr).toMatch(/^question-[\da-f]{6}, which was interrupted, comes first\n/);
  const runs = JSON.parse(await aitor("again", "runs", "--json")) as { readonly state: string }[];
  expect(runs.map(({ state }) => state)).toEqual(["finished", "finished"]);
  const memory = await aitor("again", "memory", join(import.meta.dirname, "analyst.ts"), folder);
  expect(JSON.parse(memory)).toMatchObject({ runs: 2 });
});

/** What tells that a model or a tool was called, and what it gave. */
const CALLS: ReadonlySet<string> = new Set(["step-started", "step-finished", "step-failed", "model-called"]);

function ask(name: string | number, ...args: readonly string[]): Promise<Ended> {
  return startAnalyst([folder, QUESTION, ...args], user.path, { AITOR_JOURNAL: `${name}.db` }).ended;
}

/** What the command prints. */
async function aitor(name: string | number, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await user.aitor(...args, "--journal", `${name}.db`);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

async function recorded(name: string | number, run: string): Promise<EventEnvelope[]> {
  await using journal = sqliteJournal(join(user.path, `${name}.db`), { access: "read" });
  return await Array.fromAsync(journal.read(run));
}

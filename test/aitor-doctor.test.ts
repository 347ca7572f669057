// aitor doctor, with real processes and real runs:
// - a sound journal, also one that another process holds, ends with 0; a damaged one with 1, and each thing is named
// - a repaired file is a journal: runs in it are as they were, or cancelled where their record was cut; none is gone on with
// - the damaged file is left as it is
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type UserFolder, userFolder } from "./aitor-command.ts";

// A test starts up to a dozen processes.
vi.setConfig({ testTimeout: 90_000 });

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write({
    "steps.ts": `
import { Aitorflow, task } from "aitor";
const first = task("first", (n: number) => n + 1);
const second = task("second", (n: number) => "result " + n);
export default new Aitorflow("steps", first.to(second));`,
    "waiting.ts": `
export default { name: "waiting", version: "1", execute: (run) => run.waitFor("approval") };`,
  });
});

afterAll(() => folder[Symbol.dispose]());

/** Alters the last place of a text in a file. */
function flip(file: string, text: string): void {
  const path = join(folder.path, file);
  const bytes = readFileSync(path);
  const at = bytes.lastIndexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

async function twoRuns(journal: string): Promise<void> {
  for (const [id, input] of [
    ["whole", "1"],
    ["hurt", "41"],
  ] as const) {
    const { exitCode } = await folder.aitor("run", "steps.ts", "--id", id, "--input", input, "--journal", journal);
    expect(exitCode).toBe(0);
  }
}

test("a sound journal ends with 0, and nothing is written", async () => {
  await twoRuns("sound.db");
  const before = readFileSync(join(folder.path, "sound.db"));
  const { exitCode, stdout, stderr } = await folder.aitor("doctor", "sound.db");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^✔ sound\.db is sound \(\d+ events, .*\)\n$/);
  const repair = await folder.aitor("doctor", "--journal", "sound.db", "--repair", "none.db");
  expect(repair).toMatchObject({ exitCode: 0, stderr: "nothing has to be repaired: none.db was not made\n" });
  expect(readFileSync(join(folder.path, "sound.db")).equals(before)).toBe(true);
});

test("a damaged one ends with 1, names the run and what to do; its repair keeps the others", async () => {
  await twoRuns("a.db");
  flip("a.db", "result 42");
  const before = readFileSync(join(folder.path, "a.db"));
  const { exitCode, stdout, stderr } = await folder.aitor("doctor", "a.db");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^✖ a\.db is damaged\n {2}event \d+ of stream "hurt" was altered/);
  expect(stdout).toMatch(
    /\n {2}run hurt: its events behind event \d+ are lost or altered\n {4}kept: its first \d+ events/,
  );
  expect(stdout).not.toContain("whole");
  expect(stderr).toContain("fix: restore a backup, or write what can be kept to a new file: aitor doctor");

  const json = await folder.aitor("doctor", "a.db", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    sound: false,
    findings: [{ what: "file" }, { what: "stream", kind: "run", name: "hurt", cutAt: expect.any(Number) as number }],
  });

  const repair = await folder.aitor("doctor", "a.db", "--repair", "b.db");
  expect(repair.exitCode).toBe(0);
  expect(repair.stderr).toMatch(/^✔ what can be kept is in b\.db \(.*\); 1 run that lost events: cancelled there\n/);
  expect(readFileSync(join(folder.path, "a.db")).equals(before)).toBe(true);

  expect(await folder.aitor("doctor", "b.db")).toMatchObject({ exitCode: 0 });
  const whole = JSON.parse((await folder.aitor("show", "whole", "--json", "--journal", "b.db")).stdout) as unknown;
  expect(whole).toMatchObject({ state: "finished", output: "result 2" });
  const hurt = JSON.parse((await folder.aitor("show", "hurt", "--json", "--journal", "b.db")).stdout) as unknown;
  expect(hurt).toMatchObject({ state: "cancelled" });
  expect(JSON.stringify(hurt)).toMatch(/events behind event \d+ were lost when a\.db was damaged/);
  const resumed = await folder.aitor("resume", "hurt", "--journal", "b.db");
  expect(resumed.exitCode).not.toBe(0);
  expect(resumed.stderr).toContain("had ended before: cancelled");
});

test("a run that waits while its process holds the journal is examined, and lives on", async () => {
  const { child, ended, says } = folder.start(
    "run",
    "waiting.ts",
    "--id",
    "w",
    "--input",
    '"5"',
    "--journal",
    "held.db",
  );
  await says("aitor answer w approval");
  expect(await folder.aitor("doctor", "held.db")).toMatchObject({ exitCode: 0 });
  const answered = await folder.aitor("answer", "w", "approval", "--value", '"yes"', "--journal", "held.db");
  expect(answered.exitCode).toBe(0);
  expect(await ended).toMatchObject({ exitCode: 0, stdout: '"yes"\n' });
  expect(child.exitCode).toBe(0);
});

test("an inbox that is damaged is to be removed, and of that no new file is made", async () => {
  await twoRuns("beside.db");
  folder.write({ "beside.db.inbox": "no inbox ".repeat(100) });
  const [looked, repair] = [
    await folder.aitor("doctor", "beside.db"),
    await folder.aitor("doctor", "beside.db", "--repair", "not-made.db"),
  ];
  for (const { exitCode, stdout, stderr } of [looked, repair]) {
    expect(exitCode).toBe(1);
    expect(stdout).toContain("the inbox ");
    expect(stderr).toMatch(/\n *fix: remove .*beside\.db\.inbox: it is made anew/);
    expect(stderr).not.toContain("--repair");
  }
  expect(existsSync(join(folder.path, "not-made.db"))).toBe(false);
  folder.remove("beside.db.inbox");
  expect(await folder.aitor("doctor", "beside.db")).toMatchObject({ exitCode: 0 });
});

test("where the file of a killed process is gone, what its log has is kept", async () => {
  const { child, ended, says } = folder.start("run", "waiting.ts", "--id", "w", "--journal", "gone.db");
  await says("aitor answer w approval");
  child.kill("SIGKILL");
  await ended;
  folder.remove("gone.db");
  const { exitCode, stdout } = await folder.aitor("doctor", "gone.db");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^✖ gone\.db is damaged\n {2}has lost events 1 to \d+\n {4}kept: \d+ events in \d+ stream/);
  expect(await folder.aitor("doctor", "gone.db", "--repair", "kept.db")).toMatchObject({ exitCode: 0 });
  const run = JSON.parse((await folder.aitor("show", "w", "--json", "--journal", "kept.db")).stdout) as unknown;
  expect(run).toMatchObject({ state: "suspended" });
});

test("what is no journal, is missing, or is named twice says so", async () => {
  folder.write({ "text.db": "a text ".repeat(1_000) });
  const text = await folder.aitor("doctor", "text.db");
  expect(text.exitCode).toBe(1);
  expect(text.stderr).toContain("is not a journal of Aitor");
  expect(text.stderr).toContain("fix: name the file of a journal");
  const missing = await folder.aitor("doctor", "missing.db");
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toContain('there is no journal "missing.db"');
  expect(missing.stderr).toContain("missing.db, which the command names");
  expect(missing.stderr).not.toContain("aitor run makes one");
  expect(await folder.aitor("doctor", "a.db", "--journal", "b.db")).toMatchObject({ exitCode: 2 });
});

// aitor on a journal, with real processes:
// - a run that was killed half-way is shown as interrupted, and goes on without repeating a step;
// - while one process holds the journal, others list, show, answer, cancel, back up and compact, and none else writes;
// - a step that must run once and was cut off is asked about, and ends as it is answered;
// - SIGTERM, and an error that nobody awaits, leave a run to be resumed; one that has ended gives its output again, and executes nothing.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { type UserFolder, userFolder } from "./aitor-command.ts";

// A test starts up to a dozen processes.
vi.setConfig({ testTimeout: 90_000 });

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write(MODULES);
});

beforeEach(() => folder.write({ effects: "" }));

afterAll(() => folder[Symbol.dispose]());

const effects = (): string[] => folder.read("effects").split("\n").filter(Boolean);

/** How many commands wait for the writer of a journal. */
function commandsIn(path: string): number {
  using inbox = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  return inbox.prepare("SELECT id FROM command").all().length;
}

interface ShownRun {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly { readonly key: string; readonly state: string }[];
  readonly output?: unknown;
  readonly resumes: number;
}

async function shown(id: string, ...options: readonly string[]): Promise<ShownRun> {
  return JSON.parse((await folder.aitor("show", id, "--json", ...options)).stdout) as ShownRun;
}

async function states(...options: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await folder.aitor("runs", "--json", ...options);
  const runs = JSON.parse(stdout) as { id: string; state: string }[];
  return Object.fromEntries(runs.map(({ id, state }) => [id, state]));
}

describe("a run that was killed half-way", () => {
  test("is interrupted, and goes on without repeating what is on record", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "pipeline.ts", "--id", "p", "--input", "2", ...journal);
    await says("third begins");
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ exitCode: null });
    expect(effects()).toEqual(["first", "second", "third"]);

    const listed = await folder.aitor("runs", ...journal);
    expect(listed.stdout).toMatch(/^p +pipeline +interrupted /m);
    expect(listed.stderr).toContain(`aitor resume p --journal ${journal[1]}`);

    folder.write({ released: "" });
    const resumed = await folder.aitor("resume", "p", ...journal);
    expect(resumed).toMatchObject({ exitCode: 0, stdout: '{"sum":9}\n' });
    expect(resumed.stderr).toMatch(/^▸ pipeline {2}run p, 2 steps on record\n/);
    expect(resumed.stderr).not.toMatch(/✔ (first|second)/);
    expect(effects()).toEqual(["first", "second", "third", "third", "fourth"]);

    const { state, steps, output, resumes } = await shown("p", ...journal);
    expect({ state, output, resumes }).toEqual({ state: "finished", output: { sum: 9 }, resumes: 1 });
    expect(steps.map(({ key, state: each }) => [key, each])).toEqual(
      ["first", "second", "third", "fourth"].map((key) => [key, "finished"]),
    );
  });

  test("that has ended since gives its output again, without its module", async () => {
    const journal = folder.freshJournal();
    folder.write({ "short.ts": MODULES["echo.ts"] as string });
    await folder.aitor("run", "short.ts", "--id", "e", "--input", "[1]", ...journal);
    folder.remove("short.ts");
    const again = await folder.aitor("resume", "e", ...journal);
    expect(again).toMatchObject({ exitCode: 0, stdout: "[1]\n" });
    expect(again.stderr).toBe("run e had ended before: finished\n");
    expect(effects()).toEqual(["echo"]);
  });

  test("that has ended is named so that a terminal obeys nothing in its id", async () => {
    const journal = folder.freshJournal();
    await folder.aitor("run", "echo.ts", "--id", "e\x1b[2J", "--input", "[1]", ...journal);
    const again = await folder.aitor("resume", "e", ...journal);
    expect(again.stderr).toBe("run e\\x1b[2J had ended before: finished\n");
  });

  test("that failed gives its error again", async () => {
    const journal = folder.freshJournal();
    const first = await folder.aitor("run", "failing.ts", "--id", "f", ...journal);
    const again = await folder.aitor("resume", "f", ...journal);
    expect([first.exitCode, again.exitCode]).toEqual([1, 1]);
    expect(again.stderr).toContain('✖ step "pay" failed: no money\n');
    expect(again.stderr).toContain("  at failing.ts:");
    expect(effects()).toEqual(["pay"]);
  });

  test("whose module is gone says which, and takes another one", async () => {
    const journal = folder.freshJournal();
    folder.write({ "old.ts": MODULES["pipeline.ts"] as string });
    folder.remove("released");
    const { child, ended, says } = folder.start("run", "old.ts", "--id", "p", "--input", "2", ...journal);
    await says("third begins");
    child.kill("SIGKILL");
    await ended;
    folder.remove("old.ts");
    folder.write({ released: "" });
    const { exitCode, stderr } = await folder.aitor("resume", "p", ...journal);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/module of run "p" is not there any more\n {2}expected: .*old\.ts, which was recorded/);
    const other = await folder.aitor("resume", "p", "--module", "failing.ts", ...journal);
    expect(other).toMatchObject({ exitCode: 1, stdout: "" });
    expect(other.stderr).toContain('run "p" is not one of "failing"');
    folder.remove("released");
    const stopped = folder.start("resume", "p", "--module", "pipeline.ts#pipeline", ...journal);
    await stopped.says("third begins");
    stopped.child.kill("SIGTERM");
    const hint = `go on with it: aitor resume p --module pipeline.ts#pipeline --journal ${journal[1]}`;
    expect((await stopped.ended).stderr).toContain(hint);
    folder.write({ released: "" });
    const right = await folder.aitor("resume", "p", "--module", "pipeline.ts#pipeline", ...journal);
    expect(right).toMatchObject({ exitCode: 0, stdout: '{"sum":9}\n' });
  });
});

test("SIGTERM leaves a run to be resumed, with what it took given back", async () => {
  const journal = folder.freshJournal();
  folder.remove("released");
  const { child, ended, says } = folder.start("run", "pipeline.ts", "--id", "p", "--input", "2", ...journal);
  await says("third begins");
  child.kill("SIGTERM");
  const { exitCode, stderr } = await ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain(`go on with it: aitor resume p --journal ${journal[1]}`);
  expect(effects()).toContain("given back");
  folder.write({ released: "" });
  expect(await folder.aitor("resume", "p", ...journal)).toMatchObject({ exitCode: 0, stdout: '{"sum":9}\n' });
});

test.each([
  ["an error that nobody awaits", "loose", "thrown outside of any step"],
  ["what can no longer come", "stall", "waits for something that can no longer come"],
])("%s ends the process, and leaves the run to be resumed", async (_what, how, said) => {
  const journal = folder.freshJournal();
  folder.remove("mended");
  const { exitCode, stdout, stderr } = await folder.aitor(
    "run",
    "fragile.ts",
    "--input",
    `"${how}"`,
    "--id",
    "f",
    ...journal,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain(said);
  expect(stderr).toContain(`go on with it: aitor resume f --journal ${journal[1]}`);
  expect(await states(...journal)).toEqual({ f: "interrupted" });
  folder.write({ mended: "" });
  expect(await folder.aitor("resume", "f", ...journal)).toMatchObject({ exitCode: 0, stdout: '"done"\n' });
  expect(effects()).toEqual(["paid"]);
});

describe("while a process holds the journal and its run waits", () => {
  test("others see it, answer it, and are refused what does not fit", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", "--input", "10", ...journal);
    await says(`aitor answer a approval --journal ${journal[1]} --value <json> | --fail <text>`);

    expect(await states(...journal)).toEqual({ a: "suspended" });
    const { stdout } = await folder.aitor("show", "a", ...journal);
    expect(stdout).toContain('approval waits for an answer\n  asked: {"amount":10}\n');
    expect((await folder.aitor("stats", ...journal)).stdout).toContain(`held by   process ${child.pid}\n`);

    const refused = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await folder.aitor("answer", "a", ...args, ...journal);
      expect(stdout).toBe("");
      return `${exitCode} ${stderr}`;
    };
    expect(await refused("approval", "--value", "tru")).toMatch(/^2 ✖ --value is not JSON/);
    expect(await refused("approval", "--value-file", "gone.json")).toMatch(/^2 ✖ the value file "gone.json" cannot/);
    expect(await refused("approvl", "--value", "true")).toMatch(/^1 ✖ run "a" does not wait.*"approvl"[^]*"approval"/);
    expect(await refused("approval", "--value", '"yes"')).toMatch(/^1 ✖ .*"approval"[^]*a boolean/);
    expect(await refused("approval", "--again")).toMatch(/^1 ✖ signal "approval" cannot be done again/);
    expect(await states(...journal)).toEqual({ a: "suspended" });

    const answered = await folder.aitor("answer", "a", "approval", "--value", "true", ...journal);
    expect(answered).toMatchObject({ exitCode: 0, stdout: "" });
    expect(answered.stderr).toBe(`✔ approval is answered (process ${child.pid} goes on with the run)\n`);
    expect(await ended).toMatchObject({ exitCode: 0, stdout: '{"approved":true,"paid":"paid"}\n' });
    expect(effects()).toEqual(["charge"]);
  });

  test("another one cancels it, and says who did it", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    const { exitCode, stderr } = await folder.aitor("cancel", "a", "--reason", "too late", ...journal);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `✔ run a is cancelled (by process ${child.pid})\n` });
    const run = await ended;
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toContain('✖ run "a" was cancelled: too late');
    expect(await states(...journal)).toEqual({ a: "cancelled" });
    expect((await folder.aitor("cancel", "a", ...journal)).stderr).toBe("run a had ended before: cancelled\n");
  });

  test("another one cancels it though it is not known which process that is", async () => {
    const journal = folder.freshJournal();
    const { ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    folder.remove(`${journal[1]}.pid`);
    const { stderr } = await folder.aitor("cancel", "a", ...journal);
    expect(stderr).toBe("✔ run a is cancelled (by another process)\n");
    await ended;
  });

  test("that is stopped, an answer gives up, and advises what a command line can do", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    child.kill("SIGSTOP");
    const { exitCode, stderr } = await folder.aitor("answer", "a", "approval", "--value", "false", ...journal);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("fix: give the command again when that process works: it may be stopped or busy\n");
    child.kill("SIGKILL");
    await ended;
  });

  test("one that wants to write is refused with the pid, and told the ways out", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    const run = await folder.aitor("run", "echo.ts", "--input", "1", ...journal);
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toContain(`process ${child.pid}`);
    expect(run.stderr).toContain("--no-journal");
    const resume = await folder.aitor("resume", "a", ...journal);
    expect(resume.exitCode).toBe(1);
    expect(resume.stderr).toContain(`process ${child.pid}`);
    expect(effects()).toEqual([]);
    expect(await folder.aitor("run", "echo.ts", "--input", "1", "--no-journal")).toMatchObject({ stdout: "1\n" });
    await folder.aitor("cancel", "a", ...journal);
    await ended;
  });

  test("it is backed up and made compact, and the copy shows the same", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    const backup = await folder.aitor("journal", "backup", "copy.db", ...journal);
    expect(backup).toMatchObject({ exitCode: 0, stdout: "" });
    expect(backup.stderr).toMatch(/^✔ journals\/\d+\.db is copied to copy\.db \(\d+ events, .*\)\n$/);
    expect((await folder.aitor("journal", "backup", "copy.db", ...journal)).exitCode).toBe(1);
    const compact = await folder.aitor("journal", "compact", ...journal);
    expect(compact.stderr).toMatch(new RegExp(`is compact \\(.* before, .* after, by process ${child.pid}\\)\n$`));
    const [original, copy] = await Promise.all([shown("a", ...journal), shown("a", "--journal", "copy.db")]);
    expect(copy).toEqual(original);
    await folder.aitor("answer", "a", "approval", "--value", "false", ...journal);
    expect(await ended).toMatchObject({ exitCode: 0, stdout: '{"approved":false}\n' });
  });
});

describe("a run whose child waits", () => {
  const answer = (key: string, value: string, journal: readonly string[]): Promise<unknown> =>
    folder.aitor("answer", "p/kid", key, "--value", value, ...journal);

  const shownJson = async (journal: readonly string[]): Promise<object> =>
    JSON.parse((await folder.aitor("show", "p", "--json", ...journal)).stdout) as object;

  test("is not given up: what the child asks is told, each time, and shown; also after a kill", async () => {
    const journal = folder.freshJournal();
    const told = (key: string): string =>
      `${key} waits for an answer\n  aitor answer p/kid ${key} --journal ${journal[1]} --value <json> | --fail <text>\n`;
    const { child, ended, says } = folder.start("run", "parent.ts", "--id", "p", ...journal);
    await says(`? ${told("colour")}`);
    expect((await folder.aitor("show", "p", ...journal)).stdout).toContain(`\nwaits for\n${told("colour")}`);
    await answer("colour", '"red"', journal);
    await says(`? ${told("size")}`);
    const shown = await shownJson(journal);
    expect(shown).toMatchObject({ id: "p", waits: [], waitsBelow: [{ run: "p/kid", key: "size", kind: "signal" }] });
    child.kill("SIGKILL");
    expect((await ended).stderr.match(/waits for an answer/g)).toHaveLength(2);
    const resumed = folder.start("resume", "p", ...journal);
    await resumed.says(`? ${told("size")}`);
    await answer("size", "7", journal);
    expect(await resumed.ended).toMatchObject({ exitCode: 0, stdout: '"red 7 paid"\n' });
  });

  test.each(["answered", "cancelled"])("is interrupted where that is %s and no process is there", async (how) => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "parent.ts", "--id", "p", ...journal);
    await says("? colour");
    child.kill("SIGKILL");
    await ended;
    expect(await states(...journal)).toEqual({ p: "suspended" });
    if (how === "answered") await answer("colour", '"red"', journal);
    else await folder.aitor("cancel", "p/kid", ...journal);
    expect(await states("--state", "interrupted", ...journal)).toEqual({ p: "interrupted" });
    expect(await states("--state", "suspended", ...journal)).toEqual({});
    const resume = `aitor resume p --journal ${journal[1]}\n`;
    expect((await folder.aitor("runs", ...journal)).stderr).toContain(
      `go on with a run that is interrupted: ${resume}`,
    );
    expect((await folder.aitor("show", "p", ...journal)).stdout).toContain(`go on with: ${resume}`);
    const stats = JSON.parse((await folder.aitor("stats", "--json", ...journal)).stdout) as { runs: object };
    expect(stats.runs).toEqual(how === "answered" ? { interrupted: 2 } : { interrupted: 1, cancelled: 1 });
  });

  test("is resumed in that child's place, which is to be cancelled where the parent is gone from the record", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "parent.ts", "--id", "p", ...journal);
    await says("? colour");
    child.kill("SIGKILL");
    await ended;
    const resumed = async (): Promise<string> => (await folder.aitor("resume", "p/kid", ...journal)).stderr;
    expect(await resumed()).toContain(`\n  fix: aitor resume p --journal ${journal[1]}\n`);
    {
      await using file = sqliteJournal(join(folder.path, journal[1]));
      await file.drop("p");
    }
    const cancel = ["cancel", "p/kid", ...journal];
    expect(await resumed()).toContain(`so nothing goes on with it: aitor ${cancel.join(" ")}\n`);
    expect(await folder.aitor(...cancel)).toMatchObject({ exitCode: 0 });
  });

  test("since a step of its may have happened, is not given up either", async () => {
    const journal = folder.freshJournal();
    folder.write({ hang: "" });
    const { child, ended, says } = folder.start("run", "parent.ts", "--id", "p", ...journal);
    await says("? colour");
    await answer("colour", '"red"', journal);
    await says("? size");
    await answer("size", "7", journal);
    await says("charging");
    child.kill("SIGKILL");
    await ended;
    folder.remove("hang");
    const line = `aitor answer p/kid charge --journal ${journal[1]} --value <json> | --again | --fail <text>`;
    expect((await folder.aitor("show", "p", ...journal)).stdout).toContain(line);
    expect(await shownJson(journal)).toMatchObject({ waitsBelow: [{ run: "p/kid", key: "charge", kind: "step" }] });
    const resumed = folder.start("resume", "p", ...journal);
    await resumed.says(line);
    await answer("charge", '"paid"', journal);
    expect(await resumed.ended).toMatchObject({ exitCode: 0, stdout: '"red 7 paid"\n' });
    expect(await shownJson(journal)).not.toHaveProperty("waitsBelow");
    expect(effects()).toEqual(["charge"]);
  });
});

describe("where no process holds the journal", () => {
  test("an answer is recorded, and counts when the run is resumed; one that does not fit is asked for again", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    child.kill("SIGKILL");
    await ended;
    const wrong = await folder.aitor("answer", "a", "approval", "--value", '"yes"', ...journal);
    expect(wrong.stderr).toContain("recorded; it counts when the run goes on: aitor resume a");
    const resumed = folder.start("resume", "a", ...journal);
    await resumed.says("approval waits for an answer");
    await folder.aitor("answer", "a", "approval", "--value-file", "true.json", ...journal);
    expect(await resumed.ended).toMatchObject({ exitCode: 0, stdout: '{"approved":true,"paid":"paid"}\n' });
  });

  test("not any more since it was asked, the command does itself what it asked for, once", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    child.kill("SIGSTOP");
    const answering = folder.aitor("answer", "a", "approval", "--value", "false", ...journal);
    await vi.waitFor(() => expect(commandsIn(join(folder.path, `${journal[1]}.inbox`))).toBe(1), { timeout: 60_000 });
    child.kill("SIGKILL");
    await ended;
    const { exitCode, stderr } = await answering;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: `✔ approval is answered (recorded; it counts when the run goes on: aitor resume a --journal ${journal[1]})\n`,
    });
    expect(await folder.aitor("resume", "a", ...journal)).toMatchObject({ stdout: '{"approved":false}\n' });
    expect((await shown("a", ...journal)).steps).toHaveLength(1);
  });

  test("answers that come at the same time are all recorded", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "votes.ts", "--id", "v", "--input", "5", ...journal);
    await says("vote 4");
    child.kill("SIGKILL");
    await ended;
    const answers = [0, 1, 2, 3, 4].map((n) => folder.aitor("answer", "v", `vote ${n}`, "--value", `${n}`, ...journal));
    expect((await Promise.all(answers)).filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    expect(await folder.json("resume", "v", ...journal)).toEqual([0, 1, 2, 3, 4]);
  });

  test("a run is cancelled on record", async () => {
    const journal = folder.freshJournal();
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    child.kill("SIGKILL");
    await ended;
    const cancelled = await folder.aitor("cancel", "a", ...journal);
    expect(cancelled.stderr).toBe("✔ run a is cancelled (recorded, as no process holds the journal)\n");
    expect(await states(...journal)).toEqual({ a: "cancelled" });
  });

  test("it is made compact by the command itself", async () => {
    const journal = folder.freshJournal();
    await folder.aitor("run", "echo.ts", "--input", "1", ...journal);
    expect((await folder.aitor("journal", "compact", ...journal)).stderr).toMatch(/ before, \S+ \S+ after\)\n$/);
  });
});

describe("a step that must run once and was cut off", () => {
  const cutOff = async (journal: readonly string[]): Promise<void> => {
    folder.write({ hang: "" });
    const { child, ended, says } = folder.start("run", "approval.ts", "--id", "a", ...journal);
    await says("approval waits for an answer");
    await folder.aitor("answer", "a", "approval", "--value", "true", ...journal);
    await says("charging");
    child.kill("SIGKILL");
    await ended;
    folder.remove("hang");
    expect(effects()).toEqual(["charge"]);
  };

  test.each([
    ["with its result", ["--value", '"by hand"'], 0, '{"approved":true,"paid":"by hand"}\n', ["charge"]],
    ["that it is to be called again", ["--again"], 0, '{"approved":true,"paid":"paid"}\n', ["charge", "charge"]],
    ["with a failure", ["--fail", "it was refused"], 1, "", ["charge"]],
  ] as const)("is asked about, and answered %s", async (_how, answer, exitCode, stdout, charged) => {
    const journal = folder.freshJournal();
    await cutOff(journal);
    const resumed = folder.start("resume", "a", ...journal);
    await resumed.says("charge is in doubt: it may or may not have happened");
    expect(effects()).toEqual(["charge"]);
    expect((await folder.aitor("answer", "a", "charge", ...answer, ...journal)).exitCode).toBe(0);
    const ended = await resumed.ended;
    expect(ended).toMatchObject({ exitCode, stdout });
    if (exitCode === 1) expect(ended.stderr).toContain("it was refused");
    expect(effects()).toEqual(charged);
  });

  test("is shown as in doubt and can be answered before the run is resumed", async () => {
    const journal = folder.freshJournal();
    await cutOff(journal);
    expect((await folder.aitor("show", "a", ...journal)).stdout).toContain("charge is in doubt");
    await folder.aitor("answer", "a", "charge", "--value", "1", ...journal);
    expect(await folder.aitor("resume", "a", ...journal)).toMatchObject({ stdout: '{"approved":true,"paid":1}\n' });
    expect(effects()).toEqual(["charge"]);
  });
});

describe("the command line", () => {
  test("reading commands make nothing, and say where they looked", async () => {
    for (const args of [["runs"], ["show", "x"], ["stats"], ["resume", "x"], ["cancel", "x"], ["journal", "compact"]]) {
      const { exitCode, stdout, stderr } = await folder.aitor(...args, "--journal", "nowhere/j.db");
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toMatch(/^✖ there is no journal "nowhere\/j.db"\n {2}expected: .*which --journal names\n/);
    }
    expect(existsSync(join(folder.path, "nowhere"))).toBe(false);
  });

  test("an id that is taken is refused, and the other run stays as it is", async () => {
    const journal = folder.freshJournal();
    await folder.aitor("run", "echo.ts", "--id", "e", "--input", "1", ...journal);
    const { exitCode, stdout, stderr } = await folder.aitor("run", "echo.ts", "--id", "e", "--input", "2", ...journal);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain('✖ run "e" exists already');
    expect((await shown("e", ...journal)).output).toBe(1);
  });

  test("without options the journal is in a folder that git does not see", async () => {
    await folder.aitor("run", "echo.ts", "--id", "default", "--input", "1");
    expect(folder.read(".aitor/.gitignore")).toBe("*\n");
    expect(readdirSync(join(folder.path, ".aitor"))).toContain("journal.db");
    expect((await folder.aitor("show", "defa")).stdout).toMatch(/^run default\n/);
  });

  test("a reader who has gone is no failure", async () => {
    const journal = folder.freshJournal();
    await folder.aitor("run", "echo.ts", "--id", "e", "--input", JSON.stringify("x".repeat(100_000)), ...journal);
    const { child, ended } = folder.start("show", "e", "--json", ...journal);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("one step is shown in full, and the chart of a flow alone", async () => {
    const journal = folder.freshJournal();
    await folder.aitor("run", "flow.ts", "--id", "f", "--input", '" a b "', ...journal);
    expect((await folder.aitor("show", "f", "--step", "words", ...journal)).stdout).toMatch(
      /^step words\n[^]*\nresult\n2\n$/,
    );
    const chart = await folder.aitor("show", "f", "--mermaid", ...journal);
    expect(chart.stdout).toMatch(/^flowchart TD\n[^]*words[^]*:::done/);
    expect((await folder.aitor("show", "f", ...journal)).stdout).toContain("```mermaid\nflowchart TD\n");
  });
});

const MODULES: Readonly<Record<string, string>> = {
  "true.json": "true",
  "echo.ts": `
    import { appendFileSync } from "node:fs";
    export default { name: "echo", version: "1", execute: (run, input) =>
      run.step("echo", () => { appendFileSync("effects", "echo\\n"); return input; }) };`,
  "failing.ts": `
    import { appendFileSync } from "node:fs";
    export default { name: "failing", version: "1", execute: (run) =>
      run.step("pay", () => { appendFileSync("effects", "pay\\n"); throw new Error("no money"); }) };`,
  "flow.ts": `
    import { Aitorflow, task } from "aitor";
    const clean = task("clean", (text: string) => text.trim());
    export default new Aitorflow("count", clean.to(task("words", (text: string) => text.split(" ").length)));`,
  "pipeline.ts": `
    import { appendFileSync, existsSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    const effect = (name) => appendFileSync("effects", name + "\\n");
    export const pipeline = { name: "pipeline", version: "1", async execute(run, n: number) {
      const first = await run.step("first", () => { effect("first"); return n; });
      const second = await run.step("second", () => { effect("second"); return first + 1; });
      const third = await run.step("third", async (step) => {
        effect("third");
        step.defer(() => { if (step.abortSignal.aborted) effect("given back"); });
        console.log("third begins");
        while (!existsSync("released")) await setTimeout(10, undefined, { signal: step.abortSignal });
        return second + 1;
      });
      return run.step("fourth", () => { effect("fourth"); return { sum: first + second + third }; });
    } };`,
  "fragile.ts": `
    import { appendFileSync, existsSync } from "node:fs";
    export default { name: "fragile", version: "1", async execute(run, how) {
      await run.step("pay", () => appendFileSync("effects", "paid\\n"), { effect: "once" });
      return run.step("rest", () => {
        if (existsSync("mended")) return "done";
        if (how === "loose") setTimeout(() => { throw new Error("socket hang up"); }, 20);
        return new Promise(() => {});
      });
    } };`,
  "votes.ts": `
    export default { name: "votes", version: "1", execute: (run, count: number) =>
      run.all(Array.from({ length: count }, (_, n) => ({ name: "v" + n, run: (vote) => vote.waitFor("vote " + n) }))) };`,
  "approval.ts": `
    import { appendFileSync, existsSync } from "node:fs";
    const boolean = { "~standard": { version: 1, vendor: "test", validate: (value) =>
      typeof value === "boolean" ? { value } : { issues: [{ message: "it must be a boolean" }] } } };
    export default { name: "approval", version: "1", async execute(run, amount = 1) {
      const approved = await run.waitFor("approval", { schema: boolean, request: { amount } });
      if (!approved) return { approved };
      const paid = await run.step("charge", async () => {
        appendFileSync("effects", "charge\\n");
        console.log("charging");
        if (existsSync("hang")) await new Promise(() => setInterval(() => {}, 1000));
        return "paid";
      }, { effect: "once" });
      return { approved, paid };
    } };`,
  "parent.ts": `
    import { appendFileSync, existsSync } from "node:fs";
    const kid = { name: "kid", version: "1", async execute(run) {
      const answers = [await run.waitFor("colour"), await run.waitFor("size")];
      answers.push(await run.step("charge", async () => {
        appendFileSync("effects", "charge\\n");
        console.log("charging");
        if (existsSync("hang")) await new Promise(() => setInterval(() => {}, 1000));
        return "paid";
      }, { effect: "once" }));
      return answers.join(" ");
    } };
    export default { name: "parent", version: "1", execute: (run) => run.child(kid) };`,
};

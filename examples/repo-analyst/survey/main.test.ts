// The program as its users meet it: a real process, its exit codes, what it prints where, and what it leaves behind.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { marked } from "marked";
import { afterAll, expect, test, vi } from "vitest";

import { userFolder } from "../../../test/aitor-command.ts";
import { HOSTILE_NAMES, testFolder } from "../../repo-report/test-folder.ts";
import { isAlive, readPids, sleepingGit } from "../../repo-report/test-git.ts";
import { startSurvey } from "../process.fixture.ts";
import { SCRIPTED } from "../scripted/reply.ts";
import { name, said, table, text } from "./blocks.ts";
import { HELP, parseCommandLine } from "./command-line.ts";
import { markdownReport } from "./markdown-report.ts";
import { wrapped } from "./wrapped.ts";

vi.setConfig({ testTimeout: 120_000 });

const user = userFolder({ sources: true });
afterAll(() => user[Symbol.dispose]());

test("in a pipe the story is on stderr, the report on stdout; no colours, no control characters, whatever files are called", async () => {
  const folder = testFolder();
  HOSTILE_NAMES.forEach((each, n) => writeFileSync(`${folder}/${each}`, "TODO: \u001b[31mx\n".repeat(n + 1)));
  const cwd = testFolder();
  const { code, stdout, stderr } = await startSurvey([folder, "--no-kill"], cwd).ended;
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(stdout).toMatch(/^\nSurvey of /);
  expect(stdout).toContain(`${HOSTILE_NAMES.length} files`);
  expect(stdout).toContain(`No file of ${HOSTILE_NAMES.length} is called like one.`);
  expect(stderr).toContain(`\nmodels     ${SCRIPTED}\n`);
  expect(stderr).toMatch(/\nplan {7}± hotspots is dropped: there is no history \(not a git repository/);
  expect(stderr).not.toContain("SIGKILL");
  expect(readdirSync(cwd).sort()).toEqual([".aitor", "aitor-report.md"]);
  const html = await marked.parse(readFileSync(join(cwd, "aitor-report.md"), "utf8"));
  expect(html.match(/<(?!\/?(?:h\d|p|pre|code|table|thead|tbody|tr|th|td)\b)/)).toBeNull();
});

test("what comes from outside stays text in Markdown", async () => {
  for (const hostile of HOSTILE_NAMES) {
    const html = await marked.parse(
      markdownReport([text(said(hostile)), ...table(["a", "b"], [[name(hostile), said(`1. ${hostile} https://a.b`)]])]),
    );
    expect(html.match(/<(?!\/?(?:p|code|table|thead|tbody|tr|th|td)\b)/), hostile).toBeNull();
  }
  expect(markdownReport([{ type: "speech", text: "a\n```\n# b" }])).toBe("````text\na\n```\n# b\n````\n");
});

test("long lines are broken between words, and stand under the words of their item", () => {
  expect(wrapped("- one two three four five six\n\nseven", 20)).toBe("- one two three four\n  five six\n\nseven");
  expect(wrapped("nothing-to-break-in-this-line", 20)).toBe("nothing-to-break-in-this-line");
});

test("Ctrl-C leaves the survey on record; aitor resume finishes it, and then it is reported on", async () => {
  const folder = testFolder({ "a.ts": "x\n" });
  const { path, pidFile } = sleepingGit();
  const environment = { AITOR_JOURNAL: join(user.path, "interrupted.db") };
  const first = startSurvey([folder], user.path, { ...environment, PATH: path });
  const gits = await vi.waitFor(() => readPids(pidFile, 1), { timeout: 60_000 });
  first.child.kill("SIGINT");
  const { code, stdout, stderr } = await first.ended;
  expect([code, stdout]).toEqual([130, ""]);
  const [, id = ""] = /\nrun {8}(survey-[\da-f]{6}), /.exec(stderr) ?? [];
  expect(stderr).toContain(`${id} is on record: npm start goes on with it, or npx aitor resume ${id}\n`);
  expect(stderr).toMatch(/error: interrupted; no report was written\n$/);
  expect(gits.filter(isAlive)).toEqual([]);
  expect(existsSync(join(user.path, "aitor-report.md"))).toBe(false);

  const unfinished = await startSurvey(["--report", id], user.path, environment).ended;
  expect(unfinished).toMatchObject({ code: 1, stdout: "" });
  expect(unfinished.stderr).toContain(`fix: finish it: npx aitor resume ${id}\n`);

  const resumed = await user.aitor("resume", id, "--json", "--journal", "interrupted.db");
  expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "answered" });
  const again = await startSurvey(["--report", id], user.path, environment).ended;
  expect(again.code, again.stderr).toBe(0);
  expect(user.read("aitor-report.md")).toMatch(
    /^# Survey of .*\n\n1 file, 1 line, 2 B\.\n[^]*The process ended when \d+ of/,
  );
});

test("an interrupted survey is told and finished by the next one on its folder", async () => {
  const folder = testFolder({ "a.ts": "x\n" });
  const { path, pidFile } = sleepingGit();
  const cwd = testFolder();
  const first = startSurvey([folder], cwd, { PATH: path });
  const gits = await vi.waitFor(() => readPids(pidFile, 1), { timeout: 60_000 });
  first.child.kill("SIGKILL"); // its worker notices that it is alone, and stops
  await vi.waitFor(() => expect(gits.filter(isAlive)).toEqual([]), { timeout: 60_000 });
  const [, id = ""] = /\nrun {8}(survey-[\da-f]{6}), /.exec((await first.ended).stderr) ?? [];
  const { code, stderr } = await startSurvey([folder], cwd).ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(
    `\nrun        ${id}, recorded in .aitor/journal.db\n           it was interrupted, and goes on\n`,
  );
  expect(stderr).not.toContain("SIGKILL");
});

test("the help explains the usage, what is sent, and the exit codes", () => {
  expect(parseCommandLine(["one", "--help"])).toEqual({ kind: "help" });
  expect(HELP).toMatch(
    /\[folder] \[--out file] \[--kill-after steps] \[--no-kill][^]*is sent what the tools give[^]*Exit codes: 0 .*, 1 .*, 2 .*, 130 /,
  );
});

test.each([
  ["--kill-after", "0"],
  ["--kill-after", "3", "--no-kill"],
  ["--unknown"],
  ["one", "two"],
  [""],
  [".", "--out", ""],
  ["--report", "../x"],
  [".", "--report", "survey-1"],
  ["-\u001b[31m"],
])("wrong usage is told with what is right: %j", (...args: readonly string[]) => {
  const command = parseCommandLine(args);
  const problem = expect.stringMatching(/^.*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*$/) as string;
  expect(command).toEqual({ kind: "usage", problem });
  expect(JSON.stringify(command)).not.toContain("\\u001b");
});

test("wrong usage ends with 2", async () => {
  const { code, stdout, stderr } = await startSurvey(["--unknown"], testFolder()).ended;
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: this is not how a survey is started\n {2}expected: /);
});

test("what cannot be done ends with 1 and says why, before any work", async () => {
  const cwd = testFolder({ file: "x" });
  mkdirSync(join(cwd, "out"));
  const failures = [
    ["it is not there", "gone\u001b[31m"],
    ["it is not a folder", "file"],
    ["a folder", ".", "--out", "out"],
    ["survey-000000", "--report", "survey-000000"],
  ] as const;
  const all = await Promise.all(
    failures.map(async ([got, ...args]) => ({ got, ...(await startSurvey(args, cwd).ended) })),
  );
  for (const { got, code, stdout, stderr } of all) {
    expect([code, stdout], stderr).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*\n$/);
    expect(stderr).toContain(`got: ${got}\n`);
  }
  expect(existsSync(join(cwd, ".aitor"))).toBe(false);
});

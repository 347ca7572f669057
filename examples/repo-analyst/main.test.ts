// The program as its users meet it: a real process, its exit codes, and what it prints where.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { HOSTILE_NAMES, testFolder } from "../repo-report/test-folder.ts";
import { isAlive, readPids, sleepingGit } from "../repo-report/test-git.ts";
import { startAnalyst } from "./process.fixture.ts";
import { SCRIPTED } from "./scripted/reply.ts";

vi.setConfig({ testTimeout: 60_000 });

test("prints the answer on stdout alone, and on stderr what it does and took", async () => {
  const folder = testFolder({ "a.ts": "// TODO: more\n", "b.md": "text\n" });
  const cwd = testFolder();
  const { code, stdout, stderr } = await startAnalyst([folder, "Any TODOs?"], cwd).ended;
  expect(code).toBe(0);
  expect(stdout).toBe(
    `The word TODO, FIXME, XXX or HACK stands in 1 line, in 1 file of 2 (TODO 1).\n- a.ts:1 “// TODO: more”\n\n(${SCRIPTED})\n`,
  );
  const lines = stderr.split("\n");
  expect(lines.slice(0, 3)).toEqual([
    `${folder}: Any TODOs?`,
    expect.stringMatching(new RegExp(`^${SCRIPTED}; run question-[\\da-f]{6}, recorded in \\.aitor/journal\\.db$`)),
    "I search for the words that mark such lines.",
  ]);
  expect(lines[3]).toBe('  → 1.1 search {"texts":["TODO","FIXME","XXX","HACK"],"word":true}');
  expect(lines[4]).toMatch(/^ {2}✓ 1\.1 search: 1 line in 1 file, [\d.]+ m?s$/);
  expect(lines.at(-2)).toMatch(/^3 turns, 2 tool calls, [\d,]+ tokens \([\d,]+ in\), \$0\.0000, [\d.]+ m?s$/);
  expect(readdirSync(cwd)).toEqual([".aitor"]);
});

test("a question alone is of the current folder, a folder alone is asked what it is", async () => {
  const cwd = testFolder({ "in/README.md": "# Inside\n", "a.ts": "x\n" });
  expect((await startAnalyst(["Which folder holds the most?"], cwd).ended).stdout).toContain(
    " of 2 files, 2 lines, 11 B.",
  );
  expect((await startAnalyst(["in"], cwd).ended).stdout).toMatch(/^README\.md begins “Inside”\./);
  expect((await startAnalyst([], cwd).ended).stdout).toMatch(/^There is no README/);
});

test("the journal knows the conversation: a second process goes on with it", async () => {
  const cwd = testFolder({ "a.ts": "x\n" });
  const tokens = async () =>
    Number(
      / \(([\d,]+) in\)/.exec((await startAnalyst([".", "Which languages?"], cwd).ended).stderr)?.[1]?.replace(",", ""),
    );
  const first = await tokens();
  expect(await tokens()).toBeGreaterThan(first);
});

test("prints no colours and no control characters into a pipe, whatever the files are called", async () => {
  const folder = testFolder();
  HOSTILE_NAMES.forEach((name, n) => writeFileSync(`${folder}/${name}`, "TODO: \u001b[31mx\n".repeat(n + 1)));
  const { code, stdout, stderr } = await startAnalyst([folder, "Any TODOs, and the largest files?"], testFolder())
    .ended;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("--help explains the usage, what is sent, and the exit codes", async () => {
  const { code, stdout } = await startAnalyst(["--help"], testFolder()).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\[folder] \["question"] \[--kill-after steps][^]*is sent what the tools give[^]*Exit codes: 0 .*, 1 .*, 2 .*, 130 /,
  );
});

test.each([["--kill-after", "0"], ["--unknown"], ["one", "two", "three"], [""], [".", " "], ["-\u001b[31m"]])(
  "wrong usage ends with 2 and says what is right: %j",
  async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await startAnalyst(args, testFolder()).ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: .*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*\n$/);
    expect(stderr).not.toContain("\u001b");
  },
);

test("a folder that is not there ends with 1 and says so, before any work", async () => {
  const cwd = testFolder({ file: "x" });
  for (const [named, got] of [
    ["gone\u001b[31m", "it is not there"],
    ["file", "it is not a folder"],
  ] as const) {
    const { code, stdout, stderr } = await startAnalyst([named, "What is this?"], cwd).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^error: there is no folder to analyse at .*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*\n$/,
    );
    expect(stderr).toContain(`got: ${got}\n`);
  }
  expect(existsSync(join(cwd, ".aitor"))).toBe(false);
});

test("a wrong name of a model ends with 1, and nobody else answers in its place", async () => {
  const { code, stdout, stderr } = await startAnalyst([".", "What is this?"], testFolder(), {
    AITOR_MODELS: "nobody/x",
  }).ended;
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^error: there is no model "nobody\/x"\n {2}expected: [^]*\n {2}fix: /);
});

test("a model that cannot be asked ends with 1 and says why", async () => {
  const environment = { AITOR_MODELS: "openai/gpt-5-mini" }; // and no key
  const { code, stdout, stderr } = await startAnalyst([".", "What is this?"], testFolder(), environment).ended;
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("model openai/gpt-5-mini; run question-");
  expect(stderr).toMatch(
    /\nerror: there is no answer\n {2}expected: .*\n {2}got: one that failed \(model\): .*\n {2}fix: .*\n$/,
  );
});

test("Ctrl-C ends the run and what its tools started", async () => {
  const { path, pidFile } = sleepingGit();
  const { child, ended } = startAnalyst([".", "Any TODOs?"], testFolder({ "a.ts": "x\n" }), { PATH: path });
  const gits = await vi.waitFor(() => readPids(pidFile, 1), { timeout: 15_000 });
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("error: interrupted; there is no answer\n");
  expect(gits.filter(isAlive)).toEqual([]);
});

test("Ctrl-C before the question is asked ends it, too", async () => {
  const { path, pidFile } = sleepingGit();
  const cwd = testFolder({ "a.ts": "x\n" });
  const { child, ended } = startAnalyst([".", "Any TODOs?"], cwd, { PATH: path });
  while (!existsSync(join(cwd, ".aitor"))) await new Promise((resolve) => setImmediate(resolve));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("error: interrupted; there is no answer\n");
  expect(existsSync(pidFile)).toBe(false);
});

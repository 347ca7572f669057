// The program as its users meet it: a real process, its exit codes, what it prints, and what it leaves behind.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test, vi } from "vitest";

import { visible } from "./escape.ts";
import { HOSTILE_NAMES, testFolder } from "./test-folder.ts";
import { isAlive, readPids, sleepingGit } from "./test-git.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

test("writes a report and prints a summary", async () => {
  const folder = testFolder({ "a.ts": "// TODO: more\n", "b.md": "text\n" });
  const cwd = testFolder();
  const { code, stdout, stderr } = await run([folder], { cwd }).ended;
  expect(code).toBe(0);
  expect(stdout).toContain(`${folder}\n2 files, 2 lines, 19 B\n`);
  expect(stdout).toMatch(/Written to aitor-report\.md in [\d.]+ m?s\.\n$/);
  expect(stderr).toMatch(
    /^run report-\w{6}, recorded in \.aitor\/journal\.db\nscan: 2 files found\nread: 2 of 2 files\n$/,
  );
  expect(readFileSync(join(cwd, "aitor-report.md"), "utf8")).toContain("| TypeScript | 1 | 1 | 14 | 50.0 % |");
  expect(readdirSync(cwd).sort()).toEqual([".aitor", "aitor-report.md"]);
});

test("the second report says what changed, the third that nothing did", async () => {
  const folder = testFolder({ "a.ts": "one\n", "b.md": "text\n" });
  const cwd = testFolder();
  const first = await run([folder], { cwd }).ended;
  expect(first.stdout).toContain("Since the last report\n  This is the first report on this folder");
  writeFileSync(join(folder, "a.ts"), "one\ntwo\n");
  const second = await run([folder], { cwd }).ended;
  expect(second.stdout).toMatch(
    /\n\nSince the last report, made on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n {2}1 file changed\.\n {2}~ a\.ts {2}1 line, 4 B → 2 lines, 8 B\n/,
  );
  expect(readFileSync(join(cwd, "aitor-report.md"), "utf8")).toContain("| `a.ts` | 1 | 2 | 4 | 8 |\n");
  const third = await run([folder], { cwd }).ended;
  expect(third.stdout).toContain(" UTC\n  Nothing has changed.\n");
});

test("folders are told apart, and a folder is the same however it is named", async () => {
  const parent = testFolder({ "one/a.ts": "x\n", "two/b.ts": "x\n" });
  await run(["one"], { cwd: parent }).ended;
  expect((await run(["two"], { cwd: parent }).ended).stdout).toContain("This is the first report");
  expect((await run([join(parent, "two", "..", "one/")], { cwd: parent }).ended).stdout).toContain(
    "Nothing has changed",
  );
});

test("reports on its own repository when no folder is given", async () => {
  const out = join(testFolder(), "report.md");
  const { code } = await run(["--out", out]).ended;
  expect(code).toBe(0);
  expect(readFileSync(out, "utf8")).toContain("| `package-lock.json` |");
});

test("--out replaces a file as a whole, also behind a link, and a second report does not count the first", async () => {
  const folder = testFolder({ "a.ts": "x\n" });
  const elsewhere = join(testFolder({ "report.md": "old ".repeat(10_000) }), "report.md");
  const link = join(folder, "aitor-report.md");
  symlinkSync(elsewhere, link);
  for (let again = 0; again < 2; again++) {
    expect((await run([".", "--out", link], { cwd: folder }).ended).code).toBe(0);
    expect(readFileSync(elsewhere, "utf8")).toMatch(/^# Report on .*\n\n1 file, 1 line, 2 B\./);
    expect(readFileSync(link, "utf8")).not.toContain("old old");
  }
});

test("prints no colours and no control characters into a pipe, whatever the files are called", async () => {
  const folder = testFolder();
  HOSTILE_NAMES.forEach((name, n) => writeFileSync(`${folder}/${name}`, "TODO: x\n".repeat(n)));
  const { code, stdout, stderr } = await run([folder, "--out", join(testFolder(), "x.md")]).ended;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(stdout).toContain(visible(HOSTILE_NAMES.at(-1) ?? ""));
});

test("--help explains the usage and the exit codes", async () => {
  const { code, stdout } = await run(["--help"]).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/\[folder] \[--out file] \[--kill-after steps][^]*Exit codes: 0 .*, 1 .*, 2 .*, 130 /);
});

test.each([
  ["--kill-after", "0"],
  ["--kill-after", "x"],
  ["--unknown"],
  ["one", "two"],
  ["--out"],
  [".", "--out", ""],
  [""],
  ["-\u001b[31m"],
])("wrong usage ends with 2 and says what is right: %j", async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await run(args).ended;
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: .*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*\n$/);
  expect(stderr).not.toContain("\u001b");
});

test("what cannot be done ends with 1 and says why, before any work where that can be known", async () => {
  const folder = testFolder({ file: "x" });
  mkdirSync(join(folder, "out"));
  const failures: readonly (readonly [got: string, ...args: string[]])[] = [
    ["it is not there", join(folder, "gone\u001b[31m")],
    ["it is not a folder", join(folder, "file")],
    ["a folder", folder, "--out", join(folder, "out")],
    [`${folder}/gone: it is not there`, folder, "--out", join(folder, "gone/report.md")],
    ["something that is not a file", folder, "--out", "/dev/null"],
  ];
  for (const [got, ...args] of failures) {
    const { code, stdout, stderr } = await run(args, { cwd: folder }).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^(?:run .*\n)?error: .*\n {2}expected: .*\n {2}got: .*\n {2}fix: .*\n$/);
    expect(stderr).toContain(`got: ${got}\n`);
    expect(stderr).not.toContain("\u001b");
  }
  expect(readdirSync(folder).sort()).toEqual([".aitor", "file", "out"]);
});

test("Ctrl-C ends the run and git, and leaves no report", async () => {
  const { path, pidFile } = sleepingGit();
  const cwd = testFolder({ "a.ts": "x\n" });
  const { child, ended } = run(["."], { cwd, env: { ...process.env, PATH: path } });
  const gits = await vi.waitFor(() => readPids(pidFile, 3), { timeout: 15_000 });
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain("error: interrupted; no report was written\n");
  expect(gits.filter(isAlive)).toEqual([]);
  expect(readdirSync(cwd).sort()).toEqual([".aitor", "a.ts"]);
});

test("a reader of its output that goes away does no harm", async () => {
  const out = join(testFolder(), "report.md");
  const { child, ended } = run([testFolder({ "a.ts": "x\n" }), "--out", out]);
  child.stdout.destroy();
  child.stderr.destroy();
  expect((await ended).code).toBe(0);
  expect(existsSync(out)).toBe(true);
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a folder of its own where none is given: two processes cannot write one journal. */
function run(args: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, ...args], {
    cwd: testFolder(),
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

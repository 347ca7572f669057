// Git is asked for figures only: whatever the repository's settings name is not run, whatever the caller's environment
// says does not lead to another repository, and no process is left behind.
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { git as ask, gitLog, GitError } from "./git.ts";
import { addFiles, testFolder, testProgram } from "./test-folder.ts";
import { commit, git, isAlive, readPids, sleepingGit } from "./test-git.ts";

const never = new AbortController().signal;

test("no program that a repository names is run", async () => {
  const folder = repository();
  const pwned = join(testFolder(), "pwned");
  const program = join(testProgram("program", `touch '${pwned}'`), "program");
  const keys = [
    "core.fsmonitor",
    "core.pager",
    "pager.log",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
  ];
  const more = [
    "gpg.program",
    "gpg.ssh.program",
    "core.sshCommand",
    "core.askPass",
    "filter.evil.clean",
    "core.editor",
  ];
  for (const key of [...keys, ...more]) git(folder, ["config", key, program]);
  for (const key of ["log.showSignature", "core.untrackedCache"]) git(folder, ["config", key, "true"]);
  addFiles(folder, { ".gitattributes": "* diff=evil filter=evil\n", ".gitignore": "ignored\n", ignored: "x" });
  for (const hook of ["post-checkout", "pre-commit", "post-index-change"]) {
    addFiles(folder, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch '${pwned}'\n` });
    chmodSync(`${folder}/.git/hooks/${hook}`, 0o755);
  }
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  expect(await all(ask(folder, list, never))).toEqual(["ignored"]);
  expect(await all(gitLog(folder, ["--name-only", "--format="], never))).toEqual(["a.txt"]);
  expect(existsSync(pwned)).toBe(false);
  git(folder, ["status"]);
  expect(existsSync(pwned), "git itself runs them, so this test can fail").toBe(true);
});

test("the caller's GIT_DIR leads nowhere else", async () => {
  const other = repository();
  commit(other, "second", "2024-02-02");
  const folder = repository();
  withEnvironment({ GIT_DIR: `${other}/.git`, GIT_WORK_TREE: other });
  expect(await all(gitLog(folder, ["--format=%ae"], never))).toEqual(["first@example.invalid"]);
});

test("a folder below the top sees the commits that touch it, with its own paths", async () => {
  const folder = repository();
  addFiles(folder, { "sub/b.txt": "b" });
  commit(folder, "second", "2024-02-02");
  const sub = join(folder, "sub");
  expect(await all(gitLog(sub, ["--name-only", "--format="], never))).toEqual(["b.txt"]);
  expect(await all(gitLog(sub, ["--format=%ae"], never))).toEqual(["second@example.invalid"]);
});

test("where git gives no answer, the error says why in one line", async () => {
  const plain = testFolder();
  await expect(all(gitLog(plain, [], never))).rejects.toThrow(/^not a git repository/);
  git(plain, ["init", "--quiet", "--initial-branch=main"]);
  await expect(all(gitLog(plain, [], never))).rejects.toThrow(
    "your current branch 'main' does not have any commits yet",
  );
  withEnvironment({ PATH: testFolder() });
  await expect(all(gitLog(plain, [], never))).rejects.toThrow(new GitError("git is not installed"));
});

test("an abort ends the process and throws the signal's reason", async () => {
  const { path, pidFile } = sleepingGit();
  withEnvironment({ PATH: path });
  const controller = new AbortController();
  const asked = all(ask(testFolder(), ["log"], controller.signal));
  const [pid = 0] = await vi.waitFor(() => readPids(pidFile, 1), { timeout: 10_000 });
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
  expect(isAlive(pid)).toBe(false);
});

test("a reader that stops early ends the process", async () => {
  const { path, pidFile } = sleepingGit("printf 'one\\0two\\0'");
  withEnvironment({ PATH: path });
  for await (const record of ask(testFolder(), ["log"], never)) {
    expect(record).toBe("one");
    await vi.waitFor(() => readPids(pidFile, 1), { timeout: 10_000 });
    break;
  }
  expect(readPids(pidFile, 1).filter(isAlive)).toEqual([]);
});

function repository(): string {
  const folder = testFolder({ "a.txt": "a\n" });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
  commit(folder, "first", "2024-01-01");
  return folder;
}

function withEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

async function all(records: AsyncIterable<string>): Promise<string[]> {
  return Array.fromAsync(records);
}

// Which journal a command works on: --journal, else AITOR_JOURNAL, else ./.aitor/journal.db. Reading makes nothing.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { findJournal, openOrMake, openToRead, openToWrite } from "./journal-place.ts";

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "aitor-place-")));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  fs.rmSync(folder, { recursive: true, force: true });
});

test("the option wins over the variable, and that over the default", () => {
  expect(findJournal(undefined)).toMatchObject({
    file: join(folder, ".aitor/journal.db"),
    rule: "default",
    option: "",
  });
  expect(findJournal(undefined, "").rule).toBe("default");
  expect(findJournal(undefined, "from variable.db")).toMatchObject({
    file: join(folder, "from variable.db"),
    option: " --journal 'from variable.db'",
  });
  expect(findJournal("given.db", "from variable.db")).toMatchObject({
    path: "given.db",
    rule: "--journal",
    option: " --journal given.db",
  });
});

test.each(["", ":memory:"])('"%s" is no place', (path) => {
  expect(() => findJournal(path)).toThrow(/--journal names no file[^]*--no-journal/);
});

test("a missing one is an error that says by which rule it was looked for, and nothing is made", async () => {
  for (const open of [openToRead, openToWrite]) {
    await expect(open(findJournal(undefined))).rejects.toMatchObject({
      code: "journal-missing",
      expected: expect.stringContaining("there is no --journal and no AITOR_JOURNAL") as string,
      got: "no file there",
    });
    await expect(open(findJournal("a/b.db"))).rejects.toThrow(/which --journal names/);
    await expect(open(findJournal("."))).rejects.toThrow(/got: a folder/);
  }
  expect(fs.readdirSync(folder)).toEqual([]);
});

test("the default one is made with its folder, which git never sees", async () => {
  await using _journal = await openOrMake(findJournal(undefined));
  expect(fs.readFileSync(".aitor/.gitignore", "utf8")).toBe("*\n");
  expect(fs.existsSync(".aitor/journal.db")).toBe(true);
});

test("a folder that cannot be made is told, with the ways out", async () => {
  fs.writeFileSync("file", "");
  await expect(openOrMake(findJournal("file/deep/j.db"))).rejects.toThrow(
    /folder .*deep cannot be made[^]*--no-journal/,
  );
});

// Where it never ended, it could only be killed.
test.skipIf(process.platform !== "linux")("a folder that refuses without a reason is told, too", () => {
  const program = `const { findJournal, openOrMake } = await import(${JSON.stringify(import.meta.resolve("./journal-place.ts"))});
    await openOrMake(findJournal("/proc/none/deep/j.db")).catch((error) => console.log(error.message));`;
  const args = ["--conditions=source", "--input-type=module", "--eval", program];
  const said = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 10_000, killSignal: "SIGKILL" });
  expect(said).toContain("the folder /proc/none/deep cannot be made");
});

test("another one is made with its folder, and without a file that nobody asked for", async () => {
  await using _journal = await openOrMake(findJournal("deep/er/j.db"));
  expect(fs.existsSync("deep/er/j.db")).toBe(true);
  expect(fs.existsSync("deep/er/.gitignore")).toBe(false);
});

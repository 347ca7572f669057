// - a journal has one writer; a second one, in any process, is refused at once and told who it is
// - the lock ends with its holder, however that ends, and not before
// - of many who try at once exactly one wins, whoever looks meanwhile
// - a path is one journal however it is written
// - what is wrong with the files is said, and a lock is never believed that is none
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sqliteJournal } from "../journal/sqlite-journal.ts";
import { WriterLock, writerOf } from "./writer-lock.ts";
import { OtherProcess } from "../writer-lock-process.fixture.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aitor-lock-"));
  path = join(folder, "a.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${folder}-link`, { force: true });
});

const isRoot = process.getuid?.() === 0;

function thrownBy(body: () => unknown): Record<string, unknown> {
  try {
    body();
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("it did not fail");
}

describe("one writer", () => {
  test("has the lock until it releases it", () => {
    const lock = WriterLock.acquire(path);
    expect(writerOf(path)).toEqual({ pid: process.pid });
    expect(readFileSync(`${path}.pid`, "utf8")).toBe(`${process.pid}\n`);
    lock.release();
    expect(writerOf(path)).toBeUndefined();
    expect(existsSync(`${path}.pid`)).toBe(false);
    WriterLock.acquire(path).release();
  });

  test("releases it once: a second time takes nothing from the next holder", () => {
    const first = WriterLock.acquire(path);
    first.release();
    using _second = WriterLock.acquire(path);
    first.release();
    expect(writerOf(path)).toEqual({ pid: process.pid });
  });

  test("is refused where it writes already itself", () => {
    using _lock = WriterLock.acquire(path);
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      code: "journal-locked",
      message: expect.stringContaining("is being written by this process already"),
      got: expect.stringContaining(`${process.pid}`),
      data: { path, pid: process.pid },
    });
    expect(writerOf(path)).toEqual({ pid: process.pid });
  });

  test("is refused where another process writes, and told which", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    expect(writerOf(path)).toEqual({ pid: other.pid });
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      code: "journal-locked",
      message: expect.stringContaining(`the journal ${path} is being written by another process`),
      expected: "one writer at a time",
      got: `process ${other.pid} holds it`,
      fix: expect.stringMatching(/stop that process.*aitor cancel.*access: "read"/),
      data: { path, pid: other.pid },
    });
    await other.do("release");
    WriterLock.acquire(path).release();
  });

  test("keeps it while others look, try and close", async () => {
    using _lock = WriterLock.acquire(path);
    await using other = new OtherProcess();
    for (let time = 0; time < 20; time++) {
      expect(writerOf(path)).toEqual({ pid: process.pid });
      thrownBy(() => WriterLock.acquire(path));
    }
    expect(await other.do("writer", path)).toBe(process.pid);
    await expect(other.do("acquire", path)).rejects.toMatchObject({ code: "journal-locked" });
  });

  test("leaves no files open", () => {
    const open = (): number => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);
    const round = (): void => {
      using _lock = WriterLock.acquire(path);
      for (let time = 0; time < 50; time++) writerOf(path);
      thrownBy(() => WriterLock.acquire(path));
    };
    round();
    const before = open();
    for (let time = 0; time < 10; time++) round();
    expect(open()).toBeLessThanOrEqual(before);
  });
});

describe("the lock ends with its holder:", () => {
  test("with kill -9; the pid file left behind means nothing", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    await other.kill();
    expect(readFileSync(`${path}.pid`, "utf8")).toBe(`${other.pid}\n`);
    expect(writerOf(path)).toBeUndefined();
    using _lock = WriterLock.acquire(path);
    expect(readFileSync(`${path}.pid`, "utf8")).toBe(`${process.pid}\n`);
  });

  test("with process.exit", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    other.start("exit");
    await other.exited();
    WriterLock.acquire(path).release();
  });

  test("with its thread", async () => {
    const program = `
      const { WriterLock } = await import(${JSON.stringify(new URL("./writer-lock.ts", import.meta.url).href)});
      WriterLock.acquire(${JSON.stringify(path)});
      require("node:worker_threads").parentPort.postMessage("held");
      setInterval(() => {}, 1_000);`;
    const worker = new Worker(`(async () => {${program}})()`, { eval: true });
    await once(worker, "message");
    expect(writerOf(path)).toEqual({ pid: process.pid });
    await worker.terminate();
    expect(writerOf(path)).toBeUndefined();
    WriterLock.acquire(path).release();
  });

  test("not while it is stopped", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    other.signal("SIGSTOP");
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      code: "journal-locked",
      data: { path, pid: other.pid },
    });
    expect(writerOf(path)).toEqual({ pid: other.pid });
  });

  test("not when its object is garbage", async () => {
    await using other = new OtherProcess("--expose-gc");
    await other.do("acquire", path);
    await other.do("collect");
    expect(writerOf(path)).toEqual({ pid: other.pid });
  });
});

describe("of many who try at once", () => {
  test("exactly one wins, each time", { timeout: 120_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const racers = Array.from({ length: 20 }, () => stack.use(new OtherProcess()));
    await Promise.all(racers.map((racer) => racer.do("writer", path)));
    for (let round = 0; round < 8; round++) {
      const at = Date.now() + 40;
      const results = await Promise.allSettled(racers.map((racer) => racer.do("race", path, at)));
      const winners = racers.filter((_, index) => results[index]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      expect(writerOf(path)).toEqual({ pid: winners[0]?.pid });
      for (const result of results) {
        if (result.status === "fulfilled") continue;
        expect(result.reason).toMatchObject({ code: "journal-locked" });
        expect((result.reason as { data: { pid?: number } }).data.pid).toBe(winners[0]?.pid);
      }
      await winners[0]?.do("release");
    }
  });

  test("nobody is refused because others look", { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const lookers = Array.from({ length: 4 }, () => stack.use(new OtherProcess()));
    await Promise.all(lookers.map((looker) => looker.do("writer", path)));
    for (const looker of lookers) looker.start("look", path);
    for (let time = 0; time < 200; time++) WriterLock.acquire(path).release();
  });
});

describe("a path is one journal", () => {
  test.each<[string, (path: string) => string]>([
    ["relative", (place) => relative(process.cwd(), place)],
    ["with dots", (place) => `${folder}/./b/../${place.slice(folder.length + 1)}`],
    ["through a link to the folder", (place) => linked(folder, `${folder}-link`) + place.slice(folder.length)],
    ["through a link to the file", (place) => linked(place, join(folder, "link.db"))],
    ["through a link to a link", () => linked(linked("a.db", join(folder, "one")), join(folder, "two"))],
  ])("written %s", (_, written) => {
    mkdirSync(join(folder, "b"));
    const other = written(path);
    for (const exists of [false, true]) {
      if (exists) writeFileSync(path, "");
      using lock = WriterLock.acquire(other);
      expect(lock.path).toBe(path);
      expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({ data: { path, pid: process.pid } });
      expect(writerOf(path)).toEqual({ pid: process.pid });
    }
  });

  test("and in a circle of links it is none", () => {
    linked(join(folder, "two"), join(folder, "one"));
    linked(join(folder, "one"), join(folder, "two"));
    expect(thrownBy(() => WriterLock.acquire(join(folder, "one")))).toMatchObject({
      code: "journal-unavailable",
      got: expect.stringContaining("ELOOP"),
    });
  });
});

describe("the pid file", () => {
  test.each<[string, (file: string) => void, string]>([
    ["is missing", (file) => rmSync(file), "which one is not known: "],
    ["is empty", (file) => writeFileSync(file, ""), "holds no pid"],
    ["holds no pid", (file) => writeFileSync(file, "fish\n"), "holds no pid"],
    ["holds zero, which is no process", (file) => writeFileSync(file, "0\n"), "holds no pid"],
    ["holds a group", (file) => writeFileSync(file, "-1\n"), "holds no pid"],
    ["is a folder", (file) => (rmSync(file), mkdirSync(file)), "cannot be read: EISDIR"],
  ])("%s: the refusal says so", (_, spoil, text) => {
    using _lock = WriterLock.acquire(path);
    spoil(`${path}.pid`);
    const error = thrownBy(() => WriterLock.acquire(path));
    expect(error).toMatchObject({ code: "journal-locked", got: expect.stringContaining(text), data: { path } });
    expect(error["data"]).toEqual({ path });
    expect(writerOf(path)).toEqual({ pid: undefined });
  });

  test("names a process that is not seen from here: the refusal says so", () => {
    using _lock = WriterLock.acquire(path);
    writeFileSync(`${path}.pid`, "4194305\n");
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      got: expect.stringContaining("another container"),
      data: { path, pid: 4_194_305 },
    });
  });

  test("cannot be written: the lock is not kept", () => {
    mkdirSync(`${path}.pid`);
    writeFileSync(join(`${path}.pid`, "x"), "");
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      code: "journal-unavailable",
      expected: expect.stringContaining(`${path}.pid`),
    });
    expect(writerOf(path)).toBeUndefined();
  });
});

describe("files that cannot be used:", () => {
  test("nobody writes where there is no lock file, and looking makes none", () => {
    expect(writerOf(path)).toBeUndefined();
    expect(writerOf(join(folder, "no", "folder", "a.db"))).toBeUndefined();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("a missing folder", () => {
    const file = join(folder, "no", "a.db");
    expect(thrownBy(() => WriterLock.acquire(file))).toMatchObject({
      code: "journal-unavailable",
      message: expect.stringContaining(file),
      got: expect.stringContaining("unable to open"),
      fix: expect.stringContaining("folder exists"),
    });
  });

  test("a folder as the lock file", () => {
    mkdirSync(`${path}.lock`);
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({ code: "journal-unavailable" });
    expect(thrownBy(() => writerOf(path))).toMatchObject({ code: "journal-unavailable" });
  });

  test("a lock file with something in it", () => {
    writeFileSync(`${path}.lock`, "someone else's file, long enough to be no database at all".repeat(10));
    expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
      code: "journal-unavailable",
      got: expect.stringContaining("not a database"),
      fix: expect.stringContaining("remove"),
    });
    expect(readFileSync(`${path}.lock`, "utf8")).toMatch(/^someone/);
  });

  test("a lock file that is another application's database is used, and not changed", () => {
    const db = new DatabaseSync(`${path}.lock`);
    db.exec("CREATE TABLE a (b)");
    db.close();
    const before = readFileSync(`${path}.lock`);
    const lock = WriterLock.acquire(path);
    expect(writerOf(path)).toEqual({ pid: process.pid });
    lock.release();
    expect(readFileSync(`${path}.lock`).equals(before)).toBe(true);
  });

  test("a lock file that may only be read: no lock that is none, and it is told whether somebody writes", async () => {
    await using other = new OtherProcess();
    const lock = WriterLock.acquire(path);
    chmodSync(folder, 0o777);
    chmodSync(`${path}.lock`, 0o444);
    if (isRoot) await other.do("drop");
    expect(await other.do("writer", path)).toBe(process.pid);
    await expect(other.do("acquire", path)).rejects.toMatchObject({ code: "journal-locked" });
    lock.release();
    expect(await other.do("writer", path)).toBeUndefined();
    await expect(other.do("acquire", path)).rejects.toMatchObject({
      code: "journal-unavailable",
      got: expect.stringContaining("readonly"),
      fix: expect.stringContaining("this user may write"),
    });
    chmodSync(`${path}.lock`, 0o644);
    WriterLock.acquire(path).release();
  });

  test("a folder that may only be read", async () => {
    await using other = new OtherProcess();
    chmodSync(folder, 0o555);
    if (isRoot) await other.do("drop");
    await expect(other.do("acquire", path)).rejects.toMatchObject({
      code: "journal-unavailable",
      fix: expect.stringContaining("this user may write"),
    });
    chmodSync(folder, 0o755);
  });

  test("a lock file that may not be read", async () => {
    await using other = new OtherProcess();
    WriterLock.acquire(path).release();
    chmodSync(folder, 0o755);
    chmodSync(`${path}.lock`, 0o600);
    if (isRoot) await other.do("drop");
    else chmodSync(`${path}.lock`, 0);
    await expect(other.do("writer", path)).rejects.toMatchObject({ code: "journal-unavailable" });
  });

  test.runIf(isRoot && canMount())("a file system that is read-only", () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", folder]);
    try {
      expect(thrownBy(() => WriterLock.acquire(path))).toMatchObject({
        code: "journal-unavailable",
        fix: expect.stringContaining("read-only"),
      });
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  test.runIf(isRoot && canMount())("a journal to be read, on a file system that is read-only", async () => {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
    try {
      await sqliteJournal(path).close();
      execFileSync("mount", ["-o", "remount,ro", folder]);
      const journal = sqliteJournal(path, { access: "read" });
      await expect(journal.figures()).rejects.toMatchObject({
        code: "journal-unavailable",
        fix: expect.stringContaining("use a copy"),
      });
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});

function linked(target: string, link: string): string {
  symlinkSync(target, link);
  return link;
}

function canMount(): boolean {
  try {
    execFileSync("unshare", ["-m", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

// A journal is opened where it can be, and nothing is made or changed where it cannot; each error says why and what to do.
// - a second process that would write is refused; readers in other processes read on while one writes, and are told of what
//   comes, from a file that nobody has open and from one whose writer was killed too
// - an older file is brought up to date in one transaction; a newer one, or another program's, is left as it is
// - a journal that has lost its end is opened only by those who accept that
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { examineJournal, sqliteJournal, type SqliteJournalOptions } from "./index.ts";
import { all, event, failure, newPath, numbers, removeJournals, until, Writer } from "./journal.fixture.ts";
import { migrate } from "./format/schema.ts";

afterAll(removeJournals);

async function refusal(path: string, options: SqliteJournalOptions = {}): ReturnType<typeof failure> {
  const journal = sqliteJournal(path, options);
  const error = await failure(() => journal.ready());
  expect(await failure(() => all(journal.read("a")))).toMatchObject({ code: error.code });
  expect(await failure(() => all(journal.heads()))).toMatchObject({ code: error.code });
  if (options.access !== "read") {
    expect(await failure(() => journal.append([event("a", 1)]))).toMatchObject({ code: error.code });
  }
  await journal.close();
  return error;
}

test("a bundle without the worker's file says what to leave outside of it", async () => {
  const outfile = join(dirname(newPath()), "bundled", "index.mjs");
  const entryPoints = [join(import.meta.dirname, "index.ts")];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "esm", logLevel: "error" });
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(outfile)});
    await sqliteJournal("a.db").ready().catch(({ code, fix }) => console.log(code, fix));`;
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: dirname(outfile) });
  expect(told.toString()).toMatch(/^journal-failed .* --external:aitor/);
});

test("a bundle of CommonJS can be loaded, and says what to leave outside of it when a journal is opened", async () => {
  const outfile = join(dirname(newPath()), "bundled", "index.cjs");
  const entryPoints = [join(import.meta.dirname, "index.ts")];
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
  const program = `
    const { sqliteJournal } = require(${JSON.stringify(outfile)});
    try { sqliteJournal("a.db"); } catch ({ code, fix }) { console.log(code, fix); }`;
  const told = execFileSync(process.execPath, ["--input-type=commonjs", "-e", program], { cwd: dirname(outfile) });
  expect(told.toString()).toMatch(/^journal-failed .* --external:aitor/);
});

test("a program that node --watch runs: there, Node tells which files the worker has loaded where the journal listens", () => {
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
    const journal = sqliteJournal(${JSON.stringify(newPath())});
    console.log(await journal.ready().then(() => "open"));
    await journal.close();`;
  // What `--watch` sets for its program.
  const env = { ...process.env, WATCH_REPORT_DEPENDENCIES: "1" };
  const told = execFileSync(process.execPath, ["--conditions=source", "--input-type=module", "-e", program], { env });
  expect(told.toString()).toBe("open\n");
});

test("a program that is a text: what Node was told to import before it is there in the worker, too", () => {
  const preload = `data:text/javascript,import { isMainThread } from "worker_threads"; if (!isMainThread) console.log("here")`;
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
    await using journal = sqliteJournal(${JSON.stringify(newPath())});
    await journal.ready();`;
  const told = execFileSync(process.execPath, ["--import", preload, "--input-type=module", "-e", program]);
  expect(told.toString()).toBe("here\n");
});

describe("a file that cannot be opened:", () => {
  test("none, where none is to be made", async () => {
    const path = newPath();
    for (const options of [{ create: false }, { access: "read" }, { access: "read", create: true }] as const) {
      expect(await refusal(path, options)).toMatchObject({ code: "journal-missing", data: { path } });
    }
    for (const empty of ["", "S"]) {
      writeFileSync(path, empty);
      expect(await refusal(path, { access: "read" })).toMatchObject({ code: "journal-missing" });
    }
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("in a folder that is none", async () => {
    const path = newPath();
    writeFileSync(path, "text");
    const missing = join(`${path}.missing`, "a.db");
    expect(await refusal(missing)).toMatchObject({ code: "journal-unavailable", got: `no folder ${dirname(missing)}` });
    expect(await refusal(join(path, "a.db"))).toMatchObject({ code: "journal-unavailable" });
    mkdirSync(`${path}.d`);
    expect(await refusal(`${path}.d`)).toMatchObject({ code: "journal-unavailable", got: "a folder" });
  });

  test("that is no database, or another program's", async () => {
    const text = newPath();
    writeFileSync(text, "this is not a database, and long enough to be looked at ".repeat(100));
    const before = readFileSync(text);
    expect(await refusal(text)).toMatchObject({ code: "journal-foreign" });
    expect(readFileSync(text).equals(before)).toBe(true);
    const other = newPath();
    const database = new DatabaseSync(other);
    database.exec("CREATE TABLE contacts (name TEXT)");
    database.close();
    const bytes = readFileSync(other);
    expect(await refusal(other)).toMatchObject({ code: "journal-foreign" });
    expect(await refusal(other, { access: "read" })).toMatchObject({ code: "journal-foreign" });
    expect(readFileSync(other).equals(bytes)).toBe(true);
    for (const file of [text, other]) {
      expect(readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))).toEqual([basename(file)]);
    }
  });

  test("since its making was cut short is missing to readers, and made by who writes", async () => {
    const path = newPath();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    expect(readFileSync(path)).not.toHaveLength(0);
    for (const options of [{ access: "read" }, { create: false }] as const) {
      expect(await refusal(path, options)).toMatchObject({ code: "journal-missing" });
    }
    expect(await failure(() => examineJournal(path))).toMatchObject({ code: "journal-missing" });
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    expect(numbers(await all(journal.read("a")))).toEqual([1]);
  });

  test("since a folder stands where its mark is to be", async () => {
    const path = newPath();
    mkdirSync(`${path}.mark`);
    const told = { code: "journal-unavailable", got: expect.stringContaining(`${path}.mark: EISDIR`) };
    for (const access of ["write", "read"] as const) expect(await refusal(path, { access })).toMatchObject(told);
    await sqliteJournal(`${path}.copy`).close();
    copyFileSync(`${path}.copy`, path);
    for (const access of ["write", "read"] as const) expect(await refusal(path, { access })).toMatchObject(told);
  });

  test("keeps no thread, though nobody closes its handle, and goes on saying why", async () => {
    const threads = (): number => (process.report.getReport() as { workers: readonly unknown[] }).workers.length;
    const before = threads();
    const handles = Array.from({ length: 5 }, () => sqliteJournal(join(newPath(), "a.db")));
    for (const handle of handles) await failure(() => handle.ready());
    await until(() => threads() <= before);
    for (const handle of handles) {
      expect(await failure(() => handle.append([event("a", 1)]))).toMatchObject({ code: "journal-unavailable" });
      expect(await failure(() => all(handle.read("a")))).toMatchObject({ code: "journal-unavailable" });
    }
  });

  test("and can be opened once the reason is gone", async () => {
    const path = join(`${newPath()}.d`, "a.db");
    expect(await refusal(path)).toMatchObject({ code: "journal-unavailable" });
    mkdirSync(dirname(path));
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
  });

  test("without permission", async () => {
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      await journal.append([event("a", 1)]);
    }
    chmodSync(path, 0o000);
    const other = new Writer("refused", path);
    await other.ends();
    expect(other.told).toHaveLength(2);
    for (const line of other.told) expect(JSON.parse(line)).toMatchObject({ code: "journal-unavailable" });
  });
});

describe("another process", () => {
  test("that would write is refused, and told by whom", async () => {
    const path = newPath();
    const holder = new Writer("hold", path);
    await holder.tells(1);
    expect(await refusal(path)).toMatchObject({ code: "journal-locked", data: { pid: holder.pid } });
    await holder.kill();
    await using journal = sqliteJournal(path);
    expect(numbers(await all(journal.read("held")))).toEqual([1]);
  });

  test("that writes it under another name, a hard link, is not joined; where nobody has it open any name will do", async () => {
    const [path, other] = [newPath(), newPath()];
    const holder = new Writer("hold", path);
    await holder.tells(1);
    linkSync(path, other);
    expect(await refusal(other)).toMatchObject({
      code: "journal-unavailable",
      got: expect.stringContaining("under another name"),
      fix: expect.stringContaining("journal backup"),
    });
    await holder.kill();
    await sqliteJournal(path).close();
    await using journal = sqliteJournal(other);
    expect(numbers(await all(journal.read("held")))).toEqual([1]);
    expect(await refusal(path)).toMatchObject({ got: expect.stringContaining("under another name") });
  });

  test("reads while one writes, and is told of what comes", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1), event("b", 2)]);
    const reader = new Writer("tail", path);
    await reader.tells(2);
    await journal.append([event("a", 3)]);
    await reader.tells(3);
    await Promise.all(Array.from({ length: 200 }, (_, n) => journal.append([event("c", n)])));
    await reader.tells(203);
    expect(reader.told.slice(0, 3)).toEqual(["a 1", "b 2", "a 3"]);
    expect(reader.told.map((line) => Number(line.split(" ")[1]))).toEqual(Array.from({ length: 203 }, (_, n) => n + 1));
  });

  test("that writes goes on while this one reads", async () => {
    const path = newPath();
    const writer = new Writer("append", path, "[1,1]");
    await writer.tells(10);
    await using journal = sqliteJournal(path, { access: "read" });
    let last = 0;
    while (last < 200) {
      const read = numbers(await all(journal.read("s0")));
      expect(read).toEqual(Array.from({ length: read.length }, (_, n) => n + 1));
      expect(read.length).toBeGreaterThanOrEqual(last);
      const [head] = await all(journal.heads({ stream: "s0" }));
      expect(Number(head?.state.slice(3))).toBeGreaterThanOrEqual(read.length);
      last = read.length;
    }
    await writer.kill();
    const told = writer.told.filter((line) => line.startsWith("0 ")).length;
    await until(async () => (await all(journal.read("s0"))).length >= told);
  });

  test("finds what a killed one left, though nobody writes any more", async () => {
    const path = newPath();
    const writer = new Writer("append", path, "[1]", "20");
    await writer.tells(21);
    await writer.kill();
    expect(existsSync(`${path}-wal`)).toBe(true);
    for (let n = 0; n < 2; n++) {
      await using journal = sqliteJournal(path, { access: "read" });
      expect(await all(journal.read("s0"))).toHaveLength(20);
    }
    await using journal = sqliteJournal(path);
    expect(await all(journal.read("s0"))).toHaveLength(20);
  });

  test("is told to all who read on, however far each is", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    await using reader = sqliteJournal(path, { access: "read" });
    const stop = new AbortController();
    const seen = [0, 2, 5, 40].map((from) => ({ from, seqs: [] as number[] }));
    const tails = seen.map(async ({ from, seqs }) => {
      for await (const { seq } of reader.tail(from, stop.signal)) seqs.push(seq);
    });
    for (let n = 2; n <= 40; n++) await journal.append([event("a", n)]);
    await until(() => seen.every(({ from, seqs }) => seqs.length >= Math.min(40, 41 - from)));
    stop.abort();
    await Promise.all(tails);
    expect(seen.map(({ seqs }) => seqs[0])).toEqual([1, 2, 5, 40]);
  });

  test("that reads ends when nobody reads on", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    await using reader = sqliteJournal(path, { access: "read" });
    const stop = new AbortController();
    const tail = all(reader.tail(0, stop.signal));
    await journal.append([event("a", 2)]);
    await until(async () => (await all(reader.read("a"))).length === 2);
    stop.abort();
    expect(numbers(await tail).length).toBeLessThanOrEqual(2);
  });
});

describe("versions", () => {
  const older = (database: DatabaseSync): void => {
    database.exec("CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO streams VALUES (1, 'a')");
  };
  const newer = (database: DatabaseSync): void => {
    database.exec("ALTER TABLE streams ADD COLUMN keep_until NUMERIC; UPDATE streams SET keep_until = 7");
  };

  function made(): { path: string; database: DatabaseSync } {
    const path = newPath();
    const database = new DatabaseSync(path);
    migrate(database, 0, [older]);
    return { path, database };
  }

  test("an older file is brought up to date", () => {
    const { database } = made();
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    migrate(database, 1, [older, newer]);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 2 });
    expect(database.prepare("SELECT * FROM streams").all()).toEqual([{ id: 1, name: "a", keep_until: 7 }]);
    database.close();
  });

  test("a step that fails leaves it as it was", () => {
    const { database } = made();
    const fails = (): never => {
      throw new Error("no");
    };
    expect(() => migrate(database, 1, [older, newer, fails])).toThrow("no");
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(database.prepare("SELECT * FROM streams").all()).toEqual([{ id: 1, name: "a" }]);
    database.close();
  });

  test("a process that is killed on the way leaves it as it was", async () => {
    const { path, database } = made();
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    const process = new Writer("migrate", path);
    await process.tells(1);
    await process.kill();
    const after = new DatabaseSync(path);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(after.prepare("SELECT * FROM streams").all()).toEqual([{ id: 1, name: "a" }]);
    migrate(after, 1, [older, newer]);
    after.close();
  });

  test("a stream whose name has a NUL is found where an older file has the name as a text", async ({ skip }) => {
    skip(process.versions.node.startsWith("24."), "up to 24.14, Node reads a text up to its first NUL");
    const path = newPath();
    const name = "a\0b";
    {
      await using journal = sqliteJournal(path);
      await journal.append([event(name, 1)]);
    }
    const database = new DatabaseSync(path);
    expect(database.prepare("UPDATE streams SET name = ?").run(name).changes).toBe(1);
    database.close();
    await using journal = sqliteJournal(path);
    await journal.append([event(name, 2)]);
    expect(numbers(await all(journal.read(name)))).toEqual([1, 2]);
    await journal.drop(name);
    expect(await all(journal.heads({}))).toEqual([]);
  });

  test("a newer file is left as it is", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    await journal.close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(await refusal(path)).toMatchObject({ code: "journal-version", got: "version 99" });
    expect(await refusal(path, { access: "read" })).toMatchObject({ code: "journal-version" });
  });
});

describe("a journal that has lost its end", () => {
  /** One whose last commits are in the log, without an end. */
  async function cut(share: number): Promise<string> {
    const path = newPath();
    const writer = new Writer("append", path, "[1]", "20");
    await writer.tells(21);
    await writer.kill();
    const log = `${path}-wal`;
    // Behind its end there is room for more.
    const length = readFileSync(log).findLastIndex((byte) => byte !== 0) + 1;
    truncateSync(log, Math.floor(length * share));
    return path;
  }

  test("is not opened, and says what is missing", async () => {
    const path = await cut(0.6);
    const error = await refusal(path);
    expect(error).toMatchObject({ code: "journal-corrupt", data: { marked: 40 } });
    expect(error.message).toMatch(/has lost events \d+ to 40/);
    expect(error.fix).toContain("acceptLoss: true");
    expect(await refusal(path, { access: "read" })).toMatchObject({ code: "journal-corrupt" });
  });

  test("keeps its log where it is refused: what stands behind the damage can be saved from that alone", async () => {
    const path = await cut(1);
    const log = readFileSync(`${path}-wal`);
    log[log.indexOf("step#7")] = 0;
    writeFileSync(`${path}-wal`, log);
    const before = readFileSync(path);
    for (const access of ["write", "read", "write"] as const) {
      expect(await refusal(path, { access })).toMatchObject({ code: "journal-corrupt" });
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    }
  });

  test.each([0, 1])("keeps its log where its file has %i bytes, beside which SQLite deletes it", async (size) => {
    const path = await cut(1);
    const log = readFileSync(`${path}-wal`);
    truncateSync(path, size);
    for (const access of ["write", "read"] as const) {
      expect(await refusal(path, { access })).toMatchObject({ code: "journal-corrupt", data: { marked: 40, last: 0 } });
      expect(readFileSync(path)).toHaveLength(size);
      expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    }
  });

  test("is opened by those who accept it, and goes on", async () => {
    const path = await cut(0.6);
    {
      await using reader = sqliteJournal(path, { access: "read", acceptLoss: true });
      expect((await all(reader.read("s0"))).length).toBeGreaterThan(3);
    }
    {
      await using journal = sqliteJournal(path, { acceptLoss: true });
      const kept = numbers(await all(journal.read("s0")));
      expect(kept.length).toBeLessThan(20);
      expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => n + 1));
      const next = event("s0", 100);
      await journal.append([next]);
      expect(next.seq).toBe(41);
    }
    await using journal = sqliteJournal(path);
    expect(numbers(await all(journal.read("s0"))).at(-1)).toBe(100);
    for await (const { seq } of journal.tail(0, new AbortController().signal)) if (seq === 41) break;
  });

  test("is one whose file is empty or gone, too", async () => {
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      await journal.append([event("a", 1)]);
    }
    copyFileSync(path, `${path}.copy`);
    truncateSync(path, 0);
    expect(await refusal(path)).toMatchObject({ code: "journal-corrupt", got: "a journal without events" });
    expect(readFileSync(path)).toHaveLength(0);
    rmSync(path);
    expect(await refusal(path)).toMatchObject({ code: "journal-corrupt", got: "a journal without events" });
    expect(await refusal(path, { access: "read" })).toMatchObject({ code: "journal-corrupt" });
    expect(existsSync(path)).toBe(false);
    execFileSync("cp", [`${path}.copy`, path]);
    await using journal = sqliteJournal(path);
    expect(await all(journal.read("a"))).toHaveLength(1);
  });

  test("is one whose log is gone before anything was in the file, too", async () => {
    const path = newPath();
    const writer = new Writer("append", path, "[1]", "2");
    await writer.tells(3);
    await writer.kill();
    rmSync(`${path}-wal`);
    const file = readFileSync(path);
    for (const access of ["write", "read"] as const) {
      expect(await refusal(path, { access })).toMatchObject({ code: "journal-corrupt", data: { marked: 4, last: 0 } });
    }
    expect(readFileSync(path).equals(file)).toBe(true);
    await using journal = sqliteJournal(path, { acceptLoss: true });
    await journal.append([event("a", 1)]);
    expect((await all(journal.read("a")))[0]?.seq).toBe(5);
  });

  test("is one that lost only a change without an event, too", async () => {
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      await journal.append([event("a", 1)]);
    }
    copyFileSync(path, `${path}.copy`);
    {
      await using journal = sqliteJournal(path);
      await journal.append([], { heads: [{ stream: "a", kind: "run", state: "done" }] });
    }
    copyFileSync(`${path}.copy`, path);
    expect(await refusal(path)).toMatchObject({ code: "journal-corrupt" });
  });

  test("cannot be told where its mark is damaged", async () => {
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      await journal.append([event("a", 1)]);
    }
    writeFileSync(`${path}.mark`, "something else");
    expect(await refusal(path)).toMatchObject({ code: "journal-corrupt" });
    {
      await using journal = sqliteJournal(path, { acceptLoss: true });
      expect(await all(journal.read("a"))).toHaveLength(1);
    }
    await using journal = sqliteJournal(path);
    expect(await all(journal.read("a"))).toHaveLength(1);
  });
});

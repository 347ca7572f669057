// - commands are handed over in order of arrival, each once by a reader; what was not acknowledged comes again to the next
// - a command's first outcome stays, for an hour
// - what cannot be written now is written later; nothing throws but `take`, and only with what an operator must know
// - a damaged or foreign file is an error, is left as it is, and is used no longer once another stands there
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { random } from "../../../test/random.ts";
import { AitorError, isAitorError, recordError } from "../../base/index.ts";
import { InboxReader } from "./inbox.ts";
import { commandSum, isNew, openInbox } from "./inbox-file.ts";
import { OtherProcess } from "../writer-lock-process.fixture.ts";

let folder: string;
let path: string;
let file: string;
const readers = new Set<InboxReader>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aitor-inbox-"));
  path = join(folder, "a.db");
  file = `${path}.inbox`;
});
afterEach(() => {
  for (const reader of readers) reader.close();
  readers.clear();
  rmSync(folder, { recursive: true, force: true });
});

function reader(): InboxReader {
  const made = new InboxReader(path);
  readers.add(made);
  return made;
}

/** Puts commands into the inbox, as a sender does. */
function put(ids: readonly string[], data: string | null = "1"): void {
  const db = openInbox(path);
  db.exec("BEGIN IMMEDIATE");
  for (const id of ids) {
    const sum = commandSum({ id, type: "test", data });
    db.prepare("INSERT INTO command (id, type, data, sum) VALUES (?, 'test', ?, ?)").run(id, data, sum);
  }
  db.exec("COMMIT");
  db.close();
}

function sql(text: string): Record<string, unknown>[] {
  const db = new DatabaseSync(file);
  const rows = db.prepare(text).all();
  db.close();
  return rows;
}

const outcomeOf = (id: string): unknown => {
  const text = sql(`SELECT outcome FROM command WHERE id = '${id}'`)[0]?.["outcome"];
  return typeof text === "string" ? (JSON.parse(text) as unknown) : text;
};
const idsOf = (inbox: InboxReader): string[] => inbox.take().map(({ id }) => id);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

function thrownBy(body: () => unknown): Record<string, unknown> {
  try {
    body();
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("it did not fail");
}

describe("commands", () => {
  test("are none where nobody sent any, and no file is made", () => {
    const inbox = reader();
    expect(inbox.take()).toEqual([]);
    inbox.close();
    expect(existsSync(file)).toBe(false);
  });

  test("come in order of arrival, once", () => {
    const inbox = reader();
    put(["b", "a"]);
    put(["c"]);
    expect(inbox.take()).toEqual(["b", "a", "c"].map((id) => ({ id, type: "test", data: 1 })));
    expect(inbox.take()).toEqual([]);
    put(["0"]);
    expect(idsOf(inbox)).toEqual(["0"]);
  });

  test("come again to the next reader where they were not acknowledged, after a crash", async () => {
    put(["a", "b", "c"]);
    await using other = new OtherProcess();
    expect((await other.do("take", path)).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    await other.kill();
    const second = reader();
    expect(idsOf(second)).toEqual(["a", "b", "c"]);
    second.acknowledge("b", { value: 1 });
    expect(idsOf(reader())).toEqual(["a", "c"]);
  });

  test("come 1,000 at a time", () => {
    const ids = names(2_500);
    put(ids);
    const inbox = reader();
    const parts = [idsOf(inbox), idsOf(inbox), idsOf(inbox), idsOf(inbox)];
    expect(parts.map((part) => part.length)).toEqual([1_000, 1_000, 500, 0]);
    expect(parts.flat()).toEqual(ids);
  });

  test.each([
    [null, undefined],
    ["null", null],
    ['"ü\\u0000\\ud800"', "ü\0\ud800"],
    [JSON.stringify("x".repeat(3_000_000)), "x".repeat(3_000_000)],
  ])("carry any JSON value", (text, data) => {
    put(["a"], text);
    expect(reader().take()[0]?.data).toEqual(data);
  });

  test("that nobody can read are answered with an error, and the others come", () => {
    put(["a"]);
    put(["b"], "{not json");
    put(["c"]);
    expect(idsOf(reader())).toEqual(["a", "c"]);
    expect(outcomeOf("b")).toMatchObject({ error: { code: "command-failed", data: { id: "b" } } });
  });

  test.each([
    ["their type", "type = 'tess'"],
    ["their data", "data = '2'"],
  ])("that were altered in %s are answered with an error, and not carried out", (_, change) => {
    put(["a", "b"]);
    sql(`UPDATE command SET ${change} WHERE id = 'a'`);
    expect(idsOf(reader())).toEqual(["b"]);
    expect(outcomeOf("a")).toMatchObject({ error: { code: "command-failed", data: { id: "a" } } });
  });

  test("of a closed reader are none", () => {
    put(["a"]);
    const inbox = reader();
    inbox.close();
    inbox.close();
    expect(inbox.take()).toEqual([]);
    inbox.acknowledge("a", { value: 1 });
    expect(outcomeOf("a")).toBeNull();
  });
});

describe("an outcome", () => {
  test("is what its sender reads", () => {
    put(["a", "b", "c"]);
    const inbox = reader();
    inbox.take();
    inbox.acknowledge("a", { value: { done: [1, "two"] } });
    inbox.acknowledge("b", { value: undefined });
    inbox.acknowledge("c", { error: recordError(new AitorError({ code: "x", message: "no", fix: "wait" })) });
    expect(outcomeOf("a")).toEqual({ value: { done: [1, "two"] } });
    expect(outcomeOf("b")).toEqual({});
    expect(outcomeOf("c")).toMatchObject({ error: { aitor: true, code: "x", message: "no", fix: "wait" } });
  });

  test("is the first one", () => {
    put(["a"]);
    const inbox = reader();
    inbox.take();
    inbox.acknowledge("a", { value: 1 });
    inbox.acknowledge("a", { value: 2 });
    reader().acknowledge("a", { value: 3 });
    expect(outcomeOf("a")).toEqual({ value: 1 });
  });

  test.each<[string, unknown]>([
    ["a bigint", 1n],
    ["a date", new Date(0)],
    ["a function", () => 1],
  ])("that is %s is an error for the sender", (_, value) => {
    put(["a"]);
    const inbox = reader();
    inbox.take();
    inbox.acknowledge("a", { value });
    expect(outcomeOf("a")).toMatchObject({ error: { code: "not-json" } });
  });

  test("of a command that is not there does nothing", () => {
    const inbox = reader();
    inbox.acknowledge("never", { value: 1 });
    put(["a"]);
    expect(idsOf(inbox)).toEqual(["a"]);
    inbox.acknowledge("never", { value: 1 });
    expect(sql("SELECT id FROM command")).toEqual([{ id: "a" }]);
  });

  test("stays for an hour", () => {
    put(["old", "young", "open"]);
    const inbox = reader();
    inbox.take();
    inbox.acknowledge("old", { value: 1 });
    inbox.acknowledge("young", { value: 1 });
    sql("UPDATE command SET ended = ended - 3700000 WHERE id = 'old'");
    sql("UPDATE command SET ended = ended - 3500000 WHERE id = 'young'");
    for (const id of names(100)) put([id]);
    for (const { id } of inbox.take()) inbox.acknowledge(id, { value: 1 });
    const left = sql("SELECT id FROM command").map(({ id }) => id);
    expect(left).toHaveLength(102);
    expect(left).toEqual(expect.arrayContaining(["young", "open"]));
  });

  test("takes the place of what was asked, and an hour later nothing of the two is left", () => {
    put(["a"], '"what nobody else is to read"');
    const inbox = reader();
    inbox.take();
    inbox.acknowledge("a", { value: "what it came to" });
    expect(sql("SELECT data FROM command")).toEqual([{ data: null }]);
    expect(outcomeOf("a")).toEqual({ value: "what it came to" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_700_000 });
    inbox.look();
    vi.useRealTimers();
    for (const each of [file, `${file}-wal`]) {
      const bytes = readFileSync(each);
      expect([bytes.includes("nobody else"), bytes.includes("came to")]).toEqual([false, false]);
    }
  });

  test("makes room for newer ones beyond 10,000", () => {
    const db = openInbox(path);
    const now = Date.now() - 1_000;
    db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
      INSERT INTO command (id, type, sum, outcome, ended) SELECT 'e' || i, 'test', 0, '{}', ${now} FROM n`);
    db.close();
    put(["a", "open"]);
    const inbox = reader();
    inbox.take();
    expect(sql("SELECT count(*) AS kept FROM command WHERE ended IS NOT NULL")).toEqual([{ kept: 10_000 }]);
    inbox.acknowledge("a", { value: 1 });
    expect(outcomeOf("a")).toEqual({ value: 1 });
    expect(outcomeOf("open")).toBeNull();
    expect(outcomeOf("e500")).toBeUndefined();
  });
});

describe("while another process has the inbox locked", () => {
  let other: DatabaseSync;
  beforeEach(() => {
    put(["a"]);
    other = new DatabaseSync(file);
  });
  afterEach(() => {
    if (other.isOpen) other.close();
  });

  test("commands wait, and come later", () => {
    const inbox = reader();
    other.exec("BEGIN IMMEDIATE");
    expect(inbox.take()).toEqual([]);
    other.exec("COMMIT");
    expect(idsOf(inbox)).toEqual(["a"]);
  });

  test("outcomes wait, and are written by a later take", () => {
    const inbox = reader();
    inbox.take();
    other.exec("BEGIN IMMEDIATE");
    inbox.acknowledge("a", { value: 1 });
    expect(inbox.take()).toEqual([]);
    expect(outcomeOf("a")).toBeNull();
    other.exec("COMMIT");
    expect(inbox.take()).toEqual([]);
    expect(outcomeOf("a")).toEqual({ value: 1 });
  });

  test("outcomes are written at the end, too", () => {
    const inbox = reader();
    inbox.take();
    other.exec("BEGIN IMMEDIATE");
    inbox.acknowledge("a", { value: 1 });
    other.exec("COMMIT");
    inbox.close();
    expect(outcomeOf("a")).toEqual({ value: 1 });
  });

  test("for long, that is an error, and it goes on afterwards", () => {
    const inbox = reader();
    inbox.take();
    put(["b"]);
    other.exec("BEGIN IMMEDIATE");
    inbox.acknowledge("a", { value: 1 });
    const errors: unknown[] = [];
    for (let poll = 0; poll < 100; poll++) {
      try {
        expect(inbox.take()).toEqual([]);
      } catch (error) {
        errors.push(error);
      }
    }
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({ code: "command-failed", fix: expect.stringContaining("does not go on") });
    other.exec("COMMIT");
    expect(idsOf(inbox)).toEqual(["b"]);
    expect(outcomeOf("a")).toEqual({ value: 1 });
  });
});

describe("a file that is no inbox", () => {
  test.each<[string, () => void, object]>([
    [
      "is a text",
      () => writeFileSync(file, "hello ".repeat(1_000)),
      { got: expect.stringContaining("not a database"), fix: expect.stringContaining("remove") },
    ],
    [
      "is another application's database",
      () => sql("CREATE TABLE theirs (a)"),
      { got: "a database of another application", fix: expect.stringContaining("remove") },
    ],
    [
      "is of another version",
      () => {
        openInbox(path).close();
        sql("PRAGMA user_version = 3");
      },
      { got: "one of version 3", expected: "an inbox of version 2" },
    ],
    [
      "lacks its table",
      () => {
        openInbox(path).close();
        sql("DROP TABLE command");
      },
      { got: expect.stringContaining("no such table"), fix: expect.stringContaining("remove") },
    ],
    ["is a folder", () => mkdirSync(file), { fix: expect.stringContaining("make sure") }],
  ])("because it %s is an error each time, until it is gone", (_, make, error) => {
    make();
    const before = existsSync(file) && isFile() ? readFileSync(file) : undefined;
    const inbox = reader();
    for (let poll = 0; poll < 3; poll++) {
      const thrown = thrownBy(() => inbox.take());
      expect(thrown).toMatchObject({ code: "command-failed", message: expect.stringContaining(folder), ...error });
    }
    if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true);
    rmSync(file, { recursive: true });
    expect(inbox.take()).toEqual([]);
    put(["a"]);
    expect(idsOf(inbox)).toEqual(["a"]);
  });

  test("because it is empty is made one", () => {
    writeFileSync(file, "");
    const inbox = reader();
    expect(inbox.take()).toEqual([]);
    put(["a"]);
    expect(idsOf(inbox)).toEqual(["a"]);
  });

  test("yet, because another process is just making it, is no other application's", () => {
    const empty = new DatabaseSync(file);
    empty.exec("PRAGMA journal_mode = WAL");
    empty.close();
    /** Somebody makes the inbox between two of its reads. */
    class Interrupted extends DatabaseSync {
      override prepare(text: string): ReturnType<DatabaseSync["prepare"]> {
        if (text.includes("user_version")) put(["a"]);
        return super.prepare(text);
      }
    }
    const db = new Interrupted(file);
    expect(isNew(db, file)).toBe(true);
    db.close();
    expect(idsOf(reader())).toEqual(["a"]);
  });

  test("any more is not used: the one that stands there now is", () => {
    put(["a"]);
    const inbox = reader();
    expect(idsOf(inbox)).toEqual(["a"]);
    renameSync(file, `${file}.old`);
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
    expect(inbox.take()).toEqual([]);
    put(["b"]);
    expect(idsOf(inbox)).toEqual(["b"]);
    inbox.acknowledge("b", { value: 1 });
    expect(outcomeOf("b")).toEqual({ value: 1 });
  });
});

test("a damaged file is an error or gives what it holds: nothing else happens", { timeout: 60_000 }, () => {
  put(names(60), JSON.stringify("data ".repeat(40)));
  const whole = readFileSync(file);
  const next = random(7);
  const seen = { errors: 0, given: 0 };
  for (let round = 0; round < 120; round++) {
    const damaged = Buffer.from(whole);
    for (let flip = 0; flip <= round % 4; flip++) {
      const at = Math.floor(next() * (round % 2 === 0 ? damaged.length : 200));
      damaged[at] = (damaged[at] as number) ^ (1 << Math.floor(next() * 8));
    }
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
    writeFileSync(file, damaged);
    if (round % 5 === 0) truncateSync(file, Math.floor(next() * damaged.length));
    const inbox = new InboxReader(path);
    try {
      for (const { id } of inbox.take()) {
        seen.given++;
        inbox.acknowledge(id, { value: 1 });
      }
      inbox.take();
    } catch (error) {
      seen.errors++;
      expect(isAitorError(error, "command-failed")).toBe(true);
    }
    inbox.close();
  }
  expect(seen.errors).toBeGreaterThan(10);
  expect(seen.given).toBeGreaterThan(500);
});

function isFile(): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

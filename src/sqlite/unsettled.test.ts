// A commit leaves the rows of the streams that it adds to as they are; now and then one settles them all. What is newer than
// that is read from the records
// - by who opens a journal whose writer was killed: all is there, and damage to it is found
// - by others while it is being written: they see each stream as its writer does
import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { EventEnvelope } from "../base/index.ts";
import type { Head } from "../journal/index.ts";
import { verifyHere } from "./damage.fixture.ts";
import { type SqliteJournal, sqliteJournal } from "./index.ts";
import { all, event, failure, newPath, numbers, removeJournals, until } from "./journal.fixture.ts";
import { journalSettings } from "./format/settings.ts";

afterAll(removeJournals);

const STREAMS = ["a", "b", "c"];

/** Each stream gets a head with its first event, and events after that, one commit for each round. */
async function write(journal: SqliteJournal, rounds: number): Promise<void> {
  for (let n = 1; n <= rounds; n++) {
    const heads = n === 1 ? STREAMS.map((stream) => ({ stream, kind: "run", state: "running" })) : [];
    await journal.append(
      STREAMS.flatMap((stream) => [event(stream, 2 * n - 1), event(stream, 2 * n)]),
      { heads },
    );
  }
}

/** What a writer leaves that is killed after so many rounds. */
async function left(rounds: number): Promise<string> {
  const path = newPath();
  const copy = newPath();
  await using journal = sqliteJournal(path);
  await write(journal, rounds);
  for (const suffix of ["", "-wal", ".mark"]) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

function sql(path: string, statement: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(statement).all();
  } finally {
    database.close();
  }
}

function ends(heads: readonly Head[]): unknown[] {
  return heads.map(({ stream, last, lastAt }) => ({ stream, last, lastAt }));
}

const after10 = STREAMS.map((stream, index) => ({ stream, last: 56 + 2 * index, lastAt: 1_020 }));

test("rows are settled now and then, and when the journal is closed", async () => {
  const unsettled = await left(10);
  expect(sql(unsettled, "SELECT settled FROM counters")).toEqual([{ settled: 0 }]);
  expect(sql(unsettled, "SELECT last FROM streams")).toEqual([{ last: 2 }, { last: 4 }, { last: 6 }]);
  const settled = await left(256);
  expect(sql(settled, "SELECT settled FROM counters")).toEqual([{ settled: 256 * 6 }]);
  expect(sql(settled, "SELECT last FROM streams WHERE name = 'c'")).toEqual([{ last: 256 * 6 }]);
  const path = newPath();
  {
    await using journal = sqliteJournal(path);
    await write(journal, 10);
  }
  expect(sql(path, "SELECT settled FROM counters")).toEqual([{ settled: 60 }]);
});

describe("what is not settled", () => {
  test("is there for who opens it next, and settled by him", async () => {
    const path = await left(10);
    {
      await using reader = sqliteJournal(path, { access: "read" });
      expect(ends(await all(reader.heads()))).toEqual(after10);
      expect(numbers(await all(reader.read("b")))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    }
    {
      await using journal = sqliteJournal(path);
      expect(ends(await all(journal.heads({ stream: "a" })))).toEqual(after10.slice(0, 1));
      await journal.append([event("a", 21)], { expect: { a: 56 } });
      expect(numbers(await all(journal.read("a"))).at(-1)).toBe(21);
    }
    expect(sql(path, "SELECT last FROM streams")).toEqual([{ last: 61 }, { last: 58 }, { last: 60 }]);
  });

  test("is seen by others while it is being written", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await write(journal, 1);
    await using reader = sqliteJournal(path, { access: "read" });
    for (let n = 3; n < 600; n++) {
      await journal.append([event(STREAMS[n % 3] as string, n)]);
      if (n % 20 > 0 && n > 10) continue;
      expect(await all(reader.heads())).toEqual(await all(journal.heads()));
      expect(await all(reader.read("b", n - 30))).toEqual(await all(journal.read("b", n - 30)));
    }
  });

  test("is dropped as any other", async () => {
    const path = await left(10);
    await using journal = sqliteJournal(path);
    await journal.drop("b");
    await until(async () => (await journal.figures()).events === 40);
    await journal.append([event("b", 1)], { expect: { b: 0 } });
    const seen: number[] = [];
    for await (const { seq } of journal.tail(0, new AbortController().signal)) if (seen.push(seq) === 41) break;
    expect(seen.at(-1)).toBe(61);
  });
});

test("begins anew as any other", async () => {
  const path = await left(10);
  {
    await using journal = sqliteJournal(path);
    const [{ seq: last }] = (await all(journal.read("b"))).slice(-1) as [EventEnvelope];
    await journal.append([event("b", 1), event("a", 99)], { restart: ["b"], expect: { b: last } });
    await journal.append([event("b", 2)]);
  }
  expect(await verifyHere(journalSettings(path, { access: "read" }))).toMatchObject({ events: 43 });
  await using journal = sqliteJournal(path);
  expect(numbers(await all(journal.read("b")))).toEqual([1, 2]);
  expect(numbers(await all(journal.read("a"))).at(-1)).toBe(99);
});

describe("damage to it is told when the journal is opened, and to those who accept it and read on:", () => {
  test.each([
    ["a record removed", "DELETE FROM records WHERE seq = 25", "a"],
    ["a record altered", "UPDATE records SET events = replace(events, 'step#9', 'step#8') WHERE seq = 25", "a"],
    ["a record left out", "UPDATE records SET prev = 13 WHERE seq = 25", "a"],
    ["another number of events", "UPDATE records SET last = 25 WHERE seq = 25", "a"],
    ["a stream's row removed", "DELETE FROM streams WHERE name = 'a'", "a"],
  ])("%s", async (_, statement, stream) => {
    const path = await left(10);
    const seq = sql(path, `SELECT seq FROM records WHERE stream = 1 LIMIT 1 OFFSET 4`)[0]?.["seq"];
    expect(seq).toBe(25);
    sql(path, statement);
    {
      await using journal = sqliteJournal(path);
      expect(await failure(() => journal.ready())).toMatchObject({ code: "journal-corrupt" });
    }
    {
      await using journal = sqliteJournal(path, { acceptLoss: true });
      expect(numbers(await all(journal.read("b")))).toHaveLength(20);
      await journal.append([event("b", 21)]);
    }
    await using journal = sqliteJournal(path, { acceptLoss: true });
    expect(numbers(await all(journal.read("b")))).toHaveLength(21);
    expect(await failure(() => all(journal.tail(0, new AbortController().signal)))).toMatchObject({
      code: "journal-corrupt",
    });
    if (!statement.startsWith("DELETE FROM streams")) {
      expect(await failure(() => all(journal.read(stream)))).toMatchObject({ code: "journal-corrupt" });
      await journal.drop(stream);
      expect(await all(journal.heads({ stream }))).toEqual([]);
    }
  });

  test("a row that the disk lost the last write of", async () => {
    const path = await left(300);
    sql(
      path,
      `UPDATE streams SET (last, last_record, last_check, sum) = (
         SELECT last, seq, record_check, 0 FROM records WHERE stream = 1 LIMIT 1 OFFSET 200
       ) WHERE id = 1`,
    );
    await using journal = sqliteJournal(path);
    expect(await failure(() => journal.ready())).toMatchObject({ code: "journal-corrupt" });
  });
});

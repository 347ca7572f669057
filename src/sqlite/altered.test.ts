// Somebody changes the rows of a journal with SQL: an event is removed, altered, moved, doubled or hidden. Whoever reads it
// is told of which stream and event; other streams are read as before; a damaged stream can be dropped.
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { sqliteJournal } from "./index.ts";
import { all, event, failure, newPath, numbers, removeJournals, until } from "./journal.fixture.ts";

afterAll(removeJournals);

/** Streams a and b take turns: events 1, 3, 5 … and 2, 4, 6 …, ten each. */
async function altered(sql: string): Promise<string> {
  const path = newPath();
  {
    await using journal = sqliteJournal(path);
    for (let n = 1; n <= 10; n++) {
      const heads = ["a", "b"].map((stream) => ({ stream, kind: "run", state: `at ${n}` }));
      await journal.append([event("a", n), event("b", n)], { heads });
    }
    await journal.snapshots.put("a", { seq: 3, state: "three" });
    await journal.snapshots.put("a", { seq: 5, state: "five" });
  }
  const database = new DatabaseSync(path);
  expect(database.prepare(sql).run().changes).not.toBe(0);
  database.close();
  return path;
}

describe("reading tells of", () => {
  test.each([
    ["the first event removed", "DELETE FROM records WHERE seq = 1", 1],
    ["one in the middle removed", "DELETE FROM records WHERE seq = 9", 9],
    ["the last one removed", "DELETE FROM records WHERE seq = 19", 19],
    ["all removed", "DELETE FROM records WHERE stream = 1", 19],
    ["data altered", "UPDATE records SET events = replace(events, '{\"n\":5}', '{\"n\":6}') WHERE seq = 9", 9],
    ["a time altered", "UPDATE records SET events = replace(events, '1005', '1006') WHERE seq = 9", 9],
    ["the last time altered", "UPDATE records SET events = replace(events, '1010', '1011') WHERE seq = 19", 19],
    ["a key altered", "UPDATE records SET events = replace(events, 'step#5', 'other') WHERE seq = 9", 9],
    ["a run altered", "UPDATE records SET events = replace(events, ',0,', ',\"other\",') WHERE seq = 9", 9],
    ["a type altered", "UPDATE records SET events = replace(events, 'happened', 'other') WHERE seq = 9", 9],
    ["another number of events", "UPDATE records SET last = 10 WHERE seq = 9", 9],
    ["a space added", "UPDATE records SET events = ' ' || events WHERE seq = 9", 9],
    ["an event left out of the chain", "UPDATE records SET prev = 5 WHERE seq = 9", 9],
    ["an event moved to another stream", "UPDATE records SET stream = 2 WHERE seq = 9", 9],
    ["an event moved to another place", "UPDATE records SET seq = 0 WHERE seq = 9", 9],
    ["another beginning", "UPDATE streams SET first = 3 WHERE id = 1", undefined],
    ["a bad encoding", "UPDATE records SET events = x'09' WHERE seq = 9", 9],
    ["bad compression", "UPDATE records SET events = x'28b52ffd' WHERE seq = 9", 9],
  ])("%s", async (_, sql, seq) => {
    const path = await altered(sql);
    await using journal = sqliteJournal(path);
    const error = await failure(() => all(journal.read("a")));
    expect(error).toMatchObject({ code: "journal-corrupt", data: { path, stream: "a", ...(seq && { seq }) } });
    expect(error.fix).toContain("backup");
    expect(numbers(await all(journal.read("b")))).toHaveLength(10);
  });

  test("an end that was moved back", async () => {
    for (const sql of [
      "UPDATE streams SET last = 17 WHERE id = 1",
      "UPDATE streams SET (last, last_record, last_check) = (SELECT last, seq, record_check FROM records WHERE seq = 17) WHERE id = 1",
    ]) {
      const path = await altered(sql);
      {
        await using journal = sqliteJournal(path);
        const error = await failure(() => journal.ready());
        expect(error).toMatchObject({ code: "journal-corrupt", got: 'stream "a" ends before its event 19' });
        expect(error.fix).toContain("acceptLoss: true");
      }
      await using journal = sqliteJournal(path, { acceptLoss: true });
      expect(await all(journal.read("b"))).toHaveLength(10);
      expect(await failure(() => all(journal.tail(0, new AbortController().signal)))).toMatchObject({
        code: "journal-corrupt",
        data: { seq: 19 },
      });
    }
  });

  test("an event that is hidden from its stream only is told of when all are read", async () => {
    const path = await altered("DELETE FROM records WHERE seq = 20");
    await using journal = sqliteJournal(path);
    expect(await failure(() => all(journal.tail(0, new AbortController().signal)))).toMatchObject({
      code: "journal-corrupt",
    });
  });

  test("a stream that its index does not find any more", async () => {
    const name = "stream with a name that nothing else has";
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      await journal.append([event(name, 1)]);
    }
    const whole = readFileSync(path);
    const places: number[] = [];
    for (let at = whole.indexOf(name); at !== -1; at = whole.indexOf(name, at + 1)) places.push(at);
    expect(places).toHaveLength(2);
    for (const place of places) {
      const bytes = Buffer.from(whole);
      bytes[place] = (bytes[place] as number) ^ 1;
      writeFileSync(path, bytes);
      await using journal = sqliteJournal(path);
      expect(await failure(() => all(journal.read(name)))).toMatchObject({ code: "journal-corrupt" });
    }
  });

  test("a head that was altered", async () => {
    for (const sql of [
      "UPDATE streams SET state = 'at 11' WHERE id = 1",
      "UPDATE streams SET ended = 1 WHERE id = 1",
      "UPDATE streams SET last_at = 7 WHERE id = 1",
      "UPDATE streams SET kind = NULL WHERE id = 1",
    ]) {
      await using journal = sqliteJournal(await altered(sql));
      expect(await failure(() => all(journal.heads()))).toMatchObject({
        code: "journal-corrupt",
        data: { stream: "a" },
      });
    }
  });

  test("a snapshot that was altered or is missing", async () => {
    for (const sql of [
      "UPDATE snapshots SET state = replace(state, 'five', 'four') WHERE seq = 5",
      "UPDATE snapshots SET seq = 6 WHERE seq = 5",
      "DELETE FROM snapshots WHERE seq = 5",
    ]) {
      await using journal = sqliteJournal(await altered(sql));
      expect(await failure(() => journal.snapshots.get("a"))).toMatchObject({ code: "journal-corrupt" });
    }
  });
});

test("nothing is appended to a damaged stream, and nothing after that", async () => {
  await using journal = sqliteJournal(await altered("DELETE FROM records WHERE seq = 19"));
  await journal.append([event("b", 11)]);
  for (const stream of ["a", "b"]) {
    expect(await failure(() => journal.append([event(stream, 11)]))).toMatchObject({ code: "journal-corrupt" });
  }
});

test("a damaged stream is dropped, whatever its damage", async () => {
  for (const sql of [
    "DELETE FROM records WHERE seq = 9",
    "DELETE FROM records WHERE seq IN (5, 7, 9, 13)",
    "DELETE FROM records WHERE seq = 19",
    "UPDATE streams SET state = 'x' WHERE id = 1",
  ]) {
    await using journal = sqliteJournal(await altered(sql));
    await journal.drop("a");
    await until(async () => (await journal.figures()).events === 10);
    expect(await all(journal.heads())).toMatchObject([{ stream: "b" }]);
    await journal.append([event("a", 1)], { expect: { a: 0 } });
    const seen: number[] = [];
    for await (const { seq } of journal.tail(0, new AbortController().signal)) {
      seen.push(seq);
      if (seq === 21) break;
    }
    expect(seen).toHaveLength(11);
  }
});

test("a backup of a damaged journal is refused", async () => {
  const path = await altered("DELETE FROM records WHERE seq = 9");
  await using journal = sqliteJournal(path);
  expect(await failure(() => journal.backup(`${path}.copy`))).toMatchObject({ code: "backup-failed" });
});

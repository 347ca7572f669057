// An examination reads all of a journal and says what is damaged, of which stream or blob, and what can be kept; a repair writes
// that to a new file.
// - nothing is written to the journal, nor beside it, also while another process writes it
// - what is behind a damaged page of the log, or of the file, is kept
// - in a repaired file each stream is exact, or ends where it is said to end; numbers that were given are not given again
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { copyJournal } from "../damage.fixture.ts";
import { examineJournal, repairJournal, sqliteJournal, type SqliteJournal } from "../index.ts";
import { commandSum, openInbox, outcomeSum } from "../inbox/inbox-file.ts";
import { Mark } from "../format/mark.ts";
import { all, event, failure, newPath, numbers, removeJournals, Writer } from "../journal.fixture.ts";

afterAll(removeJournals);

/** Streams a and b take turns: events 1, 3, 5 … and 2, 4, 6 …, ten each. */
async function fill(journal: SqliteJournal): Promise<{ blob: string }> {
  for (let n = 1; n <= 10; n++) {
    const heads = ["a", "b"].map((stream) => ({ stream, kind: "run", state: `at ${n}` }));
    await journal.append([event("a", n), event("b", n)], { heads });
  }
  await journal.snapshots.put("a", { seq: 3, state: "three" });
  await journal.snapshots.put("a", { seq: 9, state: "nine" });
  return journal.blobs.put(Uint8Array.of(1, 2, 3), { stream: "b" });
}

async function made(): Promise<{ path: string; blob: string }> {
  const path = newPath();
  await using journal = sqliteJournal(path);
  return { path, ...(await fill(journal)) };
}

/** As `made`, but its process was killed: all is in the log alone. */
async function killed(): Promise<string> {
  const open = newPath();
  const path = newPath();
  await using journal = sqliteJournal(open);
  await fill(journal);
  await journal.figures();
  copyJournal(open, path);
  return path;
}

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  expect(database.prepare(sql).run().changes).not.toBe(0);
  database.close();
}

/** Rows stand on a page from its end on: the last place is that of the row that came first. */
function flip(file: string, text: string, nth: "first" | "last" = "last"): void {
  const bytes = readFileSync(file);
  const at = nth === "first" ? bytes.indexOf(text) : bytes.lastIndexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

/** What stands beside a journal, and what is in it; SQLite's index of the log holds nothing that counts. */
function stateOf(path: string): unknown {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)) && !name.endsWith("-shm"));
  const files = names.map((name) => [name, readFileSync(`${dirname(path)}/${name}`).toString("latin1")]);
  return files.filter(([name, content]) => content !== "" || name === basename(path));
}

describe("an examination", () => {
  test("finds nothing in a journal that is whole, and counts what it holds", async () => {
    const { path } = await made();
    const before = stateOf(path);
    expect(await examineJournal(path)).toMatchObject({ sound: true, events: 20, findings: [] });
    expect(stateOf(path)).toEqual(before);
    const target = newPath();
    expect(await repairJournal(path, target)).toMatchObject({ sound: true, repaired: undefined });
    expect(existsSync(target)).toBe(false);
  });

  test("finds nothing in one whose process was killed, or writes it now", async () => {
    expect(await examineJournal(await killed())).toMatchObject({ sound: true, events: 20 });
    const path = newPath();
    const writer = new Writer("append", path, "[1]", "5");
    await writer.tells(6);
    expect(await examineJournal(path)).toMatchObject({ sound: true, events: 10 });
    change(path, "UPDATE records SET events = replace(events, 'step#3', 'step#4') WHERE seq = 5");
    expect(await examineJournal(path)).toMatchObject({
      sound: false,
      findings: [{ what: "file" }, { what: "stream", name: "s0", kind: "run", cutAt: 3 }],
    });
    await writer.kill();
  });

  test("by a link finds what stands beside the file that it leads to", async () => {
    const path = await killed();
    flip(`${path}-wal`, "step#9");
    const link = newPath();
    symlinkSync(path, link);
    expect(await examineJournal(link)).toEqual(await examineJournal(path));
  });

  test("says of which stream events are altered, and changes nothing", async () => {
    const { path } = await made();
    flip(path, "step#5");
    const before = stateOf(path);
    expect(await examineJournal(path)).toMatchObject({
      sound: false,
      events: 14,
      findings: [
        { what: "file", damage: expect.stringContaining('event 9 of stream "a" was altered') },
        { what: "stream", name: "a", kind: "run", cutAt: 7, kept: "its first 4 events, up to event 7" },
        { what: "snapshots", name: "a", damage: "1 snapshot of it is lost" },
      ],
    });
    expect(stateOf(path)).toEqual(before);
  });

  test.each([
    ["a snapshot", "UPDATE snapshots SET state = 'x' WHERE seq = 3", { what: "snapshots", name: "a" }],
    ["a head", "UPDATE streams SET state = 'x' WHERE name = 'b'", { what: "stream", name: "b" }],
    ["a blob", "UPDATE blobs SET bytes = x'0102'", { what: "blob" }],
  ])("says that %s was altered, and keeps all events", async (_, sql, finding) => {
    const { path } = await made();
    change(path, sql);
    const { events, findings } = await examineJournal(path);
    expect(events).toBe(20);
    expect(findings).toEqual([
      expect.objectContaining({ what: "file" }),
      expect.objectContaining({
        ...finding,
        damage: expect.any(String),
        kept: expect.any(String),
        next: expect.any(String),
      }),
    ]);
  });

  test("says that the end is missing, where the mark alone tells", async () => {
    const { path } = await made();
    copyJournal(await killed(), path, [".mark", ""]);
    expect(await examineJournal(path)).toMatchObject({
      sound: false,
      events: 0,
      findings: expect.arrayContaining([
        expect.objectContaining({ what: "file", damage: "has lost events 1 to 20" }),
        expect.objectContaining({ what: "events", ranges: [[1, 20]] }),
      ]),
    });
  });

  test("loses no log beside a file that was emptied while another process writes it", async () => {
    const path = newPath();
    const writer = new Writer("append", path, "[1]", "5");
    await writer.tells(6);
    truncateSync(path, 0);
    const before = stateOf(path);
    expect(await examineJournal(path)).toMatchObject({ sound: false, events: 10 });
    expect(stateOf(path)).toEqual(before);
    await writer.kill();
  });

  test("tells the loss where neither the file nor its log has anything", async () => {
    const { path } = await made();
    for (const lose of [() => truncateSync(path, 0), () => rmSync(path)]) {
      lose();
      const loss = { code: "journal-corrupt", data: { path, marked: 20, last: 0 } };
      expect(await failure(() => examineJournal(path))).toMatchObject(loss);
      expect(await failure(() => repairJournal(path, newPath()))).toMatchObject(loss);
    }
  });

  test("says that without its name, whatever that is", async () => {
    const path = `${newPath()} has lost nothing.db`;
    copyJournal(await killed(), path, [".mark", ""]);
    const { findings } = await examineJournal(path);
    expect(findings[0]).toMatchObject({ what: "file", damage: "has lost events 1 to 20" });
  });

  test("says in a line what SQLite finds damaged, also of the inbox", async () => {
    const { path } = await made();
    openInbox(path).close();
    const inbox = `${path}.inbox`;
    for (const [file, page, damage] of [
      [path, 12, "Tree 12 page 12: free space corruption"],
      [path, 3, "Tree 3 page 3: free space corruption"],
      [inbox, 2, `the inbox ${inbox}: Tree 2 page 2: free space corruption`],
    ] as const) {
      const whole = readFileSync(file);
      const at = (page - 1) * 4_096;
      writeFileSync(file, Buffer.from(whole).fill("A", at + 5, at + 60));
      const { findings } = await examineJournal(path);
      expect(findings[0]?.damage).toBe(damage);
      writeFileSync(file, whole);
    }
  });

  test("says that a command in the inbox was altered, or its outcome", async () => {
    const { path } = await made();
    const inbox = openInbox(path);
    const insert = inbox.prepare(
      "INSERT INTO command (id, type, data, sum, outcome, outcome_sum) VALUES (?, 'cancel', ?, ?, ?, ?)",
    );
    for (const id of ["one", "two"]) {
      const [data, outcome] = [JSON.stringify({ run: id }), JSON.stringify({ value: true })];
      const sum = commandSum({ id, type: "cancel", data });
      insert.run(id, null, sum, outcome, outcomeSum({ id, type: "cancel", sum }, outcome));
    }
    inbox.close();
    expect(await examineJournal(path)).toMatchObject({ sound: true });
    for (const [sql, altered] of [
      ["UPDATE command SET type = 'answer' WHERE id = 'one'", "a command in it was altered"],
      [`UPDATE command SET outcome = '{"value":false}' WHERE id = 'two'`, "2 commands in it were altered"],
    ] as const) {
      change(`${path}.inbox`, sql);
      const damage = `the inbox ${path}.inbox: ${altered}`;
      expect(await examineJournal(path)).toMatchObject({
        sound: false,
        events: 20,
        findings: [{ what: "inbox", damage }],
      });
    }
  });

  test("says that the inbox is no database", async () => {
    const { path } = await made();
    writeFileSync(`${path}.inbox`, "no inbox".repeat(100));
    expect(await examineJournal(path)).toMatchObject({ sound: false, events: 20, findings: [{ what: "inbox" }] });
  });

  test("refuses a newer version, another program's file and a missing one", async () => {
    const { path } = await made();
    change(path, "UPDATE counters SET edits = edits + 0");
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(await failure(() => examineJournal(path))).toMatchObject({ code: "journal-version" });
    const other = newPath();
    writeFileSync(other, "a text ".repeat(1_000));
    expect(await failure(() => examineJournal(other))).toMatchObject({ code: "journal-foreign" });
    expect(await failure(() => examineJournal(newPath()))).toMatchObject({ code: "journal-missing" });
  });
});

describe("a repair", () => {
  test("keeps streams as they are, and ends those that lost events before them", async () => {
    const { path, blob } = await made();
    flip(path, "step#5");
    const before = stateOf(path);
    const target = newPath();
    const whole = newPath();
    copyJournal((await made()).path, whole);
    expect(await repairJournal(path, target)).toMatchObject({ sound: false, repaired: { events: 14 } });
    expect(stateOf(path)).toEqual(before);
    await using original = sqliteJournal(whole);
    await using journal = sqliteJournal(target);
    expect(await all(journal.read("b"))).toEqual(await all(original.read("b")));
    expect(await all(journal.read("a"))).toEqual((await all(original.read("a"))).slice(0, 4));
    expect(await journal.snapshots.get("a")).toEqual({ seq: 3, state: "three" });
    expect(await journal.blobs.get({ blob, size: 3 })).toEqual(Uint8Array.of(1, 2, 3));
    expect(await all(journal.heads())).toMatchObject([
      { stream: "a", state: "at 10", last: 7 },
      { stream: "b", state: "at 10", last: 20 },
    ]);
    const next = event("a", 5);
    await journal.append([next], { expect: { a: 7 } });
    expect(next.seq).toBe(21);
  });

  test("keeps what stands behind a damaged page of the log, which SQLite gives up", async () => {
    const path = await killed();
    flip(`${path}-wal`, "step#2", "first");
    await using journal = sqliteJournal(path);
    expect(await failure(() => journal.ready())).toMatchObject({ code: "journal-corrupt" });
    const target = newPath();
    const { findings, repaired } = await repairJournal(path, target);
    expect(repaired).toMatchObject({ events: 20 });
    expect(findings).toContainEqual(
      expect.objectContaining({ damage: expect.stringMatching(/1 page of the log .* is damaged/) }),
    );
    await using kept = sqliteJournal(target);
    expect(numbers(await all(kept.read("a")))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test.each(["streams", "blobs"])(
    "brings back nothing that was dropped where the page of %s in the log is damaged",
    async (table) => {
      const { path: open, blob } = await made();
      const path = newPath();
      const database = new DatabaseSync(open);
      // As a drop leaves them whose events are there yet.
      database.exec(`BEGIN; INSERT INTO dropped SELECT id, last_record FROM streams WHERE name = 'b';
        DELETE FROM streams WHERE name = 'b'; DELETE FROM blob_owners; DELETE FROM blobs; COMMIT`);
      const schema = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table);
      copyJournal(open, path);
      database.close();
      const mark = new Mark(`${path}.mark`);
      mark.write({ seq: 20, edits: 1_000 });
      mark.close();
      const log = readFileSync(`${path}-wal`);
      let frame = 32;
      while (log.readUInt32BE(frame) !== schema?.["rootpage"]) frame += 24 + 4_096;
      log[frame + 1_000] = 7;
      writeFileSync(`${path}-wal`, log);
      const target = newPath();
      expect(await repairJournal(path, target)).toMatchObject({ sound: false, repaired: { events: 10 } });
      await using journal = sqliteJournal(target);
      expect(await all(journal.heads())).toMatchObject([{ stream: "a" }]);
      expect(await all(journal.read("b"))).toEqual([]);
      expect(await failure(() => journal.blobs.get({ blob, size: 3 }))).toMatchObject({ code: "blob-missing" });
    },
  );

  test.each([
    ["empty", (path: string) => truncateSync(path, 0)],
    ["of one byte", (path: string) => truncateSync(path, 1)],
    ["gone", (path: string) => rmSync(path)],
  ])("keeps all where it is in the log alone, and the file is %s", async (_, lose) => {
    const path = await killed();
    lose(path);
    const before = stateOf(path);
    expect(await examineJournal(path)).toMatchObject({ sound: false, events: 20, findings: [{ what: "file" }] });
    const target = newPath();
    expect(await repairJournal(path, target)).toMatchObject({ sound: false, repaired: { events: 20 } });
    expect(stateOf(path)).toEqual(before);
    await using journal = sqliteJournal(target);
    for (const stream of ["a", "b"]) expect(await all(journal.read(stream))).toHaveLength(10);
  });

  test.each([
    ["the beginning", 0],
    ["the description of tables", 100],
  ])("keeps all where %s of the file is lost", async (_, from) => {
    const { path } = await made();
    const bytes = readFileSync(path);
    bytes.fill(0, from, 4_096);
    writeFileSync(path, bytes);
    const target = newPath();
    expect(await repairJournal(path, target)).toMatchObject({ sound: false, repaired: { events: 20 } });
    await using journal = sqliteJournal(target);
    for (const stream of ["a", "b"]) expect(await all(journal.read(stream))).toHaveLength(10);
  });

  test("keeps that a stream was there which lost all", async () => {
    const { path } = await made();
    change(path, "DELETE FROM records WHERE seq = 1");
    const target = newPath();
    const { findings } = await repairJournal(path, target);
    expect(findings).toContainEqual(expect.objectContaining({ name: "a", cutAt: 0, kept: "that it was there" }));
    await using journal = sqliteJournal(target);
    expect(await all(journal.read("a"))).toEqual([]);
    expect(await all(journal.heads({ stream: "a" }))).toMatchObject([
      { kind: "run", state: "at 10", first: 0, last: 0 },
    ]);
    await journal.append([event("a", 11)], { expect: { a: 0 } });
    expect(numbers(await all(journal.read("a")))).toEqual([11]);
  });

  test("finds the name of a stream in an index where its row is lost", async () => {
    const { path } = await made();
    const name = "a stream whose name is found";
    {
      await using journal = sqliteJournal(path);
      await journal.append([event(name, 1)]);
    }
    // The index has a second copy.
    flip(path, name, "first");
    const { findings } = await examineJournal(path);
    expect(findings.map((finding) => finding.name)).toContain(name);
    const target = newPath();
    await repairJournal(path, target);
    await using journal = sqliteJournal(target);
    expect(await all(journal.read(name))).toHaveLength(1);
  });

  test("lets its caller settle what was cut, before the file has its name", async () => {
    const { path } = await made();
    flip(path, "step#5");
    const target = newPath();
    await repairJournal(path, target, {
      settle: async (journal, { findings }) => {
        expect(existsSync(target)).toBe(false);
        expect(findings).not.toEqual([]);
        await journal.append([event("a", 77)], { heads: [{ stream: "a", kind: "run", state: "cut", ended: true }] });
      },
    });
    await using journal = sqliteJournal(target);
    expect(numbers(await all(journal.read("a")))).toEqual([1, 2, 3, 4, 77]);
    expect(readdirSync(dirname(target)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("does not write over a file, and leaves nothing behind where it fails", async () => {
    const { path } = await made();
    flip(path, "step#5");
    const target = newPath();
    writeFileSync(target, "mine");
    expect(await failure(() => repairJournal(path, target))).toMatchObject({
      code: "repair-failed",
      fix: "choose another name",
    });
    expect(readFileSync(target, "utf8")).toBe("mine");
    const other = newPath();
    const settle = async ({ path: partial }: SqliteJournal): Promise<never> => {
      // As SQLite leaves it where the disk is full.
      writeFileSync(`${partial}-journal`, "");
      throw new Error("no");
    };
    expect(await failure(() => repairJournal(path, other, { settle }))).toMatchObject({
      code: "repair-failed",
      got: "no",
    });
    const exists = Object.assign(new Error("a file of one's own exists"), { code: "EEXIST" });
    expect(await failure(() => repairJournal(path, other, { settle: () => Promise.reject(exists) }))).toMatchObject({
      code: "repair-failed",
      got: "a file of one's own exists",
    });
    expect(readdirSync(dirname(other)).filter((name) => name.startsWith(basename(other)))).toEqual([]);
  });
});

// What a journal forgets, and how it is copied and made small, while it is being written:
// - streams that have ended are forgotten by age and by count, never before keepUntil, never the unfinished
// - what was dropped is gone at once, also for tails; the file gives room back when it is compacted
// - a backup is whole, takes no other file's place, and is a journal by itself
// - what was dropped is overwritten
// - other processes may ask for both
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { verifyHere } from "../damage.fixture.ts";
import { sendCommand, sqliteJournal, type SqliteJournal } from "../index.ts";
import { all, event, failure, newPath, numbers, removeJournals, until, Writer } from "../journal.fixture.ts";
import { journalSettings } from "../format/settings.ts";

afterAll(removeJournals);

const DAY = 86_400_000;

async function record(
  journal: SqliteJournal,
  stream: string,
  at: number,
  head: object = { ended: true },
): Promise<void> {
  await journal.append([{ ...event(stream, 1), at }], { heads: [{ stream, kind: "run", state: "x", ...head }] });
}

async function streams(journal: SqliteJournal): Promise<string[]> {
  return (await all(journal.heads())).map(({ stream }) => stream);
}

async function events(journal: SqliteJournal): Promise<number> {
  return (await journal.figures()).events;
}

describe("retention", () => {
  test("forgets by age what has ended and need not be kept", async () => {
    const path = newPath();
    const now = Date.now();
    {
      await using journal = sqliteJournal(path);
      await record(journal, "old", now - 3 * DAY);
      await record(journal, "old, running", now - 3 * DAY, { ended: false });
      await record(journal, "old, kept", now - 3 * DAY, { ended: true, keepUntil: now + DAY });
      await record(journal, "old, kept for ever", now - 3 * DAY, { ended: true, keepUntil: Infinity });
      await record(journal, "old, kept till yesterday", now - 3 * DAY, { ended: true, keepUntil: now - DAY });
      await record(journal, "new", now - DAY);
      await journal.append([{ ...event("old, untold", 1), at: now - 3 * DAY }]);
    }
    await using journal = sqliteJournal(path, { retain: { age: "2d" } });
    await until(async () => (await streams(journal)).length === 4);
    expect(await streams(journal)).toEqual(["old, running", "old, kept", "old, kept for ever", "new"]);
    expect(await all(journal.read("old"))).toEqual([]);
    expect(await all(journal.read("old, untold"))).toHaveLength(1);
    await until(async () => (await events(journal)) === 5);
  });

  test("forgets by age behind a stream that a wrong clock dated ahead", async () => {
    const now = Date.now();
    await using journal = sqliteJournal(newPath(), { retain: { age: "2d" } });
    await record(journal, "dated ahead", now + 365 * DAY);
    await record(journal, "old", now - 3 * DAY);
    await record(journal, "new", now - DAY);
    await journal.compact();
    expect(await streams(journal)).toEqual(["dated ahead", "new"]);
  });

  test("forgets what has ended without an event, however many there are", async () => {
    await using journal = sqliteJournal(newPath(), { retain: { count: 0 } });
    for (let n = 0; n < 300; n++) {
      void journal.append([], { heads: [{ stream: `s${n}`, kind: "run", state: "x", ended: true }] });
    }
    await journal.append([event("kept", 1)]);
    await journal.compact();
    expect((await journal.figures()).streams).toBe(1);
  });

  test("keeps the newest of those that have ended", async () => {
    await using journal = sqliteJournal(newPath(), { retain: { count: 10 } });
    await record(journal, "kept", 1, { ended: true, keepUntil: Infinity });
    await record(journal, "running", 1, { ended: false });
    for (let n = 1; n <= 500; n++) void record(journal, `s${n}`, n);
    await journal.append([event("running", 2)]);
    const { before, after } = await journal.compact();
    expect(after).toBeLessThan(before);
    const kept = Array.from({ length: 10 }, (_, n) => `s${491 + n}`);
    expect(await streams(journal)).toEqual(["kept", "running", ...kept]);
    expect(await events(journal)).toBe(13);
  });

  test.each([
    ["parent", 'the "parent"'],
    ["sender", 'the "parent"'],
    ["parent", "a\0b"],
    ["sender", "a\ud800b"],
  ])(
    "keeps what has a %s that has not ended, which may still ask for it, whatever its name is: %j",
    async (maker, made) => {
      await using journal = sqliteJournal(newPath(), { retain: { count: 0 } });
      const part = { ended: true, about: { name: "child", [maker]: made } };
      await record(journal, made, 1, { ended: false });
      await record(journal, "part", 1, part);
      await record(journal, "part of what was never there", 1, { ...part, about: { [maker]: "nobody" } });
      await record(journal, "odd", 1, { ended: true, about: "a text" });
      for (let n = 1; n <= 20; n++) await record(journal, `s${n}`, n);
      await until(async () => {
        await journal.append([event("other", 1)]);
        return (await streams(journal)).length === 2;
      });
      expect(await streams(journal)).toEqual([made, "part"]);
      await record(journal, made, 2, { ended: true });
      await until(async () => {
        await journal.append([event("other", 1)]);
        return (await streams(journal)).length === 0;
      });
    },
  );

  test("goes on while the journal is written", async () => {
    await using journal = sqliteJournal(newPath(), { retain: { count: 0 } });
    for (let n = 1; n <= 20; n++) await record(journal, `s${n}`, n);
    await until(async () => {
      await journal.append([event("running", 1)]);
      return (await streams(journal)).length === 0;
    });
  });
});

describe("a dropped stream", () => {
  test("leaves no gap that a reader takes for a loss", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    for (let n = 1; n <= 100; n++) await journal.append([event(`s${n % 7}`, n), event("kept", n)]);
    const far = journal.tail(0, new AbortController().signal);
    const near = journal.tail(150, new AbortController().signal);
    for (const stream of ["s0", "s3", "s6", "none"]) void journal.drop(stream);
    await journal.append([event("s3", 1_000)], { expect: { s3: 0 } });
    await until(async () => (await events(journal)) < 160);
    await using reader = sqliteJournal(path, { access: "read" });
    for (const { tail, from } of [
      { tail: far, from: 0 },
      { tail: near, from: 150 },
      { tail: reader.tail(0, new AbortController().signal), from: 0 },
    ]) {
      const seen: number[] = [];
      for await (const { seq, stream, data } of tail) {
        seen.push(seq);
        expect(["s0", "s6"]).not.toContain(stream);
        if ((data as { n: number }).n === 1_000) break;
      }
      expect(seen.filter((seq) => seq % 2 === 0 && seq <= 200)).toHaveLength(from === 0 ? 100 : 26);
      expect(seen.at(-1)).toBe(201);
    }
  });

  test("of many events does not hold up those who append", async () => {
    await using journal = sqliteJournal(newPath());
    for (let n = 0; n < 20; n++) await journal.append(Array.from({ length: 1_000 }, (_, index) => event("big", index)));
    await journal.append([event("small", 1)]);
    await journal.drop("big");
    expect(await all(journal.read("big"))).toEqual([]);
    await journal.append([event("big", 7)]);
    await until(async () => (await events(journal)) === 2);
    expect(numbers(await all(journal.read("big")))).toEqual([7]);
    const { streams: count, freeBytes } = await journal.figures();
    expect(count).toBe(2);
    expect(freeBytes).toBeGreaterThan(1_000_000);
    await journal.compact();
    expect((await journal.figures()).freeBytes).toBe(0);
  });

  test("is dropped in the end though the process ends before that", async () => {
    const path = newPath();
    {
      await using journal = sqliteJournal(path);
      for (let n = 0; n < 10; n++) await journal.append(Array.from({ length: 1_000 }, (_, index) => event("a", index)));
      await journal.drop("a");
    }
    await using journal = sqliteJournal(path);
    await until(async () => (await events(journal)) === 0);
  });
});

describe("a stream that begins anew", () => {
  test("again and again takes no more room, is read by others, and stays verifiable", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    const ref = await journal.blobs.put(Uint8Array.of(1), { stream: "a" });
    await using reader = sqliteJournal(path, { access: "read" });
    const sizes: number[] = [];
    for (let round = 0; round < 30; round++) {
      for (let n = 1; n <= 50; n++) await journal.append([event("a", 100 * round + n), event("b", n)]);
      const anew = { restart: ["a", "b"], heads: [{ stream: "a", kind: "agent", state: "known" }] };
      await journal.append([event("a", 100 * (round + 1))], anew);
      expect(numbers(await all(reader.read("a")))).toEqual([100 * (round + 1)]);
      await until(async () => (await events(journal)) === 1);
      sizes.push((await journal.figures()).bytes);
    }
    expect(sizes.at(-1)).toBe(sizes[10]);
    expect(await all(reader.heads())).toMatchObject([{ stream: "a", kind: "agent", state: "known" }]);
    expect(await reader.blobs.get(ref)).toEqual(Uint8Array.of(1));
    expect(await verifyHere(journalSettings(path, { access: "read" }))).toMatchObject({ events: 1 });
    await journal.drop("a");
    expect(await failure(() => reader.blobs.get(ref))).toMatchObject({ code: "blob-missing" });
  });
});

test("a journal is compacted while others append", async () => {
  await using journal = sqliteJournal(newPath());
  const appends: Promise<void>[] = [];
  for (let n = 0; n < 2_000; n++) appends.push(Promise.resolve(journal.append([event("a", n)])));
  const compacted = journal.compact();
  for (let n = 2_000; n < 4_000; n++) appends.push(Promise.resolve(journal.append([event("a", n)])));
  await Promise.all([...appends, compacted]);
  expect(numbers(await all(journal.read("a")))).toEqual(Array.from({ length: 4_000 }, (_, n) => n));
});

test("a compaction takes the disk for its second copy, not the memory", async () => {
  const process = new Writer("compact", newPath(), "100");
  await process.ends();
  expect(Number(process.told[0])).toBeLessThan(50);
});

test("a journal that is closed waits for a backup, figures and a compaction that are under way", async () => {
  const path = newPath();
  const journal = sqliteJournal(path);
  for (let n = 0; n < 50; n++) void journal.append([event(`s${n}`, n)]);
  await journal.append([event("a", 1)]);
  const asked = [
    journal.backup(`${path}.backup`),
    journal.figures(),
    journal.compact(),
    journal.backup(`${path}.other`),
  ];
  await journal.close();
  expect(await Promise.all(asked)).toMatchObject([
    { events: 51 },
    { events: 51 },
    { after: expect.any(Number) },
    { events: 51 },
  ]);
  const beside = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}-`));
  expect(beside).toEqual([]);
});

describe("a backup", () => {
  test("made while others append holds all that was recorded before, and is a journal", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    for (let n = 0; n < 50; n++) {
      await journal.append(
        Array.from({ length: 100 }, (_, index) => event("a", n * 100 + index, { n: n * 100 + index })),
      );
    }
    await journal.snapshots.put("a", { seq: 10, state: "s" });
    const ref = await journal.blobs.put(new Uint8Array(50_000).fill(7));
    let going = true;
    const appending = (async () => {
      for (let n = 5_000; going; n++) await journal.append([event("a", n)]);
    })();
    const file = `${path}.backup`;
    const result = await journal.backup(file);
    going = false;
    await appending;
    expect(result.events).toBeGreaterThanOrEqual(5_000);
    expect(result.bytes).toBe(statSync(file).size);
    await using copy = sqliteJournal(file);
    const copied = numbers(await all(copy.read("a")));
    expect(copied).toEqual(Array.from({ length: result.events }, (_, n) => n));
    expect(await copy.snapshots.get("a")).toEqual({ seq: 10, state: "s" });
    expect((await copy.blobs.get(ref)).every((byte) => byte === 7)).toBe(true);
    await copy.append([event("a", 0)]);
  });

  test("takes no other file's place, and leaves nothing where it fails", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    const file = `${path}.there`;
    writeFileSync(file, "precious");
    expect(await failure(() => journal.backup(file))).toMatchObject({
      code: "backup-failed",
      got: "a file that is there already",
    });
    expect(statSync(file).size).toBe(8);
    expect(await failure(() => journal.backup(`${path}.none/file`))).toMatchObject({ code: "backup-failed" });
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.there`))).toHaveLength(1);
    expect(existsSync(`${path}.none`)).toBe(false);
  });

  test("of two to one file at a time, one takes it when it is whole, and the other is told", async () => {
    const paths = [newPath(), newPath()] as const;
    await using one = sqliteJournal(paths[0]);
    await using other = sqliteJournal(paths[1]);
    const text = "x".repeat(2_000);
    await one.append(Array.from({ length: 10 }, (_, n) => event("one", n, { n, text })));
    await other.append(Array.from({ length: 2_000 }, (_, n) => event("other", n, { n, text })));
    const file = `${paths[0]}.backup`;
    const made = await Promise.allSettled([one.backup(file), other.backup(file), one.backup(file)]);
    const refused = made.filter((each) => each.status === "rejected").map(({ reason }) => reason as unknown);
    expect(refused).toHaveLength(2);
    for (const reason of refused) {
      expect(reason).toMatchObject({ code: "backup-failed", got: "a file that is there already" });
    }
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)))).toEqual([basename(file)]);
    await using copy = sqliteJournal(file);
    const counts = [await all(copy.read("one")), await all(copy.read("other"))].map(({ length }) => length);
    expect([
      [10, 0],
      [0, 2_000],
    ]).toContainEqual(counts);
  });

  test("can be made by one who only reads", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    await using reader = sqliteJournal(path, { access: "read" });
    expect(await reader.backup(`${path}.backup`)).toMatchObject({ events: 1 });
  });
});

describe("other processes", () => {
  test("are served through one inbox, whichever handle it is asked of", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.ready();
    const other = sqliteJournal(path);
    expect(other.inbox).toBe(journal.inbox);
    const end = other.inbox.serve(async ({ data }) => data);
    await other.close();
    expect(await sendCommand(path, { type: "hello", data: 1 })).toBe(1);
    end();
    await journal.close();
    expect(await failure(() => journal.inbox.serve(async () => {}))).toMatchObject({ code: "journal-closed" });
  });

  test("may ask for compaction and for a backup while somebody serves", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    const end = journal.inbox.serve(async ({ type, data }) => ({ type, data }));
    expect(await sendCommand(path, { type: "hello", data: { n: 1 } })).toEqual({ type: "hello", data: { n: 1 } });
    expect(await sendCommand(path, { type: "constructor", data: 1 })).toEqual({ type: "constructor", data: 1 });
    expect(await sendCommand(path, { type: "journal-compact", data: null })).toMatchObject({
      before: expect.any(Number),
    });
    const file = `${path}.asked`;
    expect(await sendCommand(path, { type: "journal-backup", data: { file } })).toMatchObject({ events: 1 });
    expect(existsSync(file)).toBe(true);
    const again = failure(() => sendCommand(path, { type: "journal-backup", data: { file } }));
    expect(await again).toMatchObject({ code: "backup-failed" });
    const relative = failure(() => sendCommand(path, { type: "journal-backup", data: { file: "x" } }));
    expect(await relative).toMatchObject({ code: "invalid-option" });
    end();
  });

  test("get the handler's error; there is one handler at a time, and what comes between two waits", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.ready();
    const end = journal.inbox.serve(async () => {
      throw new RangeError("no");
    });
    expect(await failure(() => journal.inbox.serve(async () => {}))).toMatchObject({ code: "inbox-served" });
    expect(await failure(() => sendCommand(path, { type: "x", data: 1 }))).toMatchObject({ name: "RangeError" });
    end();
    end();
    const endOther = journal.inbox.serve(async () => () => "no JSON");
    expect(await failure(() => sendCommand(path, { type: "x", data: 1 }))).toMatchObject({ code: "not-json" });
    endOther();
    const waiting = sendCommand(path, { type: "later", data: 2 });
    journal.inbox.serve(async ({ data }) => data);
    expect(await waiting).toBe(2);
  });
});

test("what was dropped is overwritten in the file", async () => {
  const path = newPath();
  const secret = "the name of somebody who wants to be forgotten";
  const write = sqliteJournal(path);
  for (let n = 0; n < 50; n++) {
    await write.append([event("a", n, secret), event("kept", n, "what is kept")]);
  }
  await write.snapshots.put("a", { seq: 1, state: { secret } });
  await write.blobs.put(new TextEncoder().encode(secret), { stream: "a" });
  await write.close();
  expect(readFileSync(path).includes(secret)).toBe(true);

  const journal = sqliteJournal(path);
  await journal.drop("a");
  await until(async () => (await events(journal)) === 50);
  await journal.close();
  const bytes = readFileSync(path);
  expect(bytes.includes("what is kept")).toBe(true);
  expect(bytes.includes(secret)).toBe(false);
});

test("a compaction that somebody holds up who reads is none: what was dropped is still in the log", async () => {
  const path = newPath();
  const secret = "the name of somebody who wants to be forgotten";
  await using journal = sqliteJournal(path);
  for (let n = 0; n < 50; n++) await journal.append([event("a", n, secret)]);
  const reader = new DatabaseSync(path, { readOnly: true });
  reader.exec("BEGIN; SELECT count(*) FROM records");
  await journal.drop("a");
  expect(await failure(() => journal.compact())).toMatchObject({
    code: "compact-failed",
    got: expect.stringContaining("reads"),
  });
  reader.close();
  await journal.append([event("b", 1)]);
  await journal.compact();
  for (const file of [path, `${path}-wal`]) {
    expect(execFileSync("cat", [file], { maxBuffer: 1e8 }).includes(secret)).toBe(false);
  }
});

// A journal in a file keeps the whole contract of journals. Beyond it:
// - what was recorded is there when the file is opened again: events, heads, snapshots, bytes; numbers are not given again
// - the same file opened twice in a process is one journal, and each handle is closed by itself
// - what is read is what was appended before, awaited or not; what is lazy waits for the next, or not for long
// - values of any size and any text come back as they were
// - what cannot be recorded is refused alone
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, symlinkSync } from "node:fs";
import { relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { journalConformance } from "../../testing/index.ts";
import { sqliteJournal, type SqliteJournal } from "../index.ts";
import { all, event, failure, newPath, numbers, removeJournals } from "../journal.fixture.ts";

afterAll(removeJournals);

describe("the contract of journals", () => {
  const suite = journalConformance({
    open: () => sqliteJournal(newPath()),
    // What a process that dies now would leave behind: the mark first, since it must not be ahead. Copied by another process,
    // because a file that this one reads and closes loses its locks.
    reopen: async (journal) => {
      const { path } = journal as SqliteJournal;
      const copy = newPath();
      for (const suffix of [".mark", "", "-wal"]) {
        if (existsSync(path + suffix)) execFileSync("cp", [path + suffix, copy + suffix]);
      }
      await journal.close();
      return sqliteJournal(copy);
    },
    // What is written to a file that is not there is refused.
    failWrites: (journal) => {
      const { path } = journal as SqliteJournal;
      renameSync(path, `${path}.away`);
      return () => renameSync(`${path}.away`, path);
    },
    patience: "15s",
  });
  for (const { name, run } of suite) test(name, run);
});

describe("a file that is opened again", () => {
  test("holds what was recorded", async () => {
    const path = newPath();
    const head = { stream: "a", kind: "run", state: "done", ended: true, about: { name: "x" }, keepUntil: 5 };
    let blob;
    {
      await using journal = sqliteJournal(path);
      await journal.append([event("a", 1), event("b", 2), event("a", 3)], { heads: [head] });
      await journal.snapshots.put("a", { seq: 3, state: { folded: [1, 3] } });
      blob = await journal.blobs.put(Uint8Array.of(1, 2, 3));
    }
    await using journal = sqliteJournal(path);
    expect(await all(journal.read("a"))).toEqual([
      { ...event("a", 1), seq: 1 },
      { ...event("a", 3), seq: 3 },
    ]);
    expect(await all(journal.heads())).toEqual([{ ...head, first: 1, last: 3, firstAt: 1_001, lastAt: 1_003 }]);
    expect(await journal.snapshots.get("a")).toEqual({ seq: 3, state: { folded: [1, 3] } });
    expect(Array.from(await journal.blobs.get(blob))).toEqual([1, 2, 3]);
    await journal.append([event("a", 4)], { expect: { a: 3 } });
    expect(numbers(await all(journal.read("a", 3)))).toEqual([3, 4]);
  });

  test("gives no number again, though all that had the last ones was dropped", async () => {
    const path = newPath();
    for (let n = 1; n <= 4; n++) {
      await using journal = sqliteJournal(path);
      const recorded = event("a", n);
      await journal.append([recorded], { expect: { a: 0 } });
      expect(recorded.seq).toBe(n);
      await journal.drop("a");
      await journal.compact();
    }
  });

  test("at once after it was closed", async () => {
    const path = newPath();
    for (let n = 1; n <= 5; n++) {
      const journal = sqliteJournal(path);
      void journal.append([event("a", n)]);
      void journal.close();
    }
    await using journal = sqliteJournal(path);
    expect(numbers(await all(journal.read("a")))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("two handles of one file", () => {
  test("are one journal, by whatever path", async () => {
    const path = newPath();
    await using one = sqliteJournal(path);
    await using two = sqliteJournal(relative(process.cwd(), path));
    await one.ready();
    const link = `${path}.link`;
    symlinkSync(path, link);
    await using three = sqliteJournal(link);
    expect([two.path, three.path]).toEqual([one.path, one.path]);
    void one.append([event("a", 1)]);
    void two.append([event("a", 2)]);
    void three.append([event("a", 3)]);
    expect(numbers(await all(two.read("a")))).toEqual([1, 2, 3]);
  });

  test("are closed by themselves", async () => {
    const path = newPath();
    const one = sqliteJournal(path);
    const two = sqliteJournal(path);
    const tail = all(one.tail(1, new AbortController().signal));
    void one.append([event("a", 1)]);
    await one.close();
    expect(numbers(await tail)).toEqual([1]);
    expect(await failure(() => one.append([event("a", 2)]))).toMatchObject({ code: "journal-closed" });
    expect(await failure(() => all(one.read("a")))).toMatchObject({ code: "journal-closed" });
    await two.append([event("a", 2)]);
    expect(numbers(await all(two.read("a")))).toEqual([1, 2]);
    await two.close();
  });

  test("are closed by themselves while the other one goes on without a pause", { timeout: 30_000 }, async () => {
    const path = newPath();
    const [one, two] = [sqliteJournal(path), sqliteJournal(path)];
    await two.ready();
    let isClosed = false;
    const appends = async (stream: string): Promise<void> => {
      for (let n = 0; !isClosed; n++) await two.append([event(stream, n)]);
    };
    const first = appends("a");
    // The second one begins while a commit is under way, so that the next group always waits when one comes back.
    await new Promise((resolve) => setImmediate(resolve));
    const second = appends("b");
    const tail = all(one.tail(1, new AbortController().signal));
    await one.close();
    await tail;
    isClosed = true;
    await Promise.all([first, second]);
    await two.close();
  });

  test("must have the same options", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path, { retain: { count: 10 } });
    await journal.ready();
    expect(await failure(() => sqliteJournal(path, { retain: { count: 11 } }))).toMatchObject({
      code: "invalid-option",
      expected: "10, as where this process opened it before",
      got: "number 11",
    });
    expect(await failure(() => sqliteJournal(path, { durability: "process", retain: { count: 10 } }))).toMatchObject({
      code: "invalid-option",
    });
  });

  test("may be one that writes and one that reads", async () => {
    const path = newPath();
    await using journal = sqliteJournal(path);
    await journal.append([event("a", 1)]);
    await using reader = sqliteJournal(path, { access: "read" });
    expect(numbers(await all(reader.read("a")))).toEqual([1]);
    const readOnly = { code: "journal-read-only" };
    expect(await failure(() => reader.append([event("a", 2)]))).toMatchObject(readOnly);
    expect(await failure(() => reader.drop("a"))).toMatchObject(readOnly);
    expect(await failure(() => reader.compact())).toMatchObject(readOnly);
    expect(await failure(() => reader.inbox.serve(async () => {}))).toMatchObject(readOnly);
  });
});

describe("what is appended", () => {
  test("is seen by whatever is asked for next", async () => {
    await using journal = sqliteJournal(newPath());
    void journal.append([event("a", 1)], { heads: [{ stream: "a", kind: "run", state: "running" }] });
    expect(numbers(await all(journal.read("a")))).toEqual([1]);
    void journal.append([event("b", 2)], { lazy: true });
    expect(numbers(await all(journal.read("b")))).toEqual([2]);
    void journal.append([], { heads: [{ stream: "a", kind: "run", state: "done" }], lazy: true });
    expect(await all(journal.heads({ stream: "a" }))).toMatchObject([{ state: "done" }]);
    void journal.snapshots.put("a", { seq: 1, state: 1 });
    expect(await journal.snapshots.get("a")).toEqual({ seq: 1, state: 1 });
  });

  test("lazily shares the commit of the next, in its place", async () => {
    await using journal = sqliteJournal(newPath());
    await journal.ready();
    const before = await journal.figures();
    const lazy = [1, 2, 3].map((n) => journal.append([event("a", n)], { lazy: true }));
    await journal.append([event("a", 4)]);
    await Promise.all(lazy);
    expect(numbers(await all(journal.read("a")))).toEqual([1, 2, 3, 4]);
    const after = await journal.figures();
    expect({ commits: after.commits - before.commits, changes: after.changes - before.changes }).toEqual({
      commits: 1,
      changes: 4,
    });
  });

  test("lazily is recorded though nothing follows", async () => {
    await using journal = sqliteJournal(newPath());
    const recorded = event("a", 1);
    await journal.append([recorded], { lazy: true });
    expect(recorded.seq).toBe(1);
  });

  test("side by side shares commits", async () => {
    await using journal = sqliteJournal(newPath());
    await journal.ready();
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (let n = 1; n <= 20; n++) await journal.append([event(`s${index}`, n)]);
      }),
    );
    const { commits, changes, events } = await journal.figures();
    expect({ changes, events }).toEqual({ changes: 1_000, events: 1_000 });
    expect(commits).toBeLessThan(200);
  });

  test("in many groups, while the file is being opened or written, shares commits too", async () => {
    await using journal = sqliteJournal(newPath());
    const added = Array.from({ length: 32 * 128 }, (_, n) => journal.append([event(`s${n % 7}`, n)]));
    await Promise.all(added);
    const { commits, changes } = await journal.figures();
    expect([commits, changes]).toEqual([2, 32 * 128]);
    const seqs = (await all(journal.read("s0"))).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => 1 + 7 * n));
  });

  test("is as it was at the call, whatever becomes of the objects", async () => {
    await using journal = sqliteJournal(newPath());
    const data = { list: [1] };
    const batch = [event("a", 1, data)];
    const about = { n: 1 };
    const heads = [{ stream: "a", kind: "run", state: "running", about }];
    const expected: Record<string, number> = { a: 0 };
    const appended = journal.append(batch, { heads, expect: expected });
    data.list.push(2);
    batch.length = 0;
    about.n = 2;
    heads.length = 0;
    expected["a"] = 99;
    await appended;
    expect(await all(journal.read("a"))).toMatchObject([{ data: { list: [1] } }]);
    expect(await all(journal.heads())).toMatchObject([{ about: { n: 1 } }]);
    const bytes = Uint8Array.of(1, 2, 3);
    const put = journal.blobs.put(bytes);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(await put).toMatchObject({ size: 3 });
  });

  test("comes back as it was, of any size and any text", async () => {
    const path = newPath();
    const odd = ["\ud800 alone", "a\0b", "\u0001", "é 漢 🙂", "__proto__", "{}", "\n"];
    const values: unknown[] = [
      undefined,
      null,
      0,
      "",
      [],
      JSON.parse('{"__proto__":{"x":1}}'),
      ...odd,
      "x".repeat(5_000_000),
      Array.from({ length: 300_000 }, (_, n) => n * n),
    ];
    {
      await using journal = sqliteJournal(path);
      for (const [n, value] of values.entries()) await journal.append([{ ...event("values", n), data: value }]);
      for (const text of odd) {
        const batch = [
          { v: 1, stream: text, seq: 0, at: 1.5, run: `${text}!`, key: text, type: text, data: text },
        ] as const;
        await journal.append(batch, { heads: [{ stream: text, kind: text, state: text, about: text }] });
        await journal.snapshots.put(text, { seq: 1, state: text });
      }
    }
    await using journal = sqliteJournal(path);
    expect((await all(journal.read("values"))).map(({ data }) => data)).toEqual(values);
    for (const text of odd) {
      expect(await all(journal.read(text))).toMatchObject([
        { stream: text, at: 1.5, run: `${text}!`, key: text, type: text, data: text },
      ]);
      const found = { stream: text, kind: text, state: text, about: text };
      expect(await all(journal.heads({ stream: text, kind: text, state: text }))).toMatchObject([found]);
      expect(await journal.snapshots.get(text)).toEqual({ seq: 1, state: text });
    }
  });

  test("comes back as it was, at any time", async () => {
    const path = newPath();
    const times = [1e16, -1e17, Number.MAX_SAFE_INTEGER + 1_000, 1e300, 8.64e15, 0.5];
    {
      await using journal = sqliteJournal(path);
      for (const [n, time] of times.entries()) {
        const head = { stream: `s${n}`, kind: "run", state: "done", ended: true, keepUntil: time };
        await journal.append([{ ...event(`s${n}`, n), at: time }], { heads: [head] });
      }
    }
    {
      await using journal = sqliteJournal(path);
      const heads = await all(journal.heads());
      expect(heads.map(({ firstAt, lastAt, keepUntil }) => [firstAt, lastAt, keepUntil])).toEqual(
        times.map((time) => [time, time, time]),
      );
      const events = await Promise.all(times.map((_, n) => all(journal.read(`s${n}`))));
      expect(events.flat().map(({ at }) => at)).toEqual(times);
    }
    await using journal = sqliteJournal(path, { retain: { age: "365d" } });
    await journal.compact();
    const kept = (await all(journal.heads())).map(({ keepUntil }) => keepUntil);
    expect(kept).toEqual(times.filter((time) => time > 1));
  });

  test("is compressed where that helps", async () => {
    await using journal = sqliteJournal(newPath());
    await journal.append([event("a", 1, "much the same ".repeat(50_000))]);
    await journal.blobs.put(new Uint8Array(1_000_000));
    const { bytes, payloadBytes } = await journal.figures();
    expect(payloadBytes).toBeLessThan(1_000);
    expect(bytes).toBeLessThan(200_000);
  });

  test("of many events is read in pages", { timeout: 60_000 }, async () => {
    await using journal = sqliteJournal(newPath());
    const count = 120_000;
    for (let n = 0; n < count; n += 5_000) {
      await journal.append(Array.from({ length: 5_000 }, (_, index) => event("a", n + index)));
    }
    let next = 0;
    for await (const { data } of journal.read("a")) expect((data as { n: number }).n).toBe(next++);
    expect(next).toBe(count);
  });
});

describe("a tail", () => {
  test("that is far behind when the journal is closed gives the rest", async () => {
    const journal = sqliteJournal(newPath());
    const tail = journal.tail(0, new AbortController().signal)[Symbol.asyncIterator]();
    void journal.append([event("a", 0)]);
    const seen = [(await tail.next()).value];
    for (let n = 1; n <= 15_000; n += 1_000) {
      void journal.append(Array.from({ length: 1_000 }, (_, index) => event("a", n + index)));
    }
    await journal.close();
    for (let next = await tail.next(); next.done !== true; next = await tail.next()) seen.push(next.value);
    expect(numbers(seen)).toEqual(Array.from({ length: 15_001 }, (_, n) => n));
  });

  test("that keeps up when the journal is closed gives all that was appended before", async () => {
    const journal = sqliteJournal(newPath());
    const tail = all(journal.tail(1, new AbortController().signal));
    await journal.append([event("a", 0)]);
    for (let n = 1; n <= 1_000; n++) void journal.append([event("a", n)]);
    await journal.close();
    expect(numbers(await tail)).toEqual(Array.from({ length: 1_001 }, (_, n) => n));
  });

  test("of a closed journal goes on though this process reads the file with other options", async () => {
    const path = newPath();
    const journal = sqliteJournal(path, { durability: "process" });
    await journal.append([event("a", 1)]);
    await using reader = sqliteJournal(path, { access: "read" });
    await reader.ready();
    const tail = all(journal.tail(1, new AbortController().signal));
    await journal.close();
    expect(numbers(await tail)).toEqual([1]);
  });

  test("misses nothing that was sent while there was none", async () => {
    await using journal = sqliteJournal(newPath());
    const tailFrom = (seq: number) => journal.tail(seq, new AbortController().signal)[Symbol.asyncIterator]();
    const first = tailFrom(0);
    const seen = first.next();
    await journal.append([event("a", 0)]);
    await seen;
    const sent = [journal.append([event("a", 1)])];
    await new Promise((resolve) => process.nextTick(resolve));
    await first.return?.();
    for (let n = 2; n < 130; n++) sent.push(journal.append([event("a", n)]));
    const second = tailFrom(0);
    void second.next();
    sent.push(journal.append([event("a", 130)]));
    await Promise.all(sent);
    const third = tailFrom(2);
    for (let n = 1; n <= 130; n++) expect((await third.next()).value.data).toEqual({ n });
    await Promise.all([second.return?.(), third.return?.()]);
  });

  test("gives what it reads, not the objects that were appended", async () => {
    await using journal = sqliteJournal(newPath());
    const tail = journal.tail(0, new AbortController().signal)[Symbol.asyncIterator]();
    const next = tail.next();
    const data = { list: [1] };
    await journal.append([event("a", 1, data)]);
    expect((await next).value.data).toEqual({ list: [1] });
    expect((await next).value.data).not.toBe(data);
    await tail.return?.();
  });
});

describe("what cannot be recorded is refused alone:", () => {
  const append = (journal: SqliteJournal, ends: object) => journal.append([event("a", 1)], { expect: ends as never });
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  test.each([
    ["a value that is no JSON", [event("a", 1, 10n)], "not-json"],
    ["a circle", [event("a", 1, circle)], "not-json"],
    ["an event without a time", [{ ...event("a", 1), at: Number.NaN }], "invalid-value"],
    ["an event that is frozen, and so could not be numbered", [Object.freeze(event("a", 1))], "invalid-value"],
    ["an event without a type", [{ ...event("a", 1), type: undefined as never }], "invalid-value"],
  ])("%s", async (_, batch, code) => {
    await using journal = sqliteJournal(newPath());
    const before = journal.append([event("b", 1)]);
    expect(await failure(() => journal.append([event("c", 1), ...batch]))).toMatchObject({ code });
    await before;
    await journal.append([event("b", 2)]);
    expect(numbers(await all(journal.read("b")))).toEqual([1, 2]);
    expect(await all(journal.read("c"))).toEqual([]);
  });

  test.each<[string, (journal: SqliteJournal) => unknown, string]>([
    ["a head without a kind", (journal) => journal.append([], { heads: [{ stream: "a" } as never] }), "invalid-value"],
    [
      "a head that is kept until no time",
      (journal) => journal.append([], { heads: [{ stream: "a", kind: "k", state: "s", keepUntil: Number.NaN }] }),
      "invalid-value",
    ],
    [
      "a head about a circle",
      (journal) => journal.append([], { heads: [{ stream: "a", kind: "k", state: "s", about: circle }] }),
      "not-json",
    ],
    [
      "a head about a function",
      (journal) => journal.append([], { heads: [{ stream: "a", kind: "k", state: "s", about: () => 1 }] }),
      "not-json",
    ],
    ["a snapshot that is a function", (journal) => journal.snapshots.put("a", { seq: 1, state: () => 1 }), "not-json"],
    ["a snapshot of no JSON", (journal) => journal.snapshots.put("a", { seq: 1, state: 1n }), "not-json"],
    ["a snapshot of no event", (journal) => journal.snapshots.put("a", { seq: 1.5, state: 1 }), "invalid-value"],
    ["bytes that are none", (journal) => journal.blobs.put("text" as never), "invalid-value"],
    ["too many bytes", (journal) => journal.blobs.put(new Uint8Array(900_000_001)), "invalid-value"],
    ["no stream to drop", (journal) => journal.drop(undefined as never), "invalid-value"],
    ["no stream to drop with a batch", (journal) => journal.append([], { drop: [7 as never] }), "invalid-value"],
    ["an end to expect that is no number", (journal) => append(journal, { a: () => 1 }), "invalid-value"],
    ["an end to expect that is a text", (journal) => append(journal, { a: "0" }), "invalid-value"],
    ["no stream to read", (journal) => all(journal.read(undefined as never)), "invalid-value"],
    ["heads of a stream that is no text", (journal) => all(journal.heads({ stream: 7 as never })), "invalid-option"],
    ["heads of no kind", (journal) => all(journal.heads({ kind: {} as never, ended: false })), "invalid-option"],
    ["heads in no state", (journal) => all(journal.heads({ state: null as never })), "invalid-option"],
    ["heads that have ended or not", (journal) => all(journal.heads({ ended: 1 as never })), "invalid-option"],
    ["what no other thread can be given", (journal) => all(journal.read("a", (() => 1) as never)), "invalid-value"],
  ])("%s", async (_, act, code) => {
    await using journal = sqliteJournal(newPath());
    expect(await failure(() => act(journal))).toMatchObject({ code });
    await journal.append([event("b", 1)]);
    expect(await all(journal.heads())).toEqual([]);
  });

  test("options", async () => {
    for (const options of [
      { durability: "none" },
      { access: "both" },
      { create: 1 },
      { retain: { age: "soon" } },
      { retain: { count: -1 } },
      { acceptLoss: "yes" },
    ]) {
      const { code } = await failure(() => sqliteJournal(newPath(), options as never));
      expect(code).toMatch(/^invalid-(option|duration)$/);
    }
    const misspelt = [{ durabilty: "process" }, { retain: { max: 3 } }, { retain: 3 }] as never[];
    for (const options of misspelt) {
      expect(await failure(() => sqliteJournal("a.db", options))).toMatchObject({ code: "invalid-option" });
    }
    expect(await failure(() => sqliteJournal(":memory:"))).toMatchObject({
      code: "invalid-option",
      fix: "use memoryJournal() of aitor in its place",
    });
    expect(await failure(() => sqliteJournal(""))).toMatchObject({ code: "invalid-option" });
  });
});

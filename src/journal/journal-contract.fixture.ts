import { describe, expect, test } from "vitest";
import type { BlobRef, EventEnvelope } from "../base/index.ts";
import type { HeadChange, HeadFilter, Journal } from "./journal.ts";
import { tailContract } from "./tail-contract.fixture.ts";
import { all, event, first, numbers } from "./journal-reading.fixture.ts";

/*
 * What every journal promises, whatever it is made of:
 * - events come back as they were, in the order in which they were appended, per stream and over all streams
 * - a batch is recorded whole, over several streams too, or not at all; a conflict leaves nothing behind
 * - heads tell what was last said of each stream, and where it begins and ends
 * - a stream that is dropped is gone, and a reader that is under way is not disturbed
 * - a snapshot is found at or below an event; bytes are found by their content
 * - closing twice is harmless; nothing can be written afterwards
 */

/** Declares the tests of the contract. `open` gives a new, empty journal each time. */
export function journalContract(open: () => Journal | Promise<Journal>): void {
  describe("events", () => {
    test("come back in order, as they were, with a rising seq", async () => {
      await using journal = await open();
      for (let n = 1; n <= 50; n++) await journal.append([event("a", n), event("b", n)]);
      const read = await all(journal.read("a"));
      expect(read.map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, index) => ({ n: index + 1 })));
      expect(read[0]).toMatchObject({ v: 1, stream: "a", at: 1, run: "run", key: "key", type: "happened" });
      expect(read.every(({ seq }, index) => seq > (read[index - 1]?.seq ?? 0))).toBe(true);
    });

    test("keep their order when appends are not awaited", async () => {
      await using journal = await open();
      const appends = Array.from({ length: 100 }, (_, n) => journal.append([event(n % 3 === 0 ? "a" : "b", n)]));
      await Promise.all(appends);
      expect(numbers(await all(journal.read("a")))).toEqual(Array.from({ length: 34 }, (_, index) => index * 3));
      expect(numbers(await first(100, journal))).toEqual(Array.from({ length: 100 }, (_, index) => index));
    });

    test("are read from a seq on, up to the end at the call", async () => {
      await using journal = await open();
      await journal.append([1, 2, 3, 4].map((n) => event("a", n)));
      const third = (await all(journal.read("a")))[2] as EventEnvelope;
      const reading = journal.read("a", third.seq);
      await journal.append([event("a", 5)]);
      expect(numbers(await all(reading)).slice(0, 2)).toEqual([3, 4]);
      expect(numbers(await all(journal.read("a", third.seq)))).toEqual([3, 4, 5]);
      expect(await all(journal.read("a", third.seq + 100))).toEqual([]);
      expect(await all(journal.read("nobody"))).toEqual([]);
    });

    test("may be in a stream of any name", async () => {
      await using journal = await open();
      for (const stream of ["__proto__", "a/b", "a", "é\n'\"; --", " "]) {
        await journal.append([event(stream, 1)]);
        expect(await all(journal.read(stream))).toHaveLength(1);
      }
    });
  });

  describe("a batch", () => {
    test("is recorded over several streams, in one order", async () => {
      await using journal = await open();
      await journal.append([event("a", 1), event("b", 2), event("a", 3)]);
      expect(numbers(await all(journal.read("a")))).toEqual([1, 3]);
      expect(numbers(await first(3, journal))).toEqual([1, 2, 3]);
    });

    test("is recorded where each stream is as expected", async () => {
      await using journal = await open();
      await journal.append([event("a", 1)], { expect: { a: 0, b: 0 } });
      const last = (await all(journal.read("a"))).at(-1)?.seq as number;
      await journal.append([event("a", 2), event("b", 3)], { expect: { a: last, b: 0 } });
      expect(numbers(await all(journal.read("a")))).toEqual([1, 2]);
    });

    test("leaves nothing behind where one stream is not as expected", async () => {
      await using journal = await open();
      await journal.append([event("a", 1)], { heads: [head("a", "running")] });
      const options = { expect: { b: 0, a: 0 }, heads: [head("a", "finished"), head("b", "running")] };
      await expect(async () => journal.append([event("b", 2), event("a", 3)], options)).rejects.toMatchObject({
        code: "journal-conflict",
        data: { stream: "a", expected: 0 },
      });
      expect(numbers(await all(journal.read("a")))).toEqual([1]);
      expect(await all(journal.read("b"))).toEqual([]);
      expect(await heads(journal)).toEqual(["a running"]);
      await journal.append([event("b", 4)], { expect: { b: 0 } });
    });

    test("may change heads alone", async () => {
      await using journal = await open();
      await journal.append([event("a", 1)], { heads: [head("a", "running")] });
      await journal.append([], { heads: [head("a", "finished")] });
      expect(await heads(journal)).toEqual(["a finished"]);
    });
  });

  describe("heads", () => {
    async function filled(): Promise<Journal> {
      const journal = await open();
      await journal.append([event("a", 1), event("b", 2)], { heads: [head("a", "running"), head("b", "running")] });
      await journal.append([event("c", 3)], { heads: [{ stream: "c", kind: "agent", state: "running" }] });
      await journal.append([event("a", 4)], { heads: [head("a", "finished")] });
      await journal.append([event("untold", 5)]);
      return journal;
    }

    test("tell what was last said of each stream, and nothing of the others", async () => {
      await using journal = await filled();
      expect((await heads(journal)).sort()).toEqual(["a finished", "b running", "c running"]);
    });

    test("are filtered by kind, by state and by both", async () => {
      await using journal = await filled();
      expect((await heads(journal, { kind: "run" })).sort()).toEqual(["a finished", "b running"]);
      expect((await heads(journal, { state: "running" })).sort()).toEqual(["b running", "c running"]);
      expect(await heads(journal, { kind: "run", state: "running" })).toEqual(["b running"]);
      expect(await heads(journal, { kind: "nothing" })).toEqual([]);
    });

    test("tell the first and the last event", async () => {
      await using journal = await filled();
      const events = await all(journal.read("a"));
      const [found] = await all(journal.heads({ state: "finished" }));
      expect(found).toEqual({
        ...head("a", "finished"),
        ended: false,
        about: undefined,
        keepUntil: undefined,
        first: events[0]?.seq,
        last: events[1]?.seq,
        firstAt: 1,
        lastAt: 1,
      });
    });
  });

  describe("a dropped stream", () => {
    test("is gone with its head and its snapshots, and may begin again", async () => {
      await using journal = await open();
      await journal.append([event("a", 1), event("b", 1)], { heads: [head("a", "running")] });
      await journal.snapshots.put("a", { seq: 1, state: "s" });
      await journal.drop("a");
      expect(await all(journal.read("a"))).toEqual([]);
      expect(await heads(journal)).toEqual([]);
      expect(await journal.snapshots.get("a")).toBeUndefined();
      expect(await all(journal.read("b"))).toHaveLength(1);
      await journal.append([event("a", 2)], { expect: { a: 0 } });
      expect(numbers(await all(journal.read("a")))).toEqual([2]);
    });

    test("does no harm where there is none", async () => {
      await using journal = await open();
      await journal.drop("a");
    });

    test("ends its readers, who are told what was there and nothing else", async () => {
      await using journal = await open();
      await journal.append([1, 2, 3].map((n) => event("a", n)));
      const reader = journal.read("a")[Symbol.asyncIterator]();
      expect((await reader.next()).value).toMatchObject({ data: { n: 1 } });
      await journal.drop("a");
      await journal.append([event("a", 9)]);
      const rest: EventEnvelope[] = [];
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) rest.push(next.value);
      expect([2, 3]).toEqual(expect.arrayContaining(numbers(rest)));
    });
  });

  describe("a snapshot", () => {
    test("is the latest at or below an event, in whatever order they were put", async () => {
      await using journal = await open();
      await journal.append([1, 2, 3, 4, 5, 6].map((n) => event("a", n)));
      for (const seq of [4, 2, 6]) await journal.snapshots.put("a", { seq, state: { seq } });
      const at = async (atMost?: number): Promise<unknown> => (await journal.snapshots.get("a", atMost))?.state;
      expect(await at()).toEqual({ seq: 6 });
      expect(await at(6)).toEqual({ seq: 6 });
      expect(await at(5)).toEqual({ seq: 4 });
      expect(await at(2)).toEqual({ seq: 2 });
      expect(await at(1)).toBeUndefined();
      expect(await journal.snapshots.get("b")).toBeUndefined();
    });

    test("replaces one of the same event", async () => {
      await using journal = await open();
      await journal.append([event("a", 1)]);
      await journal.snapshots.put("a", { seq: 1, state: "old" });
      await journal.snapshots.put("a", { seq: 1, state: "new" });
      expect(await journal.snapshots.get("a")).toEqual({ seq: 1, state: "new" });
    });
  });

  describe("bytes", () => {
    test.each([0, 1, 1_000_000])("come back equal, by their content (%d of them)", async (size) => {
      await using journal = await open();
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      const ref = await journal.blobs.put(bytes);
      expect(ref).toEqual({ blob: await sha256(bytes), size });
      expect(await journal.blobs.put(bytes.slice())).toEqual(ref);
      expect(Array.from(await journal.blobs.get(ref))).toEqual(Array.from(bytes));
    });

    const kinds: readonly (readonly [string, () => Uint8Array])[] = [
      ["an array of bytes", () => Uint8Array.of(1, 2, 3)],
      ["a Buffer, whose slice is no copy", () => Buffer.from([1, 2, 3])],
      ["a part of a larger buffer", () => new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)],
    ];

    test.each(kinds)("do not change with what was put or got: %s", async (_, make) => {
      await using journal = await open();
      const put = make();
      const ref = await journal.blobs.put(put);
      put[0] = 99;
      const got = await journal.blobs.get(ref);
      expect(Array.from(got)).toEqual([1, 2, 3]);
      got[1] = 99;
      expect(Array.from(await journal.blobs.get(ref))).toEqual([1, 2, 3]);
    });

    test("that were never put are an error", async () => {
      await using journal = await open();
      const ref: BlobRef = { blob: "0".repeat(64), size: 1 };
      await expect(async () => journal.blobs.get(ref)).rejects.toMatchObject({ code: "blob-missing" });
    });
  });

  tailContract(open);

  describe("a closed journal", () => {
    test("is closed again without harm", async () => {
      const journal = await open();
      await journal.close();
      await journal.close();
      await journal[Symbol.asyncDispose]();
    });

    test("takes nothing more", async () => {
      const journal = await open();
      await journal.append([event("a", 1)]);
      await journal.close();
      const closed = { code: "journal-closed" };
      await expect(async () => journal.append([event("a", 2)])).rejects.toMatchObject(closed);
      await expect(async () => journal.drop("a")).rejects.toMatchObject(closed);
      await expect(async () => journal.snapshots.put("a", { seq: 1, state: 1 })).rejects.toMatchObject(closed);
      await expect(async () => journal.blobs.put(Uint8Array.of(1))).rejects.toMatchObject(closed);
    });

    test("has recorded what was appended before, awaited or not", async () => {
      const journal = await open();
      const seen: number[] = [];
      const tail = (async () => {
        for await (const { data } of journal.tail(0, new AbortController().signal))
          seen.push((data as { n: number }).n);
      })();
      const appends = [1, 2, 3].map((n) => journal.append([event("a", n)]));
      await journal.close();
      await Promise.all(appends);
      await tail;
      expect(seen).toEqual([1, 2, 3]);
    });
  });
}

function head(stream: string, state: string): HeadChange {
  return { stream, kind: "run", state };
}

async function heads(journal: Journal, filter?: HeadFilter): Promise<string[]> {
  return (await all(journal.heads(filter))).map(({ stream, state }) => `${stream} ${state}`);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

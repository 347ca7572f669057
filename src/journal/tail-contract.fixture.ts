import { describe, expect, test } from "vitest";
import type { EventEnvelope } from "../base/index.ts";
import { all, event, first, numbers } from "./journal-reading.fixture.ts";
import type { Journal } from "./journal.ts";

/**
 * What a journal's tail promises: what is there and then what comes, over all streams in order, each event once, at its
 * reader's pace, until its signal aborts or the journal closes.
 */
export function tailContract(open: () => Journal | Promise<Journal>): void {
  describe("a tail", () => {
    test("gives what is there, then what comes", async () => {
      await using journal = await open();
      await journal.append([event("a", 1), event("b", 2)]);
      const taken = first(4, journal);
      await journal.append([event("c", 3)]);
      await journal.append([event("a", 4)]);
      expect(numbers(await taken)).toEqual([1, 2, 3, 4]);
    });

    test("begins at a seq, which may be still to come", async () => {
      await using journal = await open();
      await journal.append([1, 2, 3].map((n) => event("a", n)));
      const [one, two] = await all(journal.read("a"));
      expect(numbers(await first(2, journal, two?.seq))).toEqual([2, 3]);
      const step = (two?.seq as number) - (one?.seq as number);
      const later = first(1, journal, (two?.seq as number) + 3 * step);
      await journal.append([event("a", 4)]);
      await journal.append([event("a", 5)]);
      expect(numbers(await later)).toEqual([5]);
    });

    test("gives each event once and in order while many are appended", async () => {
      await using journal = await open();
      const tails = [1, 2, 3].map(() => first(300, journal));
      for (let n = 0; n < 300; n += 3) {
        void journal.append([event("a", n), event("b", n + 1)]);
        await journal.append([event("a", n + 2)]);
      }
      const expected = Array.from({ length: 300 }, (_, index) => index);
      for (const tail of tails) expect(numbers(await tail)).toEqual(expected);
    });

    test("that is slow holds nobody up, and misses nothing", async () => {
      await using journal = await open();
      const stop = new AbortController();
      const slow = journal.tail(0, stop.signal)[Symbol.asyncIterator]();
      await journal.append([event("a", 0)]);
      const seen = [await slow.next()];
      for (let n = 1; n < 100; n++) await journal.append([event("a", n)]);
      expect(await first(100, journal)).toHaveLength(100);
      while (seen.length < 100) seen.push(await slow.next());
      expect(numbers(seen.map(({ value }) => value as EventEnvelope))).toEqual(
        Array.from({ length: 100 }, (_, n) => n),
      );
      await slow.return?.();
    });

    test("ends when its signal aborts: before it begins, while it waits, and between two events", async () => {
      await using journal = await open();
      await journal.append([event("a", 1), event("a", 2)]);
      expect(await all(journal.tail(0, AbortSignal.abort()))).toEqual([]);
      expect(numbers(await first(1, journal))).toEqual([1]);
      const stop = new AbortController();
      const waiting = all(journal.tail(1_000_000, stop.signal));
      await journal.append([event("a", 3)]);
      stop.abort();
      expect(await waiting).toEqual([]);
    });

    test("is left with break, and others go on", async () => {
      await using journal = await open();
      await journal.append([event("a", 1)]);
      for await (const { data } of journal.tail(0, new AbortController().signal)) {
        expect(data).toEqual({ n: 1 });
        break;
      }
      const other = first(2, journal);
      await journal.append([event("a", 2)]);
      expect(numbers(await other)).toEqual([1, 2]);
    });

    test("does not give the events of a stream that was dropped before", async () => {
      await using journal = await open();
      await journal.append([event("a", 1), event("b", 2)]);
      await journal.drop("a");
      expect(numbers(await first(1, journal))).toEqual([2]);
    });

    test("ends when the journal closes, once it has given all", async () => {
      const journal = await open();
      await journal.append([event("a", 1), event("a", 2)]);
      const tail = journal.tail(0, new AbortController().signal)[Symbol.asyncIterator]();
      expect(numbers([(await tail.next()).value as EventEnvelope])).toEqual([1]);
      await journal.close();
      expect(numbers([(await tail.next()).value as EventEnvelope])).toEqual([2]);
      expect((await tail.next()).done).toBe(true);
    });
  });
}

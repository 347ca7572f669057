import type { EventEnvelope } from "../base/index.ts";
import { holds, same } from "./conformance.ts";
import { all, begun, event, head, heads, type JournalCases, lastSeq, numbers, read, upTo } from "./journal-trial.ts";

/** Any text may name a stream; the last ones would be one to a store that folds case, accents or patterns. */
const NAMES = [
  "__proto__",
  "constructor",
  " ",
  "0",
  "00",
  "1e0",
  "a/b",
  "'\"; --\n\t\\",
  "日本語 😀",
  "long".repeat(250),
  "a",
  "A",
  "a ",
  "a%",
  "a_b",
  "axb",
  "\u00e9",
  "e\u0301",
];

export const eventCases: JournalCases = {
  "come back in order, as they were": async (trial) => {
    const journal = await trial.open();
    for (let n = 0; n < 20; n++) {
      const envelope = {
        at: 1_700_000_000_000 + n,
        run: `run ${n}`,
        key: n === 3 ? "" : `step-${n}`,
        type: `type-${n}`,
      };
      await journal.append([event("a", n, envelope), event("b", n + 100)]);
    }
    const found = await all(journal.read("a"));
    same(numbers(found), upTo(20), "the events of a stream");
    const [third] = found.slice(3);
    const expected = {
      ...event("a", 3),
      at: 1_700_000_000_003,
      run: "run 3",
      key: "",
      type: "type-3",
      seq: third?.seq,
    };
    same({ ...third }, expected, "an event's envelope");
    same(
      await read(journal, "b"),
      upTo(20).map((n) => n + 100),
      "the events of another stream",
    );
  },

  "have a seq that rises with each, over all streams": async (trial) => {
    const journal = await trial.open();
    for (let n = 0; n < 12; n += 3) await journal.append([event("a", n), event("b", n + 1), event("a", n + 2)]);
    const found = await trial.first(12, journal);
    same(numbers(found), upTo(12), "the events of all streams");
    const seqs = found.map(({ seq }) => seq);
    const rises = seqs.every((seq, index) => Number.isSafeInteger(seq) && seq > (seqs[index - 1] ?? 0));
    holds(rises, "their seq", "whole numbers from 1 on, each above the one before", seqs);
    const apart = [...(await all(journal.read("a"))), ...(await all(journal.read("b")))];
    same(
      apart.map(({ seq }) => seq).sort((a, b) => a - b),
      seqs,
      "the same seq whichever way they are read",
    );
  },

  "that were appended know their seq": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0)]);
    const appended = [event("a", 1), event("b", 2), event("a", 3)];
    await journal.append(appended);
    const found = (await trial.first(4, journal)).slice(1);
    same(
      appended.map(({ seq }) => seq),
      found.map(({ seq }) => seq),
      "the seq of the objects that were appended",
    );
  },

  "keep their order when appends are not awaited": async (trial) => {
    const journal = await trial.open();
    await Promise.all(upTo(100).map((n) => begun(() => journal.append([event(n % 3 === 0 ? "a" : "b", n)]))));
    same(
      await read(journal, "a"),
      upTo(34).map((n) => n * 3),
      "the events of a stream",
    );
    same(numbers(await trial.first(100, journal)), upTo(100), "the events of all streams");
  },

  "are in the order of their appends, whatever their time": async (trial) => {
    const journal = await trial.open();
    const times = [5, 5, 9, 2, 0, 5, 8_640_000_000_000_000];
    await journal.append(times.slice(0, 4).map((at, n) => event("a", n, { at })));
    for (const [index, at] of times.slice(4).entries()) await journal.append([event("a", index + 4, { at })]);
    const found = await all(journal.read("a"));
    same(
      found.map(({ at }) => at),
      times,
      "the times of events, some equal and some going back",
    );
    same(numbers(await trial.first(7, journal)), upTo(7), "the order of a tail");
  },

  "are seen by what is read after the append was called, awaited or not": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0)], { heads: [head("a", "running")] });
    void begun(() => journal.append([event("a", 1)], { heads: [head("a", "finished")] }));
    const reading = begun(() => read(journal, "a"));
    const listing = begun(() => heads(journal));
    same(await reading, [0, 1], "what is read of the stream");
    same(await listing, ["a finished"], "the heads");
  },

  "are read from a seq on, up to the end at that moment": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 0), event("a", 2), event("a", 3), event("a", 4)]);
    const seqs = (await all(journal.read("a"))).map(({ seq }) => seq);
    const reading = journal.read("a", seqs[2]);
    await journal.append([event("a", 5)]);
    const found = numbers(await all(reading));
    // A reader may fix the end when it is asked for its first event.
    same(found, found.length > 2 ? [3, 4, 5] : [3, 4], "a reader that was there before event 5");
    same(await read(journal, "a", seqs[2]), [3, 4, 5], "from the third on");
    same(await read(journal, "a", (seqs[1] as number) - 1), [2, 3, 4, 5], "from a seq of another stream on");
    same(await read(journal, "a", (await lastSeq(journal, "a")) + 1), [], "from beyond the end on");
    same(await read(journal, "nobody"), [], "a stream that does not exist");
  },

  "are read to an end, though more are appended meanwhile": async (trial) => {
    const journal = await trial.open();
    await journal.append(upTo(5).map((n) => event("a", n)));
    const found: EventEnvelope[] = [];
    for await (const item of journal.read("a")) {
      found.push(item);
      if (found.length > 100) break;
      await journal.append([event("a", 100)]);
    }
    holds(found.length <= 100, "a reader that appends an event for each one read", "an end", "more than 100 events");
    same(numbers(found).slice(0, 5), upTo(5), "what it read first");
  },

  "are read by several readers at once, each at its own place": async (trial) => {
    const journal = await trial.open();
    await journal.append(upTo(30).map((n) => event("a", n)));
    const ahead = journal.read("a")[Symbol.asyncIterator]();
    const seen: EventEnvelope[] = [];
    for (let n = 0; n < 10; n++) seen.push((await ahead.next()).value as EventEnvelope);
    same(await read(journal, "a"), upTo(30), "a reader that began later");
    for (let next = await ahead.next(); next.done !== true; next = await ahead.next()) seen.push(next.value);
    same(numbers(seen), upTo(30), "the reader that began first");
  },

  "may be in a stream of any name": async (trial) => {
    const journal = await trial.open();
    for (const [n, name] of NAMES.entries()) {
      await journal.append([event(name, n)], { expect: { [name]: 0 }, heads: [head(name, "running")] });
    }
    for (const [n, name] of NAMES.entries()) {
      same(await read(journal, name), [n], `the stream named ${JSON.stringify(name)}`);
      same(await heads(journal, { stream: name }), [`${name} running`], "its head");
    }
    same(
      (await trial.first(NAMES.length, journal)).map(({ stream }) => stream),
      NAMES,
      "the names in a tail",
    );
  },
};

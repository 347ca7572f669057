import { setImmediate as turn } from "node:timers/promises";
import type { EventEnvelope } from "../base/index.ts";
import { failure, holds, same } from "./conformance.ts";
import { begun, event, type JournalCases, lastSeq, numbers, upTo } from "./journal-trial.ts";

const endless = (): AbortSignal => new AbortController().signal;

export const tailCases: JournalCases = {
  "gives what is there, then what comes": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0), event("b", 1)]);
    const taken = trial.first(5, journal);
    await turn();
    await journal.append([event("c", 2)]);
    await journal.append([event("a", 3), event("b", 4)]);
    same(numbers(await taken), upTo(5), "what it gave");
  },

  "gives events as they are read of their streams": async (trial) => {
    const journal = await trial.open();
    const data = { n: 1, text: "é", list: [null, {}] };
    await journal.append([event("a", 1, { at: 7, run: "r", key: "", type: "t", data })]);
    const taken = trial.first(2, journal);
    await turn();
    await journal.append([event("b", 1, { at: 8, run: "s", key: "k", type: "u", data })]);
    const [old, live] = await taken;
    same(
      { ...old },
      { ...event("a", 1), at: 7, run: "r", key: "", type: "t", data, seq: old?.seq },
      "an event that was there",
    );
    const expected = { ...event("b", 1), at: 8, run: "s", key: "k", type: "u", data, seq: await lastSeq(journal, "b") };
    same({ ...live }, expected, "an event that came");
  },

  "begins at a seq, which may be still to come": async (trial) => {
    const journal = await trial.open();
    await journal.append(upTo(3).map((n) => event("a", n)));
    const seqs = (await trial.first(3, journal)).map(({ seq }) => seq) as [number, number, number];
    same(numbers(await trial.first(2, journal, seqs[1])), [1, 2], "from the second event on");
    const next = trial.first(2, journal, seqs[2] + 1);
    await turn();
    for (const n of [3, 4]) await journal.append([event("b", n)]);
    same(numbers(await next), [3, 4], "from beyond the last event on");
    const later = (await lastSeq(journal, "b")) + 2;
    const taken = trial.first(1, journal, later);
    await turn();
    for (let n = 5; n < 30; n++) await journal.append([event("a", n)]);
    const [found] = await taken;
    holds(
      (found?.seq ?? 0) >= later,
      "the first event of a tail from a seq to come",
      `one with seq ≥ ${later}`,
      found?.seq,
    );
    const before = (await trial.first(30, journal)).filter(({ seq }) => seq >= later);
    same(found?.seq, before[0]?.seq, "its seq, and that of the first such event");
  },

  "gives each event once and in order while many are appended": async (trial) => {
    const journal = await trial.open();
    const tails = upTo(3).map(() => trial.first(120, journal));
    for (let n = 0; n < 120; n += 4) {
      void begun(() => journal.append([event("a", n), event("b", n + 1)]));
      void begun(() => journal.append([event("b", n + 2)], { lazy: true }));
      await journal.append([event("a", n + 3)]);
    }
    for (const tail of tails) same(numbers(await tail), upTo(120), "what a tail gave");
  },

  "goes at its reader's pace: none is held up by another, and none misses anything": async (trial) => {
    const journal = await trial.open();
    const stop = new AbortController();
    const stalled = journal.tail(0, stop.signal)[Symbol.asyncIterator]();
    await journal.append([event("a", 0)]);
    const seen = [await trial.next(stalled, "event 0")];
    const slow = begun(async () => {
      const found: EventEnvelope[] = [];
      for await (const item of journal.tail(0, endless())) {
        found.push(item);
        if (found.length === 300) break;
        if (found.length % 10 === 0) await turn();
      }
      return found;
    });
    for (let n = 1; n < 300; n += 13) {
      await journal.append(upTo(Math.min(13, 300 - n)).map((more) => event("a", n + more)));
    }
    same(numbers(await trial.first(300, journal)), upTo(300), "what a quick reader that began late saw");
    const late = (): Error => failure("a slow reader", "300 events", "fewer, and then it waits");
    same(numbers(await trial.within(slow, late)), upTo(300), "what a slow reader saw");
    while (seen.length < 300) seen.push(await trial.next(stalled, `event ${seen.length}`));
    same(numbers(seen), upTo(300), "what a reader saw that had stopped after the first event");
    stop.abort();
    await stalled.return?.();
  },

  "misses nothing when its reader is thousands of events behind": async (trial) => {
    const journal = await trial.open();
    const stop = new AbortController();
    const tail = journal.tail(0, stop.signal)[Symbol.asyncIterator]();
    await journal.append([event("a", 0)]);
    const seen = [await trial.next(tail, "event 0")];
    for (let n = 1; n < 5_000; n += 250) {
      await journal.append(upTo(Math.min(250, 5_000 - n)).map((more) => event("a", n + more)));
      await turn();
    }
    const last = await lastSeq(journal, "a");
    while (seen.at(-1)?.seq !== last) seen.push(await trial.next(tail, "all up to event 4999"));
    same(numbers(seen), upTo(5_000), "what a reader saw that had stopped after the first event");
    stop.abort();
    await tail.return?.();
  },

  "ends when its signal aborts: before it begins, while it waits, and between two events": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("a", 2)]);
    same(
      await trial.rest(journal.tail(0, AbortSignal.abort()), "its signal has aborted"),
      [],
      "a tail that is too late",
    );
    same(numbers(await trial.first(1, journal)), [1], "a tail that is aborted after its first event");
    const idle = new AbortController();
    const waiting = trial.rest(journal.tail((await lastSeq(journal, "a")) + 1, idle.signal), "its signal aborts");
    for (let n = 0; n < 3; n++) await turn();
    idle.abort();
    same(await waiting, [], "a tail that nothing came for");
    const busy = new AbortController();
    const tail = journal.tail(0, busy.signal)[Symbol.asyncIterator]();
    await trial.next(tail, "event 1");
    busy.abort();
    await journal.append([event("a", 3)]);
    const late = (): Error => failure("a tail ends when its signal aborts", "its end", "nothing");
    const { done } = await trial.within(tail.next(), late);
    same(done, true, "its end, though there is more to give");
  },

  "is left with break, and others go on": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    const other = trial.first(3, journal);
    for await (const { data } of journal.tail(0, endless())) {
      same(data, { n: 1 }, "the first event");
      break;
    }
    await journal.append([event("a", 2)]);
    await journal.append([event("a", 3)]);
    same(numbers(await other), [1, 2, 3], "what the other one gave");
  },

  "does not give the events of a stream that was dropped before": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2), event("a", 3)]);
    await journal.drop("a");
    await journal.append([event("c", 4)]);
    same(numbers(await trial.first(2, journal)), [2, 4], "what it gave");
  },

  "ends when the journal closes, once it has given all": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("a", 2)]);
    const idle = trial.rest(journal.tail(0, endless()), "the journal closes");
    const tail = journal.tail(0, endless())[Symbol.asyncIterator]();
    same(numbers([await trial.next(tail, "event 1")]), [1], "the first event");
    await turn();
    await trial.close(journal);
    same(numbers([await trial.next(tail, "event 2")]), [2], "what was still to be given");
    const late = (): Error => failure("a tail ends when the journal closes", "its end", "nothing");
    same((await trial.within(tail.next(), late)).done, true, "its end");
    same(numbers(await idle), [1, 2], "what a reader saw that waited for more");
  },
};

import { failsWith, same } from "./conformance.ts";
import { begun, event, head, heads, type JournalCases, numbers, read, upTo } from "./journal-trial.ts";

export const lazyCases: JournalCases = {
  "is recorded though nothing comes after it": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)], { lazy: true });
    same(await read(journal, "a"), [1], "the events");
  },

  "reaches a tail though nothing comes after it": async (trial) => {
    const journal = await trial.open();
    void begun(() => journal.append([event("a", 1)], { lazy: true }));
    same(numbers(await trial.first(1, journal)), [1], "the events");
  },

  "keeps its place in the order": async (trial) => {
    const journal = await trial.open();
    const appended = upTo(30).map((n) => event(n % 2 === 0 ? "a" : "b", n));
    const appends = appended.map((one, n) => begun(() => journal.append([one], { lazy: n % 3 !== 2 })));
    await Promise.all(appends);
    const found = await trial.first(30, journal);
    same(numbers(found), upTo(30), "appends of which two in three are lazy");
    same(
      appended.map(({ seq }) => seq),
      found.map(({ seq }) => seq),
      "the seq of the objects that were appended",
    );
  },

  "is seen by what is read after it": async (trial) => {
    const journal = await trial.open();
    void begun(() => journal.append([event("a", 1)], { lazy: true, heads: [head("a", "running")] }));
    const reading = begun(() => read(journal, "a"));
    const listing = begun(() => heads(journal));
    same(await reading, [1], "what is read of the stream");
    same(await listing, ["a running"], "the heads");
  },

  "is seen by what later appends expect, and has expectations of its own": async (trial) => {
    const journal = await trial.open();
    void begun(() => journal.append([event("a", 1)], { lazy: true, expect: { a: 0 } }));
    const second = begun(() => journal.append([event("a", 2)], { lazy: true, expect: { a: 0 } }));
    const third = begun(() => journal.append([event("a", 3)], { expect: { a: 0 } }));
    await failsWith("journal-conflict", () => second, "a lazy append whose stream exists");
    await failsWith("journal-conflict", () => third, "an append whose stream a lazy one began");
    same(await read(journal, "a"), [1], "the events");
  },

  "is not lost when the journal closes": async (trial) => {
    const journal = await trial.open();
    const tail = trial.rest(journal.tail(0, new AbortController().signal), "the journal closes");
    const appends = upTo(3).map((n) => begun(() => journal.append([event("a", n)], { lazy: true })));
    await trial.close(journal);
    same(numbers(await tail), upTo(3), "what a tail gave before its end");
    await Promise.all(appends);
  },
};

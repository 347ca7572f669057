import { failsWith, holds, same } from "./conformance.ts";
import { begun, event, head, heads, type JournalCases, lastSeq, numbers, read, upTo } from "./journal-trial.ts";

export const batchCases: JournalCases = {
  "is recorded over several streams, in one order": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0), event("b", 1), event("a", 2), event("c", 3), event("b", 4)]);
    same(await read(journal, "a"), [0, 2], "its events in one stream");
    same(await read(journal, "b"), [1, 4], "its events in another");
    same(numbers(await trial.first(5, journal)), upTo(5), "its events over all streams");
  },

  "is recorded where each stream is as expected": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)], { expect: { a: 0, b: 0 } });
    await journal.append([event("a", 2), event("b", 3)], { expect: { a: await lastSeq(journal, "a"), b: 0 } });
    const expect = { a: await lastSeq(journal, "a"), b: await lastSeq(journal, "b"), c: 0 };
    await journal.append([event("c", 4)], { expect });
    same(numbers(await trial.first(4, journal)), [1, 2, 3, 4], "the events");
  },

  "leaves nothing behind where the one stream that it expects is not so": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    await failsWith(
      "journal-conflict",
      () => journal.append([event("a", 2)], { expect: { a: 0 } }),
      "a stream that exists",
    );
    const last = await lastSeq(journal, "a");
    for (const expected of [last - 1, last + 1, last + 100]) {
      const append = (): unknown => journal.append([event("a", 2)], { expect: { a: expected } });
      await failsWith("journal-conflict", append, `event ${expected} expected as the last, and it is ${last}`);
    }
    await failsWith("journal-conflict", () => journal.append([event("b", 2)], { expect: { b: 1 } }), "no stream");
    same([await read(journal, "a"), await read(journal, "b")], [[1], []], "the streams");
  },

  "leaves nothing behind where one of several streams is not as expected": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)], { heads: [head("a", "running")] });
    const [a, b] = [await lastSeq(journal, "a"), await lastSeq(journal, "b")];
    for (const expect of [
      { a: a + 1, b, c: 0 },
      { a, b: 0, c: 0 },
      { c: 0, a, b: b + 1 },
      { c: 1, a, b },
    ]) {
      const events = [event("c", 3), event("a", 4), event("b", 5)];
      const append = (): unknown =>
        journal.append(events, { expect, heads: [head("a", "finished"), head("c", "running")] });
      await failsWith(
        "journal-conflict",
        append,
        `expected ${JSON.stringify(expect)}, and it is ${JSON.stringify({ a, b })}`,
      );
    }
    same([await read(journal, "a"), await read(journal, "b"), await read(journal, "c")], [[1], [2], []], "the streams");
    same(await heads(journal), ["a running"], "the heads");
    await journal.append([event("c", 6)], { expect: { c: 0, a, b } });
    same(numbers(await trial.first(3, journal)), [1, 2, 6], "what a tail gives");
  },

  "that conflicts among others not awaited concerns itself alone": async (trial) => {
    const journal = await trial.open();
    const before = begun(() => journal.append([event("a", 1)], { expect: { a: 0 } }));
    const conflict = begun(() => journal.append([event("a", 2), event("b", 3)], { expect: { a: 0 } }));
    const after = begun(() => journal.append([event("b", 4)], { expect: { b: 0 } }));
    await failsWith("journal-conflict", () => conflict, "a stream that an append called before begins");
    await Promise.all([before, after]);
    same(numbers(await trial.first(2, journal)), [1, 4], "what the others recorded");
  },

  "may be empty, and then still says what is not as expected": async (trial) => {
    const journal = await trial.open();
    await journal.append([]);
    await journal.append([], { expect: { a: 0 }, heads: [] });
    same(await read(journal, "a"), [], "the stream that was expected not to exist");
    await journal.append([event("a", 1)]);
    await failsWith("journal-conflict", () => journal.append([], { expect: { a: 0 } }), "an empty batch");
    await journal.append([], { expect: { a: await lastSeq(journal, "a") } });
    same(numbers(await trial.first(1, journal)), [1], "what a tail gives");
  },

  "may change heads alone": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)], { heads: [head("a", "running")] });
    await journal.append([], { heads: [head("a", "finished")] });
    same(await heads(journal), ["a finished"], "the heads");
    same(await read(journal, "a"), [1], "the events");
  },

  "is what it was at the call, whatever becomes of the caller's lists and options": async (trial) => {
    const journal = await trial.open();
    const events = [event("a", 1), event("a", 2)];
    const change = { ...head("a", "running", { ended: false, keepUntil: 5 }) };
    const changes = [change];
    const expect: Record<string, number> = { a: 0 };
    const options = { expect, heads: changes };
    const append = begun(() => journal.append(events, options));
    events.pop();
    events.push(event("b", 3), event("b", 4));
    Object.assign(change, { stream: "b", state: "changed", ended: true, keepUntil: 9 });
    changes.push(head("b", "added"));
    expect["a"] = 77;
    expect["b"] = 77;
    Object.assign(options, { heads: [], expect: { a: 78 } });
    await append;
    same(numbers(await trial.first(2, journal)), [1, 2], "the events");
    same(await heads(journal), ["a running"], "the heads");
  },

  "of 5,000 events is recorded whole and in order, or not at all": async (trial) => {
    const journal = await trial.open();
    const events = upTo(5_000).map((n) => event(n % 5 === 0 ? "b" : "a", n));
    await journal.append(events, { expect: { a: 0, b: 0 } });
    same((await read(journal, "b")).length, 1_000, "how many are in one of its streams");
    same((await read(journal, "a")).length, 4_000, "how many are in the other");
    same(numbers(await trial.first(5_000, journal)), upTo(5_000), "the events");
    const last = await lastSeq(journal, "a");
    const again = upTo(5_000).map((n) => event("a", n));
    const append = (): unknown => journal.append(again, { expect: { a: last, b: 0 } });
    await failsWith("journal-conflict", append, "a batch of 5,000 whose second stream is not as expected");
    const found = await read(journal, "a");
    holds(found.length === 4_000, "the stream after that conflict", "4000 events", `${found.length} events`);
  },
};

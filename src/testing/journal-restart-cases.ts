import { failsWith, holds, same } from "./conformance.ts";
import { event, head, heads, type JournalCases, lastSeq, numbers, read, upTo } from "./journal-trial.ts";

export const restartCases: JournalCases = {
  "has what the batch records, and keeps its head": async (trial) => {
    const journal = await trial.open();
    const told = [head("a", "known", { about: { of: "a" } }), head("b", "running")];
    await journal.append([event("a", 1), event("b", 2), event("a", 3)], { heads: told });
    const seq = await lastSeq(journal, "a");
    await journal.snapshots.put("a", { seq, state: "of a" });
    await journal.snapshots.put("b", { seq: seq - 1, state: "of b" });
    await journal.append([event("a", 4), event("b", 5)], { expect: { a: seq }, restart: ["a"] });
    same([await read(journal, "a"), await read(journal, "b")], [[4], [2, 5]], "the streams");
    same(await journal.snapshots.get("a"), undefined, "its snapshot");
    same((await journal.snapshots.get("b"))?.state, "of b", "the snapshot of another stream");
    const first = await lastSeq(journal, "a");
    holds(first > seq, "the seq of what begins it anew", `above ${seq}`, first);
    for await (const found of journal.heads({ stream: "a" })) {
      same([found.kind, found.state, found.about], ["run", "known", { of: "a" }], "its head");
      same([found.first, found.last], [first, first], "its first event and its last, by its head");
    }
    same(await heads(journal), ["b running", "a known"], "the heads");
    await journal.append([event("a", 6)], { expect: { a: first } });
    same(await read(journal, "a"), [4, 6], "its events, as it goes on");
    await journal.append([event("a", 7)], { restart: ["a"], heads: [head("a", "known anew")] });
    same([await read(journal, "a"), await heads(journal)], [[7], ["b running", "a known anew"]], "it, begun once more");
  },

  "is as it was where the batch is refused": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("a", 2), event("b", 3)]);
    const a = await lastSeq(journal, "a");
    await journal.snapshots.put("a", { seq: a, state: "of a" });
    const stale = (): unknown => journal.append([event("a", 4)], { expect: { a: a - 1 }, restart: ["a", "b"] });
    await failsWith("journal-conflict", stale, "a batch that begins a stream anew, and expects what is not so");
    same([await read(journal, "a"), await read(journal, "b")], [[1, 2], [3]], "the streams");
    same((await journal.snapshots.get("a"))?.state, "of a", "its snapshot");
  },

  "keeps its bytes, which go when it is dropped": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    const ref = await journal.blobs.put(Uint8Array.of(1), { stream: "a" });
    await journal.append([event("a", 2)], { restart: ["a"] });
    await journal.append([event("a", 3)], { restart: ["a"] });
    same(Array.from(await journal.blobs.get(ref)), [1], "bytes of a stream that began anew");
    await journal.drop("a");
    await failsWith("blob-missing", () => journal.blobs.get(ref), "bytes of a stream that was dropped then");
  },

  "does no harm where there is none, or nothing follows": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("b", 1)], { restart: ["a", "b"], expect: { a: 0, b: 0 }, heads: [head("b", "there")] });
    same([await read(journal, "a"), await read(journal, "b")], [[], [1]], "the streams");
    await journal.append([], { restart: ["b"] });
    same(await read(journal, "b"), [], "a stream that began anew with nothing");
    same(await heads(journal), ["b there"], "the heads");
    await journal.append([event("b", 2)], { expect: { b: 0 } });
    same(await read(journal, "b"), [2], "the stream, when something was recorded");
  },

  "ends its readers, and leaves a tail its place": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0), event("b", 1), event("a", 2), event("b", 3)]);
    const reader = journal.read("a")[Symbol.asyncIterator]();
    const stop = new AbortController();
    const tail = journal.tail(0, stop.signal)[Symbol.asyncIterator]();
    const seen = [await trial.next(tail, "event 0")];
    const readEvents = [(await reader.next()).value];
    await journal.append([event("a", 4), event("b", 5)], { restart: ["a"] });
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) readEvents.push(next.value);
    const found = numbers(readEvents);
    same(found, [0, 2].slice(0, found.length), "what the reader saw");
    while (numbers(seen).at(-1) !== 5) seen.push(await trial.next(tail, "all up to event 5"));
    // What a tail had taken before it may still give.
    same(
      numbers(seen).filter((n) => n !== 2),
      [0, 1, 3, 4, 5],
      "what the tail gave, but for event 2",
    );
    stop.abort();
    await tail.return?.();
    const later = numbers(await trial.first(4, journal));
    same(later, [1, 3, 4, 5], "what a tail gives that begins later");
  },

  "takes with it what was appended before, awaited or not": async (trial) => {
    const journal = await trial.open();
    const appends = upTo(3).map((n) => journal.append([event("a", n)], { lazy: n === 1 }));
    const anew = journal.append([event("a", 3)], { restart: ["a"] });
    await Promise.all([...appends, anew, journal.append([event("a", 4)])]);
    same(await read(journal, "a"), [3, 4], "the events");
  },
};

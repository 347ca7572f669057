import type { EventEnvelope } from "../base/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import { all, begun, event, head, heads, type JournalCases, lastSeq, numbers, read, upTo } from "./journal-trial.ts";

export const dropCases: JournalCases = {
  "is gone with its head and its snapshots, and may begin again": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)], { heads: [head("a", "running"), head("b", "running")] });
    const seq = await lastSeq(journal, "a");
    await journal.snapshots.put("a", { seq, state: "of a" });
    await journal.snapshots.put("b", { seq: seq + 1, state: "of b" });
    await journal.drop("a");
    same(await read(journal, "a"), [], "its events");
    same(await heads(journal), ["b running"], "the heads");
    same(await heads(journal, { stream: "a" }), [], "its head");
    same(await journal.snapshots.get("a"), undefined, "its snapshot");
    same(await read(journal, "b"), [2], "the events of another stream");
    same((await journal.snapshots.get("b"))?.state, "of b", "the snapshot of another stream");
    await journal.append([event("a", 3)], { expect: { a: 0 } });
    same(await read(journal, "a"), [3], "the events of its second life");
    same(await journal.snapshots.get("a"), undefined, "a snapshot in its second life");
    same(await heads(journal, { stream: "a" }), [], "its head, before anything is said of it again");
  },

  "does not exist for those that expect it to": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2), event("c", 3)]);
    const [a, b] = [await lastSeq(journal, "a"), await lastSeq(journal, "b")];
    await journal.drop("a");
    const old = (): unknown => journal.append([event("a", 4), event("b", 5)], { expect: { b, a } });
    await failsWith("journal-conflict", old, "its last event before it was dropped, expected");
    await journal.append([event("a", 6), event("b", 7)], { expect: { b, a: 0 } });
    same([await read(journal, "a"), await read(journal, "b")], [[6], [2, 7]], "the streams");
  },

  "is forgotten in one step with what takes its place": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("a", 2), event("b", 3)], { heads: [head("a", "running")] });
    const a = await lastSeq(journal, "a");
    const stale = (): unknown => journal.append([event("a", 4)], { expect: { a: a - 1 }, drop: ["a", "b"] });
    await failsWith("journal-conflict", stale, "a batch that drops, and expects what is not so");
    same([await read(journal, "a"), await read(journal, "b")], [[1, 2], [3]], "the streams after it was refused");
    const options = { expect: { a }, drop: ["a", "b", "none"], heads: [head("a", "begun anew")] };
    await journal.append([event("a", 5), event("c", 6)], options);
    const streams = [await read(journal, "a"), await read(journal, "b"), await read(journal, "c")];
    same(streams, [[5], [], [6]], "the streams afterwards");
    same(await heads(journal), ["a begun anew"], "the heads");
    holds(
      (await lastSeq(journal, "a")) > a,
      "the seq of what begins it anew",
      `above ${a}`,
      await lastSeq(journal, "a"),
    );
    await journal.append([], { drop: ["a"] });
    same(await read(journal, "a"), [], "a stream that a batch of nothing dropped");
  },

  "does no harm where there is none": async (trial) => {
    const journal = await trial.open();
    await journal.drop("a");
    await journal.append([event("a", 1)]);
    await journal.drop("b");
    await journal.drop("b");
    same(await read(journal, "a"), [1], "the events of another stream");
  },

  "leaves streams of like names": async (trial) => {
    const journal = await trial.open();
    const names = ["run", "run/1", "RUN", "run%", "ru", "r_n", "%"];
    await journal.append(names.map((name, n) => event(name, n)));
    for (const name of ["run", "%", "r_n"]) await journal.drop(name);
    for (const [n, name] of names.entries()) {
      const dropped = ["run", "%", "r_n"].includes(name);
      same(await read(journal, name), dropped ? [] : [n], `stream "${name}"${dropped ? ", which was dropped" : ""}`);
    }
    const left = (await trial.first(4, journal)).map(({ stream }) => stream);
    same(left, ["run/1", "RUN", "run%", "ru"], "the streams that are left");
  },

  "does not give its seq to later events": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2), event("b", 3)]);
    const dropped = await lastSeq(journal, "b");
    await journal.drop("b");
    await journal.append([event("b", 4)]);
    const again = await lastSeq(journal, "b");
    holds(again > dropped, "the seq of the next event", `above ${dropped}`, again);
  },

  "takes with it what was appended before, awaited or not": async (trial) => {
    const journal = await trial.open();
    const appends = [1, 2].map((n) => begun(() => journal.append([event("a", n)], { lazy: n === 2 })));
    const drop = begun(() => journal.drop("a"));
    const after = begun(() => journal.append([event("a", 3)], { expect: { a: 0 } }));
    await Promise.all([...appends, drop, after]);
    same(await read(journal, "a"), [3], "the events");
  },

  "ends its readers, who are told what was there and nothing else": async (trial) => {
    const journal = await trial.open();
    await journal.append(upTo(3).map((n) => event("a", n)));
    const reader = journal.read("a")[Symbol.asyncIterator]();
    const seen = [(await reader.next()).value as EventEnvelope];
    await journal.drop("a");
    await journal.append([event("a", 9)]);
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) seen.push(next.value);
    const found = numbers(seen);
    same(found, upTo(found.length), "what the reader saw");
    holds(found.length <= 3, "what the reader saw", "at most the three events that were there", found);
  },

  "leaves a tail its place: it goes on with the others, and with the second life": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0), event("b", 1), event("a", 2), event("b", 3)]);
    const stop = new AbortController();
    const tail = journal.tail(0, stop.signal)[Symbol.asyncIterator]();
    const seen = [await trial.next(tail, "event 0")];
    await journal.drop("a");
    await journal.append([event("a", 4), event("b", 5)]);
    while (numbers(seen).at(-1) !== 5) seen.push(await trial.next(tail, "all up to event 5"));
    // What a tail had taken before the drop it may still give.
    const found = numbers(seen).filter((n) => n !== 2);
    same(found, [0, 1, 3, 4, 5], "what the tail gave, but for event 2");
    stop.abort();
    await tail.return?.();
    same(numbers(await all(journal.read("a"))), [4], "the stream");
  },
};

import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { BlobRef } from "../base/index.ts";
import type { BlobOptions, Journal } from "../journal/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import { JSON_VALUES } from "./journal-data-cases.ts";
import { all, begun, event, head, heads, type JournalCases, lastSeq, numbers, read, upTo } from "./journal-trial.ts";

/** When, after an append that nobody awaits was called, the process dies. */
const moments: readonly (readonly [when: string, reached: () => Promise<unknown>])[] = [
  ["at once", async () => {}],
  ...[1, 10].map((count) => [`${count} jobs later`, () => repeated(count, async () => {})] as const),
  ...[1, 3].map((count) => [`${count} turns later`, () => repeated(count, () => turn())] as const),
  ...[1, 10, 60].map((ms) => [`${ms} ms later`, () => pause(ms)] as const),
];

async function repeated(count: number, act: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n++) await act();
}

export const deathCases: JournalCases = {
  "it says that a record outlives the process": async (trial) => {
    const journal = await trial.open();
    same(journal.durable, true, "durable");
    same((await trial.afterDeath(journal)).durable, true, "durable");
  },

  "every acknowledged event is there, as it was": async (trial) => {
    const journal = await trial.open();
    for (let n = 0; n < 20; n++) await journal.append([event("a", n, { at: n }), event("b", n, { key: `k${n}` })]);
    await journal.append(JSON_VALUES.map((data) => event("c", 0, { data })));
    const before = await trial.first(40 + JSON_VALUES.length, journal);
    const survivor = await trial.afterDeath(journal);
    same(await read(survivor, "a"), upTo(20), "the events of one stream");
    same(
      (await all(survivor.read("c"))).map(({ data }) => data),
      JSON_VALUES,
      "the data of another",
    );
    const after = await trial.first(before.length, survivor);
    same(
      after.map((found) => ({ ...found })),
      before.map((found) => ({ ...found })),
      "all events, with their seq",
    );
  },

  "an event is there as soon as its append is acknowledged": async (trial) => {
    let journal = await trial.open();
    for (let n = 0; n < 5; n++) {
      await journal.append([event("a", n)], { lazy: n === 3 });
      journal = await trial.afterDeath(journal);
      same(await read(journal, "a"), upTo(n + 1), "the events, when the process died right after the acknowledgement");
    }
  },

  "what was appended before an acknowledged event is there too, awaited or not": async (trial) => {
    const journal = await trial.open();
    for (let n = 0; n < 10; n++) void begun(() => journal.append([event("a", n)], { lazy: n % 2 === 0 }));
    await journal.append([event("b", 10)]);
    const survivor = await trial.afterDeath(journal);
    same([await read(survivor, "a"), await read(survivor, "b")], [upTo(10), [10]], "the events of each stream");
    same(numbers(await trial.first(11, survivor)), upTo(11), "the events");
  },

  "a batch that nobody awaited is there whole or not at all, with its heads": async (trial) => {
    for (const [when, reached] of moments) {
      const journal = await trial.open();
      await journal.append([event("a", 0)], { heads: [head("a", "running")] });
      const batch = upTo(40).map((n) => event(n % 2 === 0 ? "a" : "b", n + 1));
      void begun(() => journal.append(batch, { heads: [head("a", "finished"), head("b", "running")] }));
      await reached();
      const survivor = await trial.afterDeath(journal);
      const found = [(await read(survivor, "a")).length, (await read(survivor, "b")).length, await heads(survivor)];
      const whole = [21, 20, ["a finished", "b running"]];
      same(found, found[1] === 0 ? [1, 0, ["a running"]] : whole, `events of a, of b, and heads, dying ${when}`);
    }
  },

  "no event is there without those before it": async (trial) => {
    for (const [when, reached] of moments) {
      const journal = await trial.open();
      for (let n = 0; n < 20; n++) {
        void begun(() => journal.append([event(n % 2 === 0 ? "a" : "b", n)], { lazy: n % 3 === 0 }));
      }
      await reached();
      const survivor = await trial.afterDeath(journal);
      const found = [...(await all(survivor.read("a"))), ...(await all(survivor.read("b")))];
      const order = numbers(found.sort((x, y) => x.seq - y.seq));
      same(order, upTo(order.length), `the events of appends that nobody awaited, dying ${when}`);
    }
  },

  "appends that were under way side by side are there in the order of their calls": async (trial) => {
    const journal = await trial.open();
    // A long one takes longer to write. Where writes run side by side, those behind it overtake it or land within it.
    const appends = upTo(200).map((n) => {
      const data = { n, text: "x".repeat(n % 50 === 0 ? 1_000_000 : 0) };
      return begun(() => journal.append([event(n % 2 === 0 ? "a" : "b", n, { data })]));
    });
    await Promise.all(appends);
    const survivor = await trial.afterDeath(journal);
    for (const [first, stream] of ["a", "b"].entries()) {
      const own = upTo(100).map((n) => first + 2 * n);
      same(await read(survivor, stream), own, `the events of stream ${stream}`);
    }
    same(numbers(await trial.first(200, survivor)), upTo(200), "the events of both");
  },

  "heads are there, with all that was said": async (trial) => {
    const journal = await trial.open();
    const said = head("a", "finished", { ended: true, about: { of: ["a"] }, keepUntil: 5 });
    await journal.append([event("b", 1), event("a", 2)], { heads: [said, head("b", "running", { about: null })] });
    await journal.append([event("b", 3, { at: 9 })], { heads: [head("b", "waiting")] });
    await journal.append([], { heads: [head("b", "waiting", { keepUntil: 7 })] });
    const before = (await all(journal.heads())).map((found) => ({ ...found }));
    const survivor = await trial.afterDeath(journal);
    same(
      (await all(survivor.heads())).map((found) => ({ ...found })),
      before,
      "the heads",
    );
    same(await heads(survivor, { ended: false }), ["b waiting"], "the heads of streams that have not ended");
    await survivor.append([event("b", 4)], { heads: [head("b", "finished")] });
    const [found] = await all(survivor.heads({ stream: "b" }));
    same([found?.about, found?.keepUntil], [null, 7], "what was said before the death and not anew");
  },

  "snapshots are there": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("a", 2)]);
    const [first, second] = (await all(journal.read("a"))).map(({ seq }) => seq) as [number, number];
    await journal.snapshots.put("a", { seq: second, state: { n: 2 } });
    await journal.snapshots.put("a", { seq: first, state: ["old"] });
    await journal.snapshots.put("a", { seq: first, state: { n: 1 } });
    const survivor = await trial.afterDeath(journal);
    same((await survivor.snapshots.get("a"))?.state, { n: 2 }, "the latest");
    same((await survivor.snapshots.get("a", first))?.state, { n: 1 }, "the one of the first event");
  },

  "bytes are there": async (trial) => {
    const journal = await trial.open();
    const refs = await Promise.all([[], [1], [1, 2]].map((bytes) => journal.blobs.put(Uint8Array.from(bytes))));
    const survivor = await trial.afterDeath(journal);
    const found = await Promise.all(refs.map(async (ref) => Array.from(await survivor.blobs.get(ref))));
    same(found, [[], [1], [1, 2]], "the bytes");
  },

  "bytes are kept as long as a stream that they belong to, or for ever": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    const put = async (n: number, first: BlobOptions, second: BlobOptions): Promise<BlobRef> => {
      await journal.blobs.put(Uint8Array.of(n), first);
      return journal.blobs.put(Uint8Array.of(n), second);
    };
    const [a, b] = [{ stream: "a" }, { stream: "b" }];
    const shared = [await put(0, a, b), await put(1, b, a)];
    const free = [await put(2, {}, a), await put(3, a, {})];
    const bytes = (from: Journal, refs: readonly BlobRef[]): Promise<number[][]> =>
      Promise.all(refs.map(async (ref) => Array.from(await from.blobs.get(ref))));
    const second = await trial.afterDeath(journal);
    await second.drop("a");
    same(await bytes(second, shared), [[0], [1]], "bytes of two streams, when one was dropped after a death");
    const third = await trial.afterDeath(second);
    same(await bytes(third, shared), [[0], [1]], "these bytes, after another death");
    await third.drop("b");
    for (const ref of shared) {
      await failsWith("blob-missing", () => third.blobs.get(ref), "bytes of two streams, when both were dropped");
    }
    same(await bytes(third, free), [[2], [3]], "bytes that were put without a stream, too");
  },

  "bytes of a stream that was dropped are gone, whatever dropped it": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    const a = await journal.blobs.put(Uint8Array.of(1), { stream: "a" });
    const b = await journal.blobs.put(Uint8Array.of(2), { stream: "b" });
    await journal.drop("a");
    await journal.append([event("b", 3)], { drop: ["b"] });
    const survivor = await trial.afterDeath(journal);
    await failsWith("blob-missing", () => survivor.blobs.get(a), "bytes of a stream that was dropped by itself");
    await failsWith("blob-missing", () => survivor.blobs.get(b), "bytes of a stream that a batch began anew");
  },

  "seq goes on rising, and none is given twice": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2), event("b", 3)]);
    const highest = await lastSeq(journal, "b");
    await journal.drop("b");
    const second = await trial.afterDeath(journal);
    await second.append([event("c", 4)]);
    const seq = await lastSeq(second, "c");
    holds(seq > highest, "the next seq, when the stream that had the highest was dropped", `above ${highest}`, seq);
    await second.drop("c");
    await second.drop("a");
    const third = await trial.afterDeath(second);
    await third.append([event("a", 5)]);
    const next = await lastSeq(third, "a");
    holds(next > seq, "the next seq, when all streams were dropped", `above ${seq}`, next);
  },

  "a dropped stream stays dropped, with its head and snapshots": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)], { heads: [head("a", "running"), head("b", "running")] });
    await journal.snapshots.put("a", { seq: await lastSeq(journal, "a"), state: "s" });
    await journal.drop("a");
    const survivor = await trial.afterDeath(journal);
    same(await read(survivor, "a"), [], "its events");
    same(await heads(survivor), ["b running"], "the heads");
    same(await survivor.snapshots.get("a"), undefined, "its snapshot");
    same(numbers(await trial.first(1, survivor)), [2], "what a tail gives");
    await survivor.append([event("a", 3)], { expect: { a: 0 } });
    same(await read(await trial.afterDeath(survivor), "a"), [3], "the events of its second life, after another death");
  },

  "what took the place of a stream is there, and not the stream": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    await journal.append([event("a", 3), event("c", 4)], { drop: ["a", "b"], heads: [head("c", "running")] });
    const survivor = await trial.afterDeath(journal);
    const streams = [await read(survivor, "a"), await read(survivor, "b"), await read(survivor, "c")];
    same(streams, [[3], [], [4]], "the streams");
    same(await heads(survivor), ["c running"], "the heads");
  },

  "a stream that began anew has what it began with, its head and its bytes": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2), event("a", 3)], { heads: [head("a", "known")] });
    const ref = await journal.blobs.put(Uint8Array.of(1), { stream: "a" });
    await journal.snapshots.put("a", { seq: await lastSeq(journal, "a"), state: "s" });
    await journal.append([event("a", 4), event("b", 5)], { restart: ["a"] });
    const last = await lastSeq(journal, "b");
    const survivor = await trial.afterDeath(journal);
    same([await read(survivor, "a"), await read(survivor, "b")], [[4], [2, 5]], "the streams");
    same(await heads(survivor), ["a known"], "the heads");
    same(await survivor.snapshots.get("a"), undefined, "its snapshot");
    same(Array.from(await survivor.blobs.get(ref)), [1], "its bytes");
    await survivor.append([event("a", 6)], { expect: { a: last - 1 } });
    const again = await trial.afterDeath(survivor);
    same(await read(again, "a"), [4, 6], "its events, after another death");
    await again.drop("a");
    await failsWith("blob-missing", () => again.blobs.get(ref), "its bytes, when it was dropped");
  },

  "what is expected of a stream is judged as before": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    const last = await lastSeq(journal, "a");
    const survivor = await trial.afterDeath(journal);
    const append = (): unknown => survivor.append([event("a", 2), event("b", 3)], { expect: { b: 0, a: 0 } });
    await failsWith("journal-conflict", append, "a stream that was there before the death");
    await survivor.append([event("a", 4)], { expect: { a: last, b: 0 } });
    same([await read(survivor, "a"), await read(survivor, "b")], [[1, 4], []], "the streams");
  },

  "a tail gives what was there, then what comes": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0), event("b", 1)]);
    const survivor = await trial.afterDeath(journal);
    const taken = trial.first(4, survivor);
    await turn();
    await survivor.append([event("a", 2), event("c", 3)]);
    same(numbers(await taken), upTo(4), "what it gave");
  },
};

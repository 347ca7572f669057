import type { Journal } from "../journal/index.ts";
import { same } from "./conformance.ts";
import { JSON_VALUES } from "./journal-data-cases.ts";
import { all, begun, event, type JournalCases, type JournalTrial, numbers, upTo } from "./journal-trial.ts";

/** A journal with a stream of events, and their seq. */
async function filled(trial: JournalTrial, count: number): Promise<{ journal: Journal; seqs: number[] }> {
  const journal = await trial.open();
  await journal.append(upTo(count).map((n) => event("a", n)));
  return { journal, seqs: (await all(journal.read("a"))).map(({ seq }) => seq) };
}

export const snapshotCases: JournalCases = {
  "is the latest at or below an event, in whatever order they were put": async (trial) => {
    const { journal, seqs } = await filled(trial, 7);
    const seq = (n: number): number => seqs[n] as number;
    for (const n of [4, 2, 6, 5]) await journal.snapshots.put("a", { seq: seq(n), state: { n } });
    const at = async (atMost?: number): Promise<unknown> => (await journal.snapshots.get("a", atMost))?.state;
    same(await at(), { n: 6 }, "the latest");
    same(await at(seq(6)), { n: 6 }, "at event 6");
    same(await at(seq(5)), { n: 5 }, "at event 5");
    same(await at(seq(3)), { n: 2 }, "at event 3, between 2 and 4");
    same(await at(seq(2)), { n: 2 }, "at event 2");
    same(await at(seq(1)), undefined, "at event 1, before the first snapshot");
    same(await at(seq(6) + 1_000_000), { n: 6 }, "far beyond the end");
    same((await journal.snapshots.get("a", seq(5)))?.seq, seq(5), "the seq that it tells");
  },

  "belongs to one stream": async (trial) => {
    const { journal, seqs } = await filled(trial, 1);
    const seq = seqs[0] as number;
    await journal.append([event("b", 1), event("A", 2)]);
    await journal.snapshots.put("a", { seq, state: "of a" });
    same(await journal.snapshots.get("b"), undefined, "the snapshot of another stream");
    same(await journal.snapshots.get("A"), undefined, "the snapshot of a stream of a like name");
    await journal.snapshots.put("b", { seq: seq + 1, state: "of b" });
    same((await journal.snapshots.get("a"))?.state, "of a", "its own snapshot");
    same((await journal.snapshots.get("b"))?.state, "of b", "the other's own");
    same(await journal.snapshots.get("nobody"), undefined, "the snapshot of a stream that does not exist");
  },

  "replaces one of the same event": async (trial) => {
    const { journal, seqs } = await filled(trial, 2);
    const [first, second] = seqs as [number, number];
    await journal.snapshots.put("a", { seq: first, state: "old" });
    await journal.snapshots.put("a", { seq: second, state: "second" });
    await journal.snapshots.put("a", { seq: first, state: "new" });
    same((await journal.snapshots.get("a", first))?.state, "new", "the snapshot of the first event");
    same((await journal.snapshots.get("a"))?.state, "second", "the latest snapshot");
  },

  "is restored with the events behind it": async (trial) => {
    const { journal, seqs } = await filled(trial, 6);
    const seq = (n: number): number => seqs[n] as number;
    await journal.append([event("b", 99)]);
    const at = async (atMost?: number): Promise<unknown> => {
      const { snapshot, events } = await journal.restore("a", atMost);
      return [snapshot?.state, numbers(await all(events))];
    };
    same(await at(), [undefined, [0, 1, 2, 3, 4, 5]], "what is restored where there is no snapshot");
    same(await at(seq(2)), [undefined, [0, 1, 2]], "the same, up to an event");
    await journal.snapshots.put("a", { seq: seq(1), state: "at 1" });
    await journal.snapshots.put("a", { seq: seq(4), state: "at 4" });
    same(await at(), ["at 4", [5]], "what is restored");
    same(await at(seq(4)), ["at 4", []], "what is restored up to a snapshot");
    same(await at(seq(3)), ["at 1", [2, 3]], "what is restored up to an event between two snapshots");
    same(await at(seq(0)), [undefined, [0]], "what is restored up to an event before all snapshots");
    same((await journal.restore("a")).snapshot?.seq, seq(4), "the seq that it tells");
    const none = await journal.restore("nobody");
    same([none.snapshot, await all(none.events)], [undefined, []], "what is restored of a stream that does not exist");
  },

  "is restored with what was appended before the call, awaited or not": async (trial) => {
    const { journal, seqs } = await filled(trial, 2);
    await journal.snapshots.put("a", { seq: seqs[1] as number, state: "s" });
    const appends = [2, 3].map((n) => begun(() => journal.append([event("a", n), event("b", n)], { lazy: n === 3 })));
    const restoring = journal.restore("a");
    const later = begun(() => journal.append([event("a", 4)]));
    const { snapshot, events } = await restoring;
    const found = numbers(await all(events));
    same([snapshot?.state, found.slice(0, 2)], ["s", [2, 3]], "what is restored");
    await Promise.all([...appends, later]);
  },

  "is restored with many events, each once and in order": async (trial) => {
    const { journal, seqs } = await filled(trial, 3);
    await journal.snapshots.put("a", { seq: seqs[2] as number, state: null });
    for (let n = 3; n < 1_503; n++) {
      const appended = begun(() => journal.append([event("a", n), event("b", n)]));
      if (n % 500 === 0) await appended;
    }
    const { events } = await journal.restore("a");
    same(numbers(await all(events)), upTo(1_503).slice(3), "the events behind the snapshot");
  },

  "is any JSON value": async (trial) => {
    const { journal, seqs } = await filled(trial, JSON_VALUES.length);
    for (const [n, state] of JSON_VALUES.entries()) {
      const seq = seqs[n] as number;
      await journal.snapshots.put("a", { seq, state });
      const found = await journal.snapshots.get("a");
      same({ seq: found?.seq, state: found?.state }, { seq, state }, "the snapshot");
    }
  },
};

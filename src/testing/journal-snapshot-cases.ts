import type { Journal } from "../journal/index.ts";
import { same } from "./conformance.ts";
import { JSON_VALUES } from "./journal-data-cases.ts";
import { all, event, type JournalCases, type JournalTrial, upTo } from "./journal-trial.ts";

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

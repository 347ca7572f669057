import { failsWith, same } from "./conformance.ts";
import { begun, event, type JournalCases, lastSeq, numbers, upTo } from "./journal-trial.ts";

export const closeCases: JournalCases = {
  "is closed again without harm": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    await Promise.all([trial.close(journal), journal.close()]);
    await journal.close();
    await journal[Symbol.asyncDispose]();
  },

  "takes nothing more": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    const seq = await lastSeq(journal, "a");
    await trial.close(journal);
    const calls: readonly (readonly [string, () => unknown])[] = [
      ["append", () => journal.append([event("a", 2)])],
      ["a lazy append", () => journal.append([event("a", 2)], { lazy: true })],
      ["append of nothing", () => journal.append([])],
      ["drop", () => journal.drop("a")],
      ["snapshots.put", () => journal.snapshots.put("a", { seq, state: 1 })],
      ["blobs.put", () => journal.blobs.put(Uint8Array.of(1))],
    ];
    for (const [name, call] of calls) await failsWith("journal-closed", call, `${name} after close`);
  },

  "has recorded what was appended before, awaited or not": async (trial) => {
    const journal = await trial.open();
    const tail = trial.rest(journal.tail(0, new AbortController().signal), "the journal closes");
    const appends = upTo(30).map((n) => begun(() => journal.append([event(n % 2 === 0 ? "a" : "b", n)])));
    await trial.close(journal);
    same(numbers(await tail), upTo(30), "what a tail gave before its end");
    await Promise.all(appends);
  },
};

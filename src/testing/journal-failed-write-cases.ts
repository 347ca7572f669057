import { isAitorError, messageOf } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { failure, holds, same } from "./conformance.ts";
import {
  all,
  begun,
  event,
  head,
  heads,
  type JournalCases,
  type JournalTrial,
  numbers,
  upTo,
} from "./journal-trial.ts";

export const failedWriteCases: JournalCases = {
  "is told, and so is each append after it, though there is room again": async (trial) => {
    for (const lazy of [false, true]) {
      const journal = await trial.open();
      await journal.append([event("a", 0)]);
      const makeRoom = await trial.failWrites(journal);
      const first = begun(() => journal.append([event("a", 1), event("b", 2)], { lazy }));
      const second = begun(() => journal.append([event("c", 3)]));
      const which = lazy ? "a lazy append" : "an append";
      await refused(() => first, `${which} that cannot be written`);
      await refused(() => second, `an append that was called before ${which} had failed`);
      await makeRoom();
      await refused(() => journal.append([event("a", 4)]), `an append to the same stream after ${which} that failed`);
      await refused(() => journal.append([event("d", 5)]), `an append to another stream after ${which} that failed`);
      await refused(
        () => journal.append([], { heads: [head("a", "x")] }),
        `a change of heads after ${which} that failed`,
      );
      await closed(trial, journal);
    }
  },

  "leaves what was recorded, and no event without those before it": async (trial) => {
    const journal = await trial.open();
    await failing(trial, journal);
    const { order, told } = await found(journal);
    holds(wholes.includes(order.length), "the events after a failed write", "those of whole batches", order);
    same(order, upTo(order.length), "the events after a failed write");
    same(told, [order.length > 2 ? "a unrecorded" : "a recorded"], "the heads after a failed write");
    await closed(trial, journal);
  },
};

export const failedWriteDeathCases: JournalCases = {
  "what was acknowledged is there, and no event without those before it; it goes on": async (trial) => {
    const journal = await trial.open();
    await failing(trial, journal);
    const survivor = await trial.afterDeath(journal);
    const { order, told } = await found(survivor);
    holds(wholes.includes(order.length), "the events", "those of whole batches", order);
    same(order, upTo(order.length), "the events");
    same(told, [order.length > 2 ? "a unrecorded" : "a recorded"], "the heads");
    await survivor.append([event("a", order.length)]);
    const again = await trial.afterDeath(survivor);
    same((await found(again)).order, upTo(order.length + 1), "the events, when it had gone on, after another death");
  },

  "what it showed when the write had failed is there": async (trial) => {
    const journal = await trial.open();
    await failing(trial, journal);
    const shown = await found(journal);
    const survivor = await trial.afterDeath(journal);
    const { order } = await found(survivor);
    same(order.slice(0, shown.order.length), shown.order, "the events that were read after the write had failed");
  },
};

/** How many events there may be when a write of `failing` has failed: a failed write may have reached the store. */
const wholes = [2, 5, 6, 7];

/** Two events that are recorded, and three batches, of three, one and one, that are refused. */
async function failing(trial: JournalTrial, journal: Journal): Promise<void> {
  await journal.append([event("a", 0), event("b", 1)], { heads: [head("a", "recorded")] });
  const makeRoom = await trial.failWrites(journal);
  const batch = [event("a", 2), event("b", 3), event("a", 4)];
  const appends = [
    begun(() => journal.append(batch, { heads: [head("a", "unrecorded")] })),
    begun(() => journal.append([event("b", 5)], { lazy: true })),
  ];
  for (const append of appends) await refused(() => append, "an append that cannot be written");
  await makeRoom();
  await refused(() => journal.append([event("a", 6)]), "an append after one that failed");
}

/** The numbers of the events of streams a and b in the order of their `seq`, and the heads. */
async function found(journal: Journal): Promise<{ order: unknown[]; told: string[] }> {
  const events = [...(await all(journal.read("a"))), ...(await all(journal.read("b")))];
  const order = numbers(events.sort((x, y) => x.seq - y.seq));
  return { order, told: await heads(journal) };
}

/** For any reason but a conflict and that the journal is closed, which it is not. */
async function refused(act: () => unknown, what: string): Promise<void> {
  try {
    await act();
  } catch (error) {
    const isOther = isAitorError(error, "journal-conflict") || isAitorError(error, "journal-closed");
    holds(!isOther, what, "an error that tells of the failed write", messageOf(error));
    return;
  }
  throw failure(what, "an error, since no stream may lack an event before another", "no error");
}

/** Closing may tell of the failed write again. */
async function closed(trial: JournalTrial, journal: Journal): Promise<void> {
  await trial.close(journal).catch(() => {});
}

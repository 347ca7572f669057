import { type EventEnvelope, isAitorError, type KeptChange } from "../../base/index.ts";
import { addTotals, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { expecting, type Head, type Journal } from "../../journal/index.ts";
import type { RunAbout } from "./events.ts";
import { runEvent } from "./run-event.ts";
import { streamOf } from "./stream-name.ts";
import { sumsOf, totalsOf, type UsageSums } from "./usage-sums.ts";

/*
 * What model calls used stays known when the runs that made them are forgotten. A run that called a model leaves an entry in
 * the ledger of its agent, or of its definition if it is no agent's, in the append that records its ending. So at every moment
 * each call is in one place: in a run that has not ended, or in a ledger. Entries add up, so writing one needs no knowledge of
 * those before. Now and then a sum replaces the entries, in one step with their removal. When an agent is deleted, the sum
 * replaces them without the agent's id.
 */

/** The owner of usage that is counted together. */
export interface UsageOwner {
  /** The definition's name. */
  readonly name: string;
  /** The agent's id. */
  readonly id?: string;
}

/** The kind of a ledger's head. */
export const USAGE = "usage";

/** An entry of a ledger: the usage of one run, or the sum of several. */
export type UsageCountedEvent = EventEnvelope<"usage-counted", { readonly models: UsageSums }>;

/** What a ledger holds. */
export interface Ledger {
  readonly models: ReadonlyMap<string, UsageTotals>;
  readonly entries: number;
  /** The `seq` of its first and last entry; 0 where there is none. */
  readonly first: number;
  readonly last: number;
}

/** Fewer are not worth a sum. */
const FEW = 32;
/** One in so many entries looks whether it is time for one: a hash of its place says which. */
const SELDOM = 64;

/** The owner of what a run uses. */
export function usageOwner({ name, key, holder = key }: RunAbout): UsageOwner {
  return holder === undefined ? { name } : { name: holder.name, id: holder.id };
}

export function ledgerStream({ name, id }: UsageOwner): string {
  return streamOf("usage", name, id);
}

/** An entry, as it is recorded along with something else. It does not say which run it is of. */
export function entryOf(owner: UsageOwner, at: number, models: UsageSums): KeptChange {
  const stream = ledgerStream(owner);
  const event: UsageCountedEvent = runEvent(stream, at, "", "usage-counted", { models });
  return { events: [event], heads: [{ stream, kind: USAGE, state: "known", about: owner }] };
}

export async function readLedger(journal: Journal, stream: string): Promise<Ledger> {
  const models = new Map<string, UsageTotals>();
  let [entries, first, last] = [0, 0, 0];
  for await (const event of journal.read(stream)) {
    for (const [model, sums] of Object.entries((event as UsageCountedEvent).data.models)) {
      models.set(model, addTotals(models.get(model) ?? NO_USAGE, totalsOf(sums)));
    }
    entries++;
    first ||= event.seq;
    last = event.seq;
  }
  return { models, entries, first, last };
}

/** Lets a sum take the place of an owner's entries, once in a while. What stands in the way is left for the next time. */
export function sumUpSeldom(journal: Journal, owner: UsageOwner, { events }: KeptChange): void {
  const [entry] = events;
  if (entry === undefined || Math.imul(entry.seq, 0x9e3779b1) >>> 0 >= 2 ** 32 / SELDOM) return;
  void sumUp(journal, owner, entry.at).catch(() => {});
}

async function sumUp(journal: Journal, owner: UsageOwner, at: number): Promise<void> {
  const ledger = await readLedger(journal, ledgerStream(owner));
  if (ledger.entries >= FEW) await replace(journal, owner, ledger, owner, at);
}

/** What an agent used is its definition's from now on. */
export async function forgetOwner(journal: Journal, owner: UsageOwner, at: number): Promise<void> {
  for (;;) {
    const ledger = await readLedger(journal, ledgerStream(owner));
    try {
      if (ledger.entries > 0) await replace(journal, owner, ledger, { name: owner.name }, at);
      return;
    } catch (error) {
      // Another entry came meanwhile.
      if (!isAitorError(error, "journal-conflict")) throw error;
    }
  }
}

async function replace(
  journal: Journal,
  owner: UsageOwner,
  { models, last }: Ledger,
  by: UsageOwner,
  at: number,
): Promise<void> {
  const stream = ledgerStream(owner);
  const { events, heads } = entryOf(by, at, sumsOf(models));
  await journal.append(events, { expect: expecting(stream, last), drop: [stream], heads });
}

/** Whether a run that has ended is in the ledger as it was read: its entry stands right before its ending. */
export function isIn({ last }: Ledger, run: Pick<Head, "last" | "state">): boolean {
  // What was sent again had ended before.
  return run.state === "sent-again" || run.last <= last + 1;
}

import { setImmediate as turn } from "node:timers/promises";
import type { EventEnvelope } from "../base/index.ts";
import {
  type AppendOptions,
  type Head,
  type HeadChange,
  type HeadFilter,
  type Journal,
  memoryJournal,
} from "../journal/index.ts";
import { wrapped } from "../journal/wrapped-journal.fixture.ts";
import type { JournalUnderTest } from "./journal-trial.ts";
import { StoredJournal, type StoredRecord } from "./stored-journal.fixture.ts";

/** A journal with one fault, and the case that must tell it. */
export interface JournalMutant {
  readonly fault: string;
  /** The beginning of the case's name. */
  readonly caughtBy: string;
  readonly subject: JournalUnderTest;
  /** What must come never comes: only patience tells. */
  readonly waits?: true;
}

export type Events = readonly EventEnvelope[];

/** A memory journal of which something is changed. */
export function mutant(fault: string, caughtBy: string, change: (journal: Journal) => Partial<Journal>): JournalMutant {
  const open = (): Journal => {
    const journal = memoryJournal();
    return wrapped(journal, change(journal));
  };
  return { fault, caughtBy, subject: { open } };
}

/** A journal that outlives its process, of which something is changed. */
export function stored(fault: string, caughtBy: string, Faulty: new () => StoredJournal): JournalMutant {
  const subject: JournalUnderTest = {
    open: () => new Faulty(),
    reopen: async (journal) => (journal as StoredJournal).survivor(),
    failWrites: (journal) => (journal as StoredJournal).failWrites(),
  };
  return { fault, caughtBy, subject };
}

export function waits(found: JournalMutant): JournalMutant {
  return { ...found, waits: true };
}

/** Changes what is read of one stream as a whole. */
export function reading(change: (events: EventEnvelope[]) => Events): (journal: Journal) => Partial<Journal> {
  return (journal) => ({ read: (...call) => changed(journal.read(...call), change) });
}

/** Changes the events on their way into the journal. */
export function appending(
  change: (events: Events, options: AppendOptions, journal: Journal) => readonly [Events, AppendOptions],
): (journal: Journal) => Partial<Journal> {
  return (journal) => ({
    append: (events, options = {}) => {
      const copies = events.map((event) => ({ ...event }));
      const appended = journal.append(...change(copies, options, journal));
      for (const [index, { seq }] of copies.entries()) set(events[index], { seq });
      return appended;
    },
  });
}

/** Changes the data of each event on its way into the journal. */
export function storing(change: (data: unknown) => unknown): (journal: Journal) => Partial<Journal> {
  return appending((events, options) => {
    for (const event of events) set(event, { data: change(event.data) });
    return [events, options];
  });
}

export function listing(change: (heads: Head[]) => readonly Head[]): (journal: Journal) => Partial<Journal> {
  return (journal) => ({ heads: (...call) => changed(journal.heads(...call), change) });
}

export function filtering(change: (filter: HeadFilter) => HeadFilter): (journal: Journal) => Partial<Journal> {
  return (journal) => ({ heads: (filter = {}) => journal.heads(change(filter)) });
}

/** Changes what is said of streams. */
export function saying(change: (head: HeadChange) => HeadChange): (journal: Journal) => Partial<Journal> {
  return appending((events, options) => [
    events,
    options.heads === undefined ? options : { ...options, heads: options.heads.map(change) },
  ]);
}

export function tailing(
  change: (
    tail: AsyncIterable<EventEnvelope>,
    from: number,
    signal: AbortSignal,
    journal: Journal,
  ) => AsyncIterable<EventEnvelope>,
): (journal: Journal) => Partial<Journal> {
  return (journal) => ({ tail: (from, signal) => change(journal.tail(from, signal), from, signal, journal) });
}

export async function* changed<Item>(
  items: AsyncIterable<Item>,
  change: (items: Item[]) => readonly Item[],
): AsyncGenerator<Item> {
  yield* change(await Array.fromAsync(items));
}

export function set(event: EventEnvelope | undefined, change: Partial<EventEnvelope>): void {
  Object.assign(event as object, change);
}

export function nothing(): void {}

/** The options, with other expectations or none. */
export function expecting(options: AppendOptions, expect: AppendOptions["expect"] | undefined): AppendOptions {
  const rest = without(options, "expect");
  return expect === undefined ? rest : { ...rest, expect };
}

export function without<Thing extends object, Key extends keyof Thing>(thing: Thing, key: Key): Omit<Thing, Key> {
  const { [key]: _omitted, ...rest } = thing;
  return rest;
}

export async function aTurnLater(call: () => Promise<void>): Promise<void> {
  await turn();
  await call();
}

/** A journal that finds something else after a death than it stored. */
export function afterwards(change: (records: StoredRecord[]) => readonly StoredRecord[]): new () => StoredJournal {
  return class extends StoredJournal {
    override survivor(): this {
      const records = this.texts.map((text) => JSON.parse(text) as StoredRecord);
      return this.revived(change(records).map((record) => JSON.stringify(record)));
    }
  };
}

/** What mutants are made from, with nothing changed. */
export const unchanged: readonly JournalMutant[] = [
  mutant("reads, appends and tells heads through a mutant's parts", "", (journal) => ({
    ...appending((events, options) => [events, options])(journal),
    ...reading((events) => events)(journal),
    ...listing((heads) => heads)(journal),
    ...tailing((tail) => tail)(journal),
  })),
  mutant("stores and filters through a mutant's parts", "", (journal) => ({
    ...storing((data) => data)(journal),
    ...filtering((filter) => filter)(journal),
  })),
  mutant("says through a mutant's parts", "", (journal) => saying((head) => head)(journal)),
  stored(
    "finds after a death what it stored",
    "",
    afterwards((records) => records),
  ),
];

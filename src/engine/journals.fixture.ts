import type { EventEnvelope } from "../base/index.ts";
import { type AppendOptions, type Journal, memoryJournal, type Restored, restored } from "../journal/index.ts";

/** What engine tests run on. */
export const journals: readonly (readonly [name: string, open: () => Journal])[] = [
  ["on a journal that records at once", memoryJournal],
  ["on a journal that records later", () => laterJournal(memoryJournal())],
];

/**
 * Does as a journal on a disk does: an append is answered later, in order, and what is read was text in between. No
 * time passes meanwhile.
 */
function laterJournal(journal: Journal): Journal {
  return new Later(journal);
}

/** A journal that cannot record the `nth` append, nor those that were appended before it said so. */
export function failingJournal(journal: Journal, nth: number, how: "throws" | "rejects"): Journal {
  return new Failing(journal, nth, how);
}

/** A journal that does as another one, for those that change some of it. */
export class WrappedJournal implements Journal {
  readonly durable: boolean = true;
  readonly snapshots: Journal["snapshots"];
  readonly blobs: Journal["blobs"];
  protected readonly journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
    this.snapshots = journal.snapshots;
    this.blobs = journal.blobs;
  }

  append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    return this.journal.append(events, options);
  }

  read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
    return this.journal.read(stream, from);
  }

  restore(stream: string, atMost?: number): Promise<Restored> {
    return restored(this, stream, atMost);
  }

  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope> {
    return this.journal.tail(from, signal);
  }

  heads(filter?: Parameters<Journal["heads"]>[0]): ReturnType<Journal["heads"]> {
    return this.journal.heads(filter);
  }

  drop(stream: string): void | Promise<void> {
    return this.journal.drop(stream);
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class Later extends WrappedJournal {
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  override append(events: readonly EventEnvelope[], options?: AppendOptions): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("closed"));
    const texts = events.map((event) => JSON.stringify(event));
    return this.#inOrder(async () => {
      const parsed = texts.map((text) => JSON.parse(text) as EventEnvelope);
      await this.journal.append(parsed, options);
      for (const [index, { seq }] of parsed.entries()) (events[index] as { seq: number }).seq = seq;
    });
  }

  override drop(stream: string): Promise<void> {
    return this.#inOrder(() => this.journal.drop(stream));
  }

  override async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await super.close();
  }

  #inOrder(record: () => void | Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      for (let turn = 0; turn < 30; turn++) await undefined;
      await record();
    });
    this.#last = done.catch(() => {});
    return done;
  }
}

class Failing extends WrappedJournal {
  override readonly durable: boolean;
  readonly #nth: number;
  readonly #how: "throws" | "rejects";
  #appends = 0;
  #told = false;

  constructor(journal: Journal, nth: number, how: "throws" | "rejects") {
    super(journal);
    this.durable = journal.durable;
    this.#nth = nth;
    this.#how = how;
  }

  override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    this.#appends++;
    if (this.#appends < this.#nth || this.#told) return this.journal.append(events, options);
    if (this.#how === "rejects") return this.#reject();
    this.#told = true;
    throw new Error("the disk is full");
  }

  async #reject(): Promise<never> {
    for (let turn = 0; turn < 5; turn++) await undefined;
    this.#told = true;
    throw new Error("the disk is full");
  }
}

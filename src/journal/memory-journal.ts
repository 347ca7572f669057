import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import type { BlobRef, EventEnvelope, HeadChange } from "../base/index.ts";
import { blobMissingError, conflictError, journalClosedError } from "./errors.ts";
import type {
  AppendOptions,
  BlobOptions,
  Blobs,
  Head,
  HeadFilter,
  Journal,
  Restored,
  Snapshot,
  Snapshots,
} from "./journal.ts";

/** Creates a journal that lives and dies with the process. It keeps the event objects themselves and serialises nothing. */
export function memoryJournal(): Journal {
  return new MemoryJournal();
}

interface Stream {
  readonly events: EventEnvelope[];
  readonly snapshots: Snapshot[];
  /** Made with the first: the blobs that belong to it. */
  blobs: Set<string> | undefined;
  head: KnownHead | undefined;
}

interface Blob {
  readonly bytes: Uint8Array;
  /** To how many streams they belong; Infinity where they stay. */
  owners: number;
}

type KnownHead = Pick<Head, "kind" | "state" | "ended" | "about" | "keepUntil">;

/** One reader of `tail`: what it has not taken yet, and how to tell it of more. */
interface Tail {
  pending: EventEnvelope[];
  wake: () => void;
}

class MemoryJournal implements Journal {
  readonly durable = false;
  readonly snapshots: Snapshots;
  readonly blobs: Blobs;
  readonly #streams = new Map<string, Stream>();
  readonly #blobs = new Map<string, Blob>();
  readonly #tails = new Set<Tail>();
  #seq = 0;
  #closed = false;

  constructor() {
    this.snapshots = {
      put: (stream, snapshot) => this.#putSnapshot(stream, snapshot),
      get: async (stream, atMost = Infinity) =>
        this.#streams.get(stream)?.snapshots.findLast((snapshot) => snapshot.seq <= atMost),
    };
    this.blobs = {
      put: async (bytes, options) => this.#putBlob(bytes, options),
      get: async (ref) => this.#getBlob(ref),
    };
  }

  append(events: readonly EventEnvelope[], options?: AppendOptions): void {
    if (this.#closed) throw journalClosedError();
    if (options?.expect !== undefined) this.#check(options.expect);
    for (const stream of options?.drop ?? []) this.#drop(stream);
    for (const stream of options?.restart ?? []) this.#restart(stream);
    for (const event of events) {
      (event as { seq: number }).seq = ++this.#seq;
      this.#stream(event.stream).events.push(event);
    }
    for (const head of options?.heads ?? []) {
      const stream = this.#stream(head.stream);
      stream.head = changed(stream.head, head);
    }
    for (const tail of this.#tails) {
      for (const event of events) tail.pending.push(event);
      tail.wake();
    }
  }

  read(stream: string, from = 0): AsyncIterable<EventEnvelope> {
    const events = this.#streams.get(stream)?.events ?? [];
    return new Reading(events, firstAtLeast(events, from), events.length);
  }

  async restore(stream: string, atMost = Infinity): Promise<Restored> {
    const { events = [], snapshots = [] } = this.#streams.get(stream) ?? {};
    const snapshot = snapshots.findLast(({ seq }) => seq <= atMost);
    const from = firstAtLeast(events, (snapshot?.seq ?? 0) + 1);
    return { snapshot, events: new Reading(events, from, firstAtLeast(events, atMost + 1)) };
  }

  async *tail(from: number, signal: AbortSignal): AsyncGenerator<EventEnvelope, void, undefined> {
    const tail: Tail = { pending: this.#since(from), wake: () => {} };
    const stop = (): void => tail.wake();
    this.#tails.add(tail);
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        const batch = tail.pending;
        tail.pending = [];
        for (const event of batch) {
          if (signal.aborted) return;
          if (event.seq >= from) yield event;
        }
        if (tail.pending.length > 0) continue;
        if (this.#closed || signal.aborted) return;
        await new Promise<void>((resolve) => (tail.wake = resolve));
      }
    } finally {
      this.#tails.delete(tail);
      signal.removeEventListener("abort", stop);
    }
  }

  async *heads(filter: HeadFilter = {}): AsyncGenerator<Head, void, undefined> {
    const streams = filter.stream === undefined ? [...this.#streams].sort(byBeginning) : this.#named(filter.stream);
    for (const [stream, { head, events }] of streams) {
      if (head === undefined) continue;
      const { kind, state, ended } = head;
      if (filter.kind !== undefined && filter.kind !== kind) continue;
      if (filter.state !== undefined && filter.state !== state) continue;
      if (filter.ended !== undefined && filter.ended !== ended) continue;
      const { seq: first = 0, at: firstAt = 0 } = events[0] ?? {};
      const { seq: last = 0, at: lastAt = 0 } = events.at(-1) ?? {};
      yield { stream, ...head, first, last, firstAt, lastAt };
    }
  }

  drop(stream: string): void {
    if (this.#closed) throw journalClosedError();
    this.#drop(stream);
  }

  #drop(stream: string): void {
    for (const blob of this.#streams.get(stream)?.blobs ?? []) this.#letGo(blob);
    this.#streams.delete(stream);
  }

  /** Who reads it goes on with what was there. */
  #restart(name: string): void {
    const stream = this.#streams.get(name);
    if (stream !== undefined) this.#streams.set(name, { ...stream, events: [], snapshots: [] });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const tail of this.#tails) tail.wake();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = { events: [], snapshots: [], blobs: undefined, head: undefined };
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #named(name: string): [string, Stream][] {
    const stream = this.#streams.get(name);
    return stream === undefined ? [] : [[name, stream]];
  }

  #check(expect: Readonly<Record<string, number>>): void {
    for (const stream of Object.keys(expect)) {
      const expected = expect[stream] as number;
      const last = this.#streams.get(stream)?.events.at(-1)?.seq ?? 0;
      if (last !== expected) throw conflictError(stream, expected, last);
    }
  }

  #since(from: number): EventEnvelope[] {
    if (from > this.#seq) return [];
    const found: EventEnvelope[] = [];
    for (const { events } of this.#streams.values()) {
      for (let index = firstAtLeast(events, from); index < events.length; index++) {
        found.push(events[index] as EventEnvelope);
      }
    }
    return found.sort((a, b) => a.seq - b.seq);
  }

  #putSnapshot(stream: string, snapshot: Snapshot): void {
    if (this.#closed) throw journalClosedError();
    const { snapshots } = this.#stream(stream);
    const before = snapshots.findLastIndex(({ seq }) => seq < snapshot.seq);
    const isKnown = snapshots[before + 1]?.seq === snapshot.seq;
    snapshots.splice(before + 1, isKnown ? 1 : 0, snapshot);
  }

  #putBlob(bytes: Uint8Array, { stream }: BlobOptions = {}): BlobRef {
    if (this.#closed) throw journalClosedError();
    const blob = bytesToHex(sha256(bytes));
    const known = this.#blobs.get(blob) ?? { bytes: Uint8Array.from(bytes), owners: 0 };
    this.#blobs.set(blob, known);
    if (stream === undefined) known.owners = Infinity;
    else {
      const owned = (this.#stream(stream).blobs ??= new Set());
      if (!owned.has(blob)) known.owners++;
      owned.add(blob);
    }
    return { blob, size: bytes.length };
  }

  #letGo(blob: string): void {
    const known = this.#blobs.get(blob);
    if (known !== undefined && --known.owners === 0) this.#blobs.delete(blob);
  }

  #getBlob(ref: BlobRef): Uint8Array {
    const known = this.#blobs.get(ref.blob);
    if (known === undefined) throw blobMissingError(ref.blob);
    return known.bytes.slice();
  }
}

function changed(known: KnownHead | undefined, change: HeadChange): KnownHead {
  const { kind, state, ended = false, about = known?.about, keepUntil = known?.keepUntil } = change;
  return { kind, state, ended, about, keepUntil };
}

function byBeginning([, a]: [string, Stream], [, b]: [string, Stream]): number {
  return (a.events[0]?.seq ?? Infinity) - (b.events[0]?.seq ?? Infinity) || 0;
}

/** Gives what is there without waiting: a generator would cost each reading several times as much. */
class Reading implements AsyncIterableIterator<EventEnvelope, undefined> {
  readonly #events: readonly EventEnvelope[];
  #next: number;
  readonly #end: number;

  constructor(events: readonly EventEnvelope[], from: number, to: number) {
    this.#events = events;
    this.#next = from;
    this.#end = to;
  }

  next(): Promise<IteratorResult<EventEnvelope, undefined>> {
    const value = this.#next < this.#end ? this.#events[this.#next++] : undefined;
    return Promise.resolve(value === undefined ? { done: true, value } : { done: false, value });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** The index of the first event with `seq` ≥ `from`, by bisection. */
function firstAtLeast(events: readonly EventEnvelope[], from: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as EventEnvelope).seq < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

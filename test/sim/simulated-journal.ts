import { type AppendOptions, type Blobs, type EventEnvelope, type Journal, memoryJournal, type Snapshots } from "aitor";

import type { DiskRecord, SimulatedDisk } from "./simulated-disk.ts";

/** A call that is not answered yet: it records something, or reads and waits for what was called before. */
interface Call {
  readonly record: DiskRecord | undefined;
  readonly expect: AppendOptions["expect"];
  readonly lazy: boolean;
  /** Are told their seq. */
  readonly events: readonly EventEnvelope[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a flawed store does. */
export type StoreFlaw =
  | "forgets acknowledged records"
  | "leaves holes"
  | "keeps torn records"
  | "acknowledges failures";

/**
 * The journal of one process on a simulated disk. Nothing is recorded, and nobody answered, before the simulation says so.
 * Once it is dead, nobody is ever answered.
 */
export class SimulatedJournal implements Journal {
  readonly durable = true;
  readonly snapshots: Snapshots;
  readonly blobs: Blobs;
  readonly #disk: SimulatedDisk;
  readonly #view = memoryJournal();
  readonly #flaw: StoreFlaw | undefined;
  #queue: Call[] = [];
  /** What has happened, in order, and those who called do not know yet. */
  #answers: (() => void)[] = [];
  #dead = false;
  #failure: Error | undefined;

  constructor(disk: SimulatedDisk, flaw?: StoreFlaw) {
    this.#disk = disk;
    this.#flaw = flaw;
    disk.recover(flaw === "keeps torn records");
    for (const record of disk.records) void this.#show(record);
    this.snapshots = {
      put: async (stream, snapshot) => {
        await this.#call({ events: [], snapshot: { stream, ...snapshot } });
      },
      get: async (...call) => {
        await this.#call();
        return this.#view.snapshots.get(...call);
      },
    };
    this.blobs = {
      put: async (bytes, options = {}) => this.#call({ events: [], blob: { bytes: [...bytes], ...options } }) as never,
      get: async (ref) => {
        await this.#call();
        return this.#view.blobs.get(ref);
      },
    };
  }

  /** Calls that are not carried out. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Somebody waits for one of them. */
  get wanted(): boolean {
    return this.#queue.some(({ lazy }) => !lazy);
  }

  /** Answers that have not arrived. */
  get unanswered(): number {
    return this.#answers.length;
  }

  /** It records nothing any more, though its process lives. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Lines that the calls which wait would write. */
  get lines(): number {
    return this.#queue.reduce((sum, { record }) => sum + (record === undefined ? 0 : record.events.length + 1), 0);
  }

  /** Carries out the first calls that wait. @returns The events that were recorded. */
  commit(calls: number): EventEnvelope[] {
    const recorded: EventEnvelope[] = [];
    for (const call of this.#queue.splice(0, calls)) {
      const { record, resolve } = call;
      if (record === undefined) {
        this.#answers.push(() => resolve(undefined));
        continue;
      }
      const shown = this.#checked(call);
      if (shown === undefined) continue;
      this.#disk.write(record);
      recorded.push(...record.events);
      this.#answers.push(() => {
        for (const [index, { seq }] of record.events.entries()) (call.events[index] as { seq: number }).seq = seq;
        resolve(shown.value);
      });
    }
    return recorded;
  }

  /** Lets the first answers arrive. */
  answer(count: number): void {
    for (const tell of this.#answers.splice(0, count)) tell();
  }

  /**
   * What waits fails, and all that comes: nothing is recorded any more.
   *
   * @param reached So many lines are on the disk all the same: the next process finds them.
   */
  fail(reached: number): void {
    const failure = new Error("the disk is full");
    this.#failure = failure;
    this.answer(this.unanswered);
    const calls = this.#queue;
    this.#queue = [];
    if (this.#flaw === "acknowledges failures") {
      for (const { resolve } of calls) resolve(undefined);
      return;
    }
    this.#tear(calls, reached);
    for (const { record, reject, resolve } of calls) {
      if (record === undefined) resolve(undefined);
      else reject(failure);
    }
  }

  /** The process dies, and so many lines of what it was writing are on the disk. */
  die(lines: number): void {
    this.#dead = true;
    this.#answers = [];
    if (this.#flaw === "forgets acknowledged records") this.#disk.forget(2);
    const calls = this.#flaw === "leaves holes" ? this.#queue.slice(1) : this.#queue;
    this.#tear(calls, lines);
    this.#queue = [];
  }

  append(events: readonly EventEnvelope[], options: AppendOptions = {}): Promise<void> {
    const { expect, lazy = false, heads, drop, restart } = options;
    const record: DiskRecord = { events, ...(heads && { heads }), ...(drop && { drop }), ...(restart && { restart }) };
    return this.#call(record, expect && { ...expect }, lazy) as Promise<void>;
  }

  async *read(...call: Parameters<Journal["read"]>): AsyncGenerator<EventEnvelope> {
    await this.#call();
    yield* this.#view.read(...call);
  }

  async restore(...call: Parameters<Journal["restore"]>): ReturnType<Journal["restore"]> {
    await this.#call();
    return this.#view.restore(...call);
  }

  tail(...call: Parameters<Journal["tail"]>): AsyncIterable<EventEnvelope> {
    return this.#view.tail(...call);
  }

  async *heads(...call: Parameters<Journal["heads"]>): ReturnType<Journal["heads"]> & AsyncGenerator<never> {
    await this.#call();
    yield* this.#view.heads(...call) as AsyncIterable<never>;
  }

  async drop(stream: string): Promise<void> {
    await this.#call({ events: [], drop: [stream] });
  }

  async close(): Promise<void> {
    await this.#call();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(record?: DiskRecord, expect?: AppendOptions["expect"], lazy = false): Promise<unknown> {
    if (this.#dead) return new Promise(() => {});
    if (this.#failure !== undefined) return record === undefined ? Promise.resolve() : Promise.reject(this.#failure);
    // What it is given is the caller's again.
    const copy = record === undefined ? undefined : (JSON.parse(JSON.stringify(record)) as DiskRecord);
    const events = [...(record?.events ?? [])];
    return new Promise((resolve, reject) => {
      this.#queue.push({ record: copy, expect, lazy, events, resolve, reject });
    });
  }

  /** What a record amounts to; nothing, and its caller is told so, where somebody else was first. */
  #checked({ record, expect, reject }: Call): { readonly value: unknown } | undefined {
    try {
      return { value: this.#show(record as DiskRecord, expect) };
    } catch (error) {
      this.#answers.push(() => reject(error));
      return undefined;
    }
  }

  #show({ events, snapshot, blob, ...options }: DiskRecord, expect?: AppendOptions["expect"]): unknown {
    void this.#view.append(events, { ...options, ...(expect && { expect }) });
    if (snapshot !== undefined) void this.#view.snapshots.put(snapshot.stream, snapshot);
    if (blob === undefined) return undefined;
    const { bytes, stream } = blob;
    return this.#view.blobs.put(Uint8Array.from(bytes), stream === undefined ? {} : { stream });
  }

  #tear(calls: readonly Call[], lines: number): void {
    let left = lines;
    for (const call of calls) {
      if (left <= 0) return;
      if (call.record === undefined || this.#checked(call) === undefined) continue;
      left -= this.#disk.write(call.record, left);
    }
  }
}

import { createHash } from "node:crypto";
import { AitorError, type EventEnvelope } from "../base/index.ts";
import {
  type AppendOptions,
  type HeadChange,
  type Journal,
  memoryJournal,
  type Restored,
  type Snapshot,
} from "../journal/index.ts";

/** One thing that was recorded, as it stands in the store. */
export interface StoredRecord {
  readonly events?: readonly EventEnvelope[];
  readonly heads?: readonly HeadChange[];
  readonly drop?: string;
  /** Before the events. */
  readonly drops?: readonly string[];
  readonly restarts?: readonly string[];
  readonly snapshot?: Snapshot & { readonly stream: string };
  /** Bytes. */
  readonly blob?: readonly number[];
  /** Of the bytes. */
  readonly owner?: string | undefined;
}

interface Job {
  readonly lazy: boolean;
  readonly write: () => void;
  readonly acknowledge: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * The smallest journal that outlives its process: a list of texts is the store, and a memory journal shows what they
 * amount to. What is written waits for a later turn, a lazy append longer; whoever reads writes first.
 */
export class StoredJournal implements Journal {
  readonly durable: boolean = true;
  readonly snapshots: Journal["snapshots"];
  readonly blobs: Journal["blobs"];
  protected readonly texts: string[];
  protected readonly memory: Journal = memoryJournal();
  protected waiting: Job[] = [];
  /** Nothing more can be stored. */
  protected full = false;
  /** Why nothing more is taken. */
  protected failed: AitorError | undefined;
  #closed = false;

  constructor(texts: readonly string[] = []) {
    this.texts = [...texts];
    for (const text of texts) this.show(JSON.parse(text) as StoredRecord);
    this.snapshots = {
      put: (stream, snapshot) => this.enqueue({ snapshot: { stream, ...snapshot } }),
      get: (stream, atMost) => this.#written().snapshots.get(stream, atMost),
    };
    this.blobs = {
      put: async (bytes, options = {}) => {
        const copy = Uint8Array.from(bytes);
        await this.enqueue({ blob: Array.from(copy), owner: options.stream });
        return { blob: createHash("sha256").update(copy).digest("hex"), size: copy.length };
      },
      get: (ref) => this.memory.blobs.get(ref),
    };
  }

  append(events: readonly EventEnvelope[], options: AppendOptions = {}): Promise<void> {
    const { heads = [], expect, lazy = false, drop: drops = [], restart: restarts = [] } = options;
    const record = { events, heads, drops, restarts };
    return this.enqueue(record, expect && { ...expect }, lazy, [...events]);
  }

  read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
    return this.#written().read(stream, from);
  }

  restore(stream: string, atMost?: number): Promise<Restored> {
    return this.#written().restore(stream, atMost);
  }

  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope> {
    return this.memory.tail(from, signal);
  }

  heads(...filter: Parameters<Journal["heads"]>): ReturnType<Journal["heads"]> {
    return this.#written().heads(...filter);
  }

  drop(stream: string): Promise<void> {
    return this.enqueue({ drop: stream });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.write();
    await this.memory.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What the next process finds; this one writes on, into nothing. */
  survivor(): this {
    return this.revived(this.texts);
  }

  /** Fails all that is written until what this gives is called. */
  failWrites(): () => void {
    this.full = true;
    return () => (this.full = false);
  }

  protected revived(texts: readonly string[]): this {
    return new (this.constructor as new (texts: readonly string[]) => this)(texts);
  }

  /** Milliseconds that a lazy append may wait. */
  protected delay(): number {
    return 20;
  }

  /** @param appended Are told their seq. */
  protected enqueue(
    record: StoredRecord,
    expect?: AppendOptions["expect"],
    lazy = false,
    appended: readonly EventEnvelope[] = [],
  ): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const text = JSON.stringify(record);
    return new Promise((acknowledge, refuse) => {
      this.waiting.push({ lazy, write: () => this.record(text, expect, appended), acknowledge, refuse });
      if (lazy) setTimeout(() => this.write(), this.delay()).unref();
      else setImmediate(() => this.write());
    });
  }

  protected write(): void {
    for (const { write, acknowledge, refuse } of this.waiting.splice(0)) {
      try {
        write();
        acknowledge();
      } catch (error) {
        refuse(error);
      }
    }
  }

  protected record(text: string, expect: AppendOptions["expect"], appended: readonly EventEnvelope[]): void {
    const record = JSON.parse(text) as StoredRecord;
    if (this.full) this.failed ??= new AitorError({ code: "journal-failed", message: "there is no room" });
    if (this.failed !== undefined) throw this.failed;
    this.show(record, expect);
    this.store(record);
    for (const [index, event] of appended.entries()) {
      (event as { seq: number }).seq = record.events?.[index]?.seq ?? 0;
    }
  }

  protected store(record: StoredRecord): void {
    this.texts.push(JSON.stringify(record));
  }

  protected show(
    { events, heads = [], drops = [], restarts = [], drop, snapshot, blob, owner }: StoredRecord,
    expect?: AppendOptions["expect"],
  ): void {
    const told = { heads, drop: drops, restart: restarts, ...(expect && { expect }) };
    if (events !== undefined) void this.memory.append(events, told);
    if (drop !== undefined) void this.memory.drop(drop);
    if (snapshot !== undefined) void this.memory.snapshots.put(snapshot.stream, snapshot);
    if (blob === undefined) return;
    void this.memory.blobs.put(Uint8Array.from(blob), owner === undefined ? {} : { stream: owner });
  }

  #written(): Journal {
    this.write();
    return this.memory;
  }
}

function closedError(): AitorError {
  return new AitorError({ code: "journal-closed", message: "the journal is closed" });
}

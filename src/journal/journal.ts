import type { BlobRef, EventEnvelope } from "../base/index.ts";

/**
 * One append-only log of everything that happens, in streams. The engine, replay, cost, traces and the live view all
 * read it; nothing else keeps a history.
 *
 * An event belongs to the journal from the call of `append` on: the journal sets its `seq`, and neither side changes
 * it afterwards. A journal never looks inside `data`.
 */
export interface Journal extends AsyncDisposable {
  /** Whether a record outlives the process. */
  readonly durable: boolean;

  /**
   * Records a batch: all of it or nothing, also where it touches several streams, after everything appended before.
   * It is durable when the call returns nothing or when the returned promise resolves; appends need not be awaited
   * one by one to keep their order. When one fails for another reason than a conflict, those after it fail too, so that
   * no stream ever lacks an event before another.
   *
   * @throws AitorError (or rejects with) `journal-conflict` where `expect` does not hold, `journal-closed` after
   *   `close`. Nothing of the batch is recorded then.
   */
  append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void>;

  /** The recorded events of one stream with `seq` ≥ `from` (default 0), in order, up to the end at this moment. */
  read(stream: string, from?: number): AsyncIterable<EventEnvelope>;

  /** The recorded events of all streams with `seq` ≥ `from`, in order, and then each new one, until `signal` aborts. */
  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope>;

  /** What `append` last said of each stream, so that start-up costs the unfinished and not the whole past. */
  heads(filter?: HeadFilter): AsyncIterable<Head>;

  /** States folded from a stream up to one of its events, so that a reader need not begin at its first. */
  readonly snapshots: Snapshots;

  /** Bytes too large for an event: artefacts, files, images. */
  readonly blobs: Blobs;

  /** Forgets a stream with its head and snapshots. Harmless where there is none. */
  drop(stream: string): void | Promise<void>;

  /**
   * Waits until what was appended is durable, then ends every `tail`. Harmless when it is closed already. What reading
   * gives afterwards is the journal's own affair.
   */
  close(): Promise<void>;
}

export interface AppendOptions {
  /** For each stream named here, the `seq` of its last event (0: the stream does not exist) or nothing is recorded. */
  readonly expect?: Readonly<Record<string, number>>;
  /** What a stream now is; recorded together with the events. */
  readonly heads?: readonly HeadChange[];
}

/** What a stream is (`kind`, such as `run`) and how it stands (`state`, such as `running`), for `heads`. */
export interface HeadChange {
  readonly stream: string;
  readonly kind: string;
  readonly state: string;
}

export interface Head extends HeadChange {
  /** The `seq` of the stream's first event. */
  readonly first: number;
  /** The `seq` of its last event. */
  readonly last: number;
}

export interface HeadFilter {
  readonly kind?: string;
  readonly state?: string;
}

export interface Snapshot {
  /** The state is folded from all events of the stream up to and including this one. */
  readonly seq: number;
  /** A JSON value; belongs to the journal from the call of `put` on. */
  readonly state: unknown;
}

export interface Snapshots {
  put(stream: string, snapshot: Snapshot): void | Promise<void>;
  /** The latest one with `seq` ≤ `atMost` (default: the latest). */
  get(stream: string, atMost?: number): Promise<Snapshot | undefined>;
}

export interface Blobs {
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** @throws AitorError (rejects with) `blob-missing`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

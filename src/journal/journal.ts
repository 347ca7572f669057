import type { BlobRef, EventEnvelope, HeadChange } from "../base/index.ts";

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
   * one by one to keep their order, and what is read after the call sees it. The lists and options are the caller's again
   * after the call. When one fails for another reason than a conflict, those after it fail too, so that
   * no stream ever lacks an event before another, and what is read then is what was recorded.
   *
   * @throws AitorError (or rejects with) `journal-conflict` where `expect` does not hold, `journal-closed` after
   *   `close`. Nothing of the batch is recorded then.
   */
  append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void>;

  /** The recorded events of one stream with `seq` ≥ `from` (default 0), in order, up to the end at this moment. */
  read(stream: string, from?: number): AsyncIterable<EventEnvelope>;

  /**
   * What a stream's state is made of: its latest snapshot with `seq` ≤ `atMost` (default: the latest), and the events behind
   * that with `seq` ≤ `atMost`, in order, up to the end at this moment. Gives what `snapshots.get` and `read` would, in one go.
   */
  restore(stream: string, atMost?: number): Promise<Restored>;

  /** The recorded events of all streams with `seq` ≥ `from`, in order, and then each new one, until `signal` aborts. */
  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope>;

  /**
   * What `append` last said of each stream, the stream that began first at first, so that start-up costs the unfinished
   * and not the whole past.
   */
  heads(filter?: HeadFilter): AsyncIterable<Head>;

  /** States folded from a stream up to one of its events, so that a reader need not begin at its first. */
  readonly snapshots: Snapshots;

  /** Bytes too large for an event: artefacts, files, images. Kept as long as a stream that they belong to, or for ever. */
  readonly blobs: Blobs;

  /** What other processes ask of the one that writes, where the journal is one that they can reach. */
  readonly inbox?: Inbox;

  /**
   * Forgets a stream with its head and snapshots, what was appended to it before the call, awaited or not, and the blobs that
   * belong to no other stream. Its `seq` are never given again; what is appended later begins it anew. Harmless where there
   * is none.
   */
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
  /**
   * Streams that are forgotten in the same step, as `drop` does, before the events are recorded: what the batch holds of one
   * of them begins it anew. Nothing is forgotten where the batch is not recorded.
   */
  readonly drop?: readonly string[];
  /**
   * Streams that begin anew in the same step: their events and snapshots are forgotten before the batch is recorded; head and
   * blobs stay. Harmless where there is none; nothing is forgotten where the batch is not recorded.
   */
  readonly restart?: readonly string[];
  /** What a stream now is; recorded together with the events. */
  readonly heads?: readonly HeadChange[];
  /**
   * Nobody waits for it: it may be recorded together with a later batch, within 50 ms. Its place in the order is that of
   * the call.
   */
  readonly lazy?: boolean;
}

/** What `append` last said of a stream, and where it begins and ends. */
export interface Head {
  readonly stream: string;
  /** What it is, such as `run`. */
  readonly kind: string;
  /** How it stands, such as `running`. */
  readonly state: string;
  /** Nothing more is to come: retention may forget it. */
  readonly ended: boolean;
  /** What else a reader of heads wants to know: a small JSON value. */
  readonly about: unknown;
  /** Milliseconds since 1970 until which retention does not forget it. */
  readonly keepUntil: number | undefined;
  /** The `seq` of the stream's first event. */
  readonly first: number;
  /** The `seq` of its last event. */
  readonly last: number;
  /** The `at` of its first event: milliseconds since 1970. */
  readonly firstAt: number;
  /** The `at` of its last event. */
  readonly lastAt: number;
}

/** All of what is given must hold. */
export interface HeadFilter {
  readonly stream?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly ended?: boolean;
}

/** What another process asks of the one that writes. */
export interface Command {
  /** Unique: it may come again after a crash, and must then do nothing but give the same reply. */
  readonly id: string;
  /** Such as `cancel`. */
  readonly type: string;
  /** A JSON value. */
  readonly data: unknown;
}

export interface Inbox {
  /**
   * Hands over each command, in order, those that wait already included. Its sender is told the JSON value that the
   * promise resolves with, or the error that it rejects with. One handler at a time.
   *
   * @returns Ends it; what comes later waits. Harmless the second time.
   */
  serve(handle: (command: Command) => Promise<unknown>): () => void;
}

export interface Snapshot {
  /** The state is folded from all events of the stream up to and including this one. */
  readonly seq: number;
  /** A JSON value; belongs to the journal from the call of `put` on. */
  readonly state: unknown;
}

export interface Restored {
  readonly snapshot: Snapshot | undefined;
  /** To be read once. */
  readonly events: AsyncIterable<EventEnvelope>;
}

export interface Snapshots {
  /** Replaces one of the same event. Durable when the call returns nothing or when the promise resolves. */
  put(stream: string, snapshot: Snapshot): void | Promise<void>;
  /** The latest one with `seq` ≤ `atMost` (default: the latest). */
  get(stream: string, atMost?: number): Promise<Snapshot | undefined>;
}

export interface Blobs {
  /** Copies the bytes at the call. Durable when the promise resolves. */
  put(bytes: Uint8Array, options?: BlobOptions): Promise<BlobRef>;
  /** @throws AitorError (rejects with) `blob-missing`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

export interface BlobOptions {
  /**
   * The stream that they belong to, beside those that were named for the same bytes before: they are forgotten when all of
   * these are dropped. Bytes that were once put without a stream stay. @default none
   */
  readonly stream?: string;
}

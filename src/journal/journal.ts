import type { BlobRef, EventEnvelope, HeadChange } from "../base/index.ts";

/**
 * One append-only log of everything that happens, in streams. The engine, replay, cost, traces and the live view all read it.
 * Nothing else keeps a history.
 *
 * From the call of `append` on, an event belongs to the journal: the journal sets its `seq`, and neither side changes it
 * afterwards. A journal never looks inside `data`.
 */
export interface Journal extends AsyncDisposable {
  /** Whether a record outlives the process. */
  readonly durable: boolean;

  /**
   * Records a batch after everything appended before. It records all of the batch or nothing, also if it touches several
   * streams. The batch is durable when the call returns nothing, or when the returned promise resolves. Appends keep their
   * order without being awaited one by one. Reads after the call see the batch. The lists and options belong to the caller
   * again after the call. If an append fails for another reason than a conflict, those after it fail, too. So no stream ever
   * lacks an event before another, and a read then returns what was recorded.
   *
   * @throws AitorError (or rejects with) `journal-conflict` if `expect` does not hold, `journal-closed` after `close`. Nothing
   *   of the batch is recorded then.
   */
  append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void>;

  /** Returns the recorded events of one stream with `seq` ≥ `from` (default 0), in order, up to the end at this moment. */
  read(stream: string, from?: number): AsyncIterable<EventEnvelope>;

  /**
   * Returns what a stream's state consists of: its latest snapshot with `seq` ≤ `atMost` (default: the latest), and the events
   * after that with `seq` ≤ `atMost`, in order, up to the end at this moment. It is `snapshots.get` and `read` in one call.
   */
  restore(stream: string, atMost?: number): Promise<Restored>;

  /** Yields the recorded events of all streams with `seq` ≥ `from`, in order, and then each new one, until `signal` aborts. */
  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope>;

  /**
   * Yields the latest head that `append` recorded for each stream. The stream that began first comes first. With heads,
   * start-up costs the unfinished streams and not the whole past.
   */
  heads(filter?: HeadFilter): AsyncIterable<Head>;

  /** States folded from a stream up to one of its events, so that a reader need not start at the first event. */
  readonly snapshots: Snapshots;

  /** Bytes too large for an event: artefacts, files, images. Kept as long as a stream that they belong to, or for ever. */
  readonly blobs: Blobs;

  /** Commands from other processes to the writing process, if other processes can reach the journal. */
  readonly inbox?: Inbox;

  /**
   * Forgets a stream: its head, its snapshots, everything appended to it before the call, awaited or not, and the blobs that
   * belong to no other stream. Its `seq` are never used again. Later appends start the stream anew. Harmless if there is no
   * such stream.
   */
  drop(stream: string): void | Promise<void>;

  /**
   * Waits until everything appended is durable, then ends every `tail`. Harmless if the journal is closed already. Each
   * journal decides what reading returns afterwards.
   */
  close(): Promise<void>;
}

/** Options of `append`. */
export interface AppendOptions {
  /**
   * For each stream named here, the `seq` that its last event must have; 0: it must not exist. Otherwise, nothing is recorded.
   */
  readonly expect?: Readonly<Record<string, number>>;
  /**
   * Streams to forget in the same step, as `drop` does, before the events are recorded. Events of the batch for such a stream
   * start it anew. If the batch is not recorded, nothing is forgotten.
   */
  readonly drop?: readonly string[];
  /**
   * Streams to start anew in the same step. Their events and snapshots are forgotten before the batch is recorded; their heads
   * and blobs stay. Harmless if there is no such stream. If the batch is not recorded, nothing is forgotten.
   */
  readonly restart?: readonly string[];
  /** New heads of streams, recorded together with the events. */
  readonly heads?: readonly HeadChange[];
  /**
   * Nobody waits for the batch: it may be recorded together with a later one, within 50 ms. The call still determines its
   * place in the order.
   */
  readonly lazy?: boolean;
}

/** The latest head that `append` recorded for a stream, and where the stream begins and ends. */
export interface Head {
  readonly stream: string;
  /** The kind of the stream, such as `run`. */
  readonly kind: string;
  /** Its state, such as `running`. */
  readonly state: string;
  /** Whether the stream is finished, so that retention may forget it. */
  readonly ended: boolean;
  /** Further facts for readers of heads: a small JSON value. */
  readonly about: unknown;
  /** Until when retention must keep the stream, in milliseconds since 1970. */
  readonly keepUntil: number | undefined;
  /** The `seq` of the stream's first event. */
  readonly first: number;
  /** The `seq` of its last event. */
  readonly last: number;
  /** The `at` of the stream's first event: milliseconds since 1970. */
  readonly firstAt: number;
  /** The `at` of its last event. */
  readonly lastAt: number;
}

/** A filter of heads. Every field that is given must match. */
export interface HeadFilter {
  readonly stream?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly ended?: boolean;
}

/** A command from another process to the writing process. */
export interface Command {
  /** A unique id. After a crash the command may come again; it must then do nothing but give the same reply. */
  readonly id: string;
  /** What to do, such as `cancel`. */
  readonly type: string;
  /** A JSON value. */
  readonly data: unknown;
}

/** Receives the commands of other processes. */
export interface Inbox {
  /**
   * Passes each command to `handle`, in order, starting with those that already wait. The sender of a command gets the JSON
   * value that the promise resolves with, or the error that it rejects with. There is one handler at a time.
   *
   * @returns A function that stops serving; later commands wait. A second call is harmless.
   */
  serve(handle: (command: Command) => Promise<unknown>): () => void;
}

/** A state folded from a stream. */
export interface Snapshot {
  /** The last event in the state: the state is folded from all events of the stream up to and including this one. */
  readonly seq: number;
  /** A JSON value. From the call of `put` on it belongs to the journal. */
  readonly state: unknown;
}

/** What `restore` returns. */
export interface Restored {
  readonly snapshot: Snapshot | undefined;
  /** The events after the snapshot. They can be read once. */
  readonly events: AsyncIterable<EventEnvelope>;
}

export interface Snapshots {
  /** Stores a snapshot in place of any of the same event. Durable when the call returns nothing or when the promise resolves. */
  put(stream: string, snapshot: Snapshot): void | Promise<void>;
  /** Returns the latest snapshot with `seq` ≤ `atMost` (default: the latest). */
  get(stream: string, atMost?: number): Promise<Snapshot | undefined>;
}

export interface Blobs {
  /** Stores bytes, which are copied at the call. Durable when the promise resolves. */
  put(bytes: Uint8Array, options?: BlobOptions): Promise<BlobRef>;
  /** Returns the bytes. @throws AitorError (rejects with) `blob-missing`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

export interface BlobOptions {
  /**
   * The stream that the bytes belong to, in addition to streams named before for the same bytes. The bytes are forgotten when
   * all of these streams are dropped. Bytes that were once put without a stream stay. @default none
   */
  readonly stream?: string;
}

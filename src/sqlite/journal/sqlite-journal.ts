import { type BlobRef, type EventEnvelope, nonEmpty } from "../../base/index.ts";
import {
  type AppendOptions,
  type BlobOptions,
  blobMissingError,
  type Blobs,
  type Head,
  type HeadFilter,
  type Inbox,
  type Journal,
  journalClosedError,
  type Restored,
  type Snapshot,
  type Snapshots,
} from "../../journal/index.ts";
import { readOnlyError } from "../format/errors.ts";
import type {
  CallName,
  Calls,
  Cells,
  Compaction,
  HeadCells,
  HeadCursor,
  JournalFigures,
  ReadStart,
} from "../worker/protocol.ts";
import type { Change } from "../worker/extra-cells.ts";
import { countOf, eventsOf } from "../worker/record-text.ts";
import {
  checkHeadFilter,
  recordableBytes,
  recordableJson,
  recordableSeq,
  recordableStream,
} from "../worker/recordable.ts";
import { type JournalSettings, journalSettings, type SqliteJournalOptions } from "../format/settings.ts";
import type { BackupResult } from "./new-file.ts";
import { SharedJournal } from "./shared-journal.ts";
import { jsonValue } from "../format/stored-data.ts";
import { tail } from "./tail.ts";

/** A journal in one SQLite file. */
export interface SqliteJournal extends Journal {
  /** The absolute path, with links resolved. */
  readonly path: string;
  /**
   * Resolves when the file is open and its lock is held.
   * @throws AitorError (rejects with) the reason if that is not possible.
   */
  ready(): Promise<void>;
  readonly inbox: Inbox;
  /**
   * Copies the journal to a new file, while it is being written, and reads the copy through. The copy is a journal by itself.
   * To restore the copy, put it in the place of the journal's file and delete the files beside that: `-wal`, `-shm`, `.mark`
   * and `.inbox`.
   *
   * @throws AitorError (rejects with) `backup-failed`.
   */
  backup(file: string): Promise<BackupResult>;
  /**
   * Forgets everything that is not kept, and gives the room back: nothing of it is left in the file or its log. Appends wait
   * meanwhile, for as long as it takes to write the file anew. Compacting waits for readers, for 5 seconds.
   *
   * @throws AitorError (rejects with) `compact-failed`, also if somebody continues to read.
   */
  compact(): Promise<Compaction>;
  /** Returns what the journal holds. Reads all of it. */
  figures(): Promise<JournalFigures>;
}

/**
 * Opens a journal. Returns at once: a worker opens the file. If that fails, each call rejects with the reason, as `ready`
 * does.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`; `journal-failed` in a CommonJS bundle that contains the package.
 */
export function sqliteJournal(path: string, options: SqliteJournalOptions = {}): SqliteJournal {
  return openJournal(journalSettings(path, options));
}

export function openJournal(settings: JournalSettings): SqliteJournal {
  return new SqliteHandle(SharedJournal.of(settings));
}

class SqliteHandle implements SqliteJournal {
  readonly durable = true;
  readonly path: string;
  readonly snapshots: Snapshots;
  readonly blobs: Blobs;
  readonly inbox: Inbox;
  readonly #shared: SharedJournal;
  #closed: Promise<void> | undefined;

  constructor(shared: SharedJournal) {
    this.#shared = shared;
    this.path = shared.settings.path;
    this.snapshots = {
      put: (stream, snapshot) => this.#putSnapshot(stream, snapshot),
      get: (stream, atMost = Number.MAX_SAFE_INTEGER) => this.#snapshot(stream, atMost),
    };
    this.inbox = shared.inbox;
    this.blobs = { put: (bytes, options) => this.#putBlob(bytes, options), get: (ref) => this.#getBlob(ref) };
  }

  async ready(): Promise<void> {
    await this.#call("ready", undefined);
  }

  append(events: readonly EventEnvelope[], options?: AppendOptions): Promise<void> {
    try {
      this.#checkWritable();
      return this.#shared.queue.append(events, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async *read(stream: string, from = 0): AsyncGenerator<EventEnvelope, void, undefined> {
    const start = await this.#about(recordableStream(stream), "read", { stream, from });
    for await (const event of this.#events(stream, start)) if (event.seq >= from) yield event;
  }

  async restore(stream: string, atMost: number = Number.MAX_SAFE_INTEGER): Promise<Restored> {
    const found = await this.#about(recordableStream(stream), "restore", { stream, atMost });
    const { snapshot, cells, rest } = found;
    const isMore = cells.length > 0 || rest !== undefined;
    return {
      snapshot: snapshot && { seq: snapshot.seq, state: jsonValue(snapshot.state) },
      events: isMore ? between((snapshot?.seq ?? 0) + 1, atMost, this.#events(stream, rest, cells)) : NO_EVENTS,
    };
  }

  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope> {
    this.#checkOpen();
    return tail(this.#shared, () => this.#closed !== undefined, from, signal);
  }

  async *heads(filter: HeadFilter = {}): AsyncGenerator<Head, void, undefined> {
    checkHeadFilter(filter);
    let after: HeadCursor | undefined;
    do {
      const page: Calls["heads"]["answer"] = await (filter.stream === undefined
        ? this.#call("heads", { filter, after })
        : this.#about(filter.stream, "heads", { filter, after }));
      for (const head of page.heads) yield headOf(head);
      after = page.next;
    } while (after !== undefined);
  }

  async drop(stream: string): Promise<void> {
    await this.#change({ kind: "drop", stream: recordableStream(stream) });
  }

  async backup(file: string): Promise<BackupResult> {
    this.#checkOpen();
    return this.#shared.backup(nonEmpty(file, "file of backup"));
  }

  async compact(): Promise<Compaction> {
    this.#checkWritable();
    return this.#shared.compact();
  }

  async figures(): Promise<JournalFigures> {
    this.#checkOpen();
    return this.#shared.figures();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shared.release();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #change(change: Change): Promise<string | undefined> {
    this.#checkWritable();
    return this.#shared.queue.change(change);
  }

  async #putSnapshot(stream: string, { seq, state }: Snapshot): Promise<void> {
    const text = recordableJson(state, `a snapshot of stream "${stream}"`);
    const place = { stream: recordableStream(stream), seq: recordableSeq(seq) };
    await this.#change({ kind: "snapshot", ...place, state: text });
  }

  async #snapshot(stream: string, atMost: number): Promise<Snapshot | undefined> {
    const found = await this.#about(recordableStream(stream), "snapshot", { stream, atMost });
    return found && { seq: found.seq, state: jsonValue(found.state) };
  }

  async #putBlob(bytes: Uint8Array, { stream }: BlobOptions = {}): Promise<BlobRef> {
    const owner = stream === undefined ? undefined : recordableStream(stream);
    const copy = recordableBytes(bytes);
    const hash = await this.#change({ kind: "blob", bytes: copy, stream: owner });
    return { blob: hash as string, size: copy.length };
  }

  async #getBlob({ blob }: BlobRef): Promise<Uint8Array> {
    const bytes = await this.#call("blob", { hash: blob });
    if (bytes === undefined) throw blobMissingError(blob, `the journal ${this.path}`);
    return bytes;
  }

  async #call<Name extends CallName>(name: Name, request: Calls[Name]["request"]): Promise<Calls[Name]["answer"]> {
    this.#checkOpen();
    return this.#shared.call(name, request);
  }

  /** Asks about one stream: what is appended to others goes on gathering. */
  async #about<Name extends CallName>(
    stream: string,
    name: Name,
    request: Calls[Name]["request"],
  ): Promise<Calls[Name]["answer"]> {
    this.#checkOpen();
    return this.#shared.callAbout(stream, name, request);
  }

  /** @param cells Records that were read already. */
  async *#events(
    stream: string,
    rest: ReadStart | undefined,
    cells: Cells = [],
  ): AsyncGenerator<EventEnvelope, void, undefined> {
    yield* eventsOf(cells);
    const { id = 0, seqs = [] } = rest ?? {};
    for (let done = 0; done < seqs.length;) {
      const wanted = Float64Array.from(seqs.slice(done, done + 500));
      const page = await this.#about(stream, "events", { id, stream, seqs: wanted });
      if (page.length === 0) return;
      done += countOf(page);
      yield* eventsOf(page);
    }
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw journalClosedError(`the journal ${this.path}`);
  }

  #checkWritable(): void {
    this.#checkOpen();
    if (this.#shared.settings.access === "read") throw readOnlyError(this.path);
  }
}

const NO_EVENTS: AsyncIterable<EventEnvelope> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

async function* between(
  from: number,
  atMost: number,
  events: AsyncIterable<EventEnvelope>,
): AsyncGenerator<EventEnvelope, void, undefined> {
  for await (const event of events) {
    if (event.seq > atMost) return;
    if (event.seq >= from) yield event;
  }
}

function headOf({ about, keepUntil, ...head }: HeadCells): Head {
  return {
    ...head,
    about: about === null ? undefined : jsonValue(about),
    keepUntil: keepUntil ?? undefined,
  };
}

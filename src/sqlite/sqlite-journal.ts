import { type BlobRef, type EventEnvelope, nonEmpty } from "../base/index.ts";
import {
  type AppendOptions,
  blobMissingError,
  type Blobs,
  type Head,
  type HeadFilter,
  type Inbox,
  type Journal,
  journalClosedError,
  type Snapshot,
  type Snapshots,
} from "../journal/index.ts";
import type { BackupResult } from "./backup.ts";
import { readOnlyError } from "./errors.ts";
import type { CallName, Calls, Compaction, Extra, HeadCells, HeadCursor, JournalFigures } from "./protocol.ts";
import { countOf, eventsOf } from "./record-text.ts";
import { recordableBytes, recordableJson, recordableSeq, recordableStream } from "./recordable.ts";
import { type JournalSettings, journalSettings, type SqliteJournalOptions } from "./settings.ts";
import { SharedJournal } from "./shared-journal.ts";
import { jsonValue } from "./stored-data.ts";
import { tail } from "./tail.ts";

/** A journal in one SQLite file. */
export interface SqliteJournal extends Journal {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Resolves when the file is open and its lock held. @throws AitorError (rejects with) why that cannot be. */
  ready(): Promise<void>;
  readonly inbox: Inbox;
  /**
   * Copies it to a new file while it is being written, and reads the copy through. The copy is a journal by itself: to
   * restore it, put it in the place of the file, and delete what stands beside that: `-wal`, `-shm` and `.mark`.
   *
   * @throws AitorError (rejects with) `backup-failed`.
   */
  backup(file: string): Promise<BackupResult>;
  /**
   * Forgets what is not kept, and gives the room back. Appends wait meanwhile, for as long as it takes to write the file
   * anew.
   *
   * @throws AitorError (rejects with) `compact-failed`.
   */
  compact(): Promise<Compaction>;
  /** What it holds. Reads all of it. */
  figures(): Promise<JournalFigures>;
}

/**
 * Opens a journal. Returns at once: the file is opened in a worker, and where that cannot be done each call rejects with
 * the reason, as `ready` does.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`.
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
    this.blobs = { put: (bytes) => this.#putBlob(bytes), get: (ref) => this.#getBlob(ref) };
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
    const start = await this.#call("read", { stream: recordableStream(stream), from });
    if (start === undefined) return;
    const { id, seqs } = start;
    for (let done = 0; done < seqs.length;) {
      const cells = await this.#call("events", { id, stream, seqs: seqs.slice(done, done + 500) });
      if (cells.length === 0) return;
      done += countOf(cells);
      for (const event of eventsOf(cells)) if (event.seq >= from) yield event;
    }
  }

  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope> {
    this.#checkOpen();
    return tail(this.#shared, () => this.#closed !== undefined, from, signal);
  }

  async *heads(filter: HeadFilter = {}): AsyncGenerator<Head, void, undefined> {
    let after: HeadCursor | undefined;
    do {
      const page: Calls["heads"]["answer"] = await this.#call("heads", { filter, after });
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

  figures(): Promise<JournalFigures> {
    return this.#call("figures", undefined);
  }

  close(): Promise<void> {
    this.#closed ??= this.#shared.release();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #change(extra: Extra): Promise<string | undefined> {
    this.#checkWritable();
    return this.#shared.queue.change(extra);
  }

  async #putSnapshot(stream: string, { seq, state }: Snapshot): Promise<void> {
    const text = recordableJson(state, `a snapshot of stream "${stream}"`);
    const place = { stream: recordableStream(stream), seq: recordableSeq(seq) };
    await this.#change({ kind: "snapshot", ...place, state: text });
  }

  async #snapshot(stream: string, atMost: number): Promise<Snapshot | undefined> {
    const found = await this.#call("snapshot", { stream: recordableStream(stream), atMost });
    return found && { seq: found.seq, state: jsonValue(found.state) };
  }

  async #putBlob(bytes: Uint8Array): Promise<BlobRef> {
    const hash = await this.#change({ kind: "blob", bytes: recordableBytes(bytes) });
    return { blob: hash as string, size: bytes.length };
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

  #checkOpen(): void {
    if (this.#closed !== undefined) throw journalClosedError(`the journal ${this.path}`);
  }

  #checkWritable(): void {
    this.#checkOpen();
    if (this.#shared.settings.access === "read") throw readOnlyError(this.path);
  }
}

function headOf({ about, keepUntil, ...head }: HeadCells): Head {
  return {
    ...head,
    about: about === null ? undefined : (JSON.parse(about) as unknown),
    keepUntil: keepUntil ?? undefined,
  };
}

import type { DatabaseSync } from "node:sqlite";
import { isAitorError, recordError } from "../../base/index.ts";
import { BlobTable } from "./blob-table.ts";
import { CommandPoll } from "./command-poll.ts";
import { copyDatabase, sizeOf } from "../format/database-file.ts";
import { DroppedStreams } from "./dropped-streams.ts";
import { readingError } from "../format/errors.ts";
import { EventReader } from "./event-reader.ts";
import { EventWriter, type Tables } from "./event-writer.ts";
import { measure } from "./figures.ts";
import { extrasOf } from "./extra-cells.ts";
import { FileChanges } from "./file-changes.ts";
import { GapTable } from "./gap-table.ts";
import { HeadReader } from "./head-reader.ts";
import { checkPlace, type JournalFile, openFile } from "./journal-file.ts";
import { makeLogRoom } from "./log-room.ts";
import { Maintenance } from "./maintenance.ts";
import {
  type Batch,
  type CallName,
  type Calls,
  type Compaction,
  drops,
  type JournalFigures,
  type Receipt,
  type SentBatch,
  SOON,
  type WorkerMessage,
} from "./protocol.ts";
import { countOf } from "./record-text.ts";
import { Retention } from "./retention.ts";
import type { JournalSettings } from "../format/settings.ts";
import { SnapshotTable } from "./snapshot-table.ts";
import { StreamTable } from "./stream-table.ts";
import { Transactions } from "./transactions.ts";
import { verify } from "./verification.ts";
import { WriterLock } from "../format/writer-lock.ts";

/** All but commits, of which some are recorded together. */
export type AnsweredName = Exclude<CallName, "commit">;

type Answers = {
  readonly [Name in AnsweredName]: (
    request: Calls[Name]["request"],
  ) => Calls[Name]["answer"] | Promise<Calls[Name]["answer"]>;
};

/** The journal in its worker: everything here waits for the disk. */
export class JournalService {
  readonly #settings: JournalSettings;
  readonly #lock: WriterLock | undefined;
  readonly #file: JournalFile;
  readonly #database: DatabaseSync;
  readonly #tables: Tables;
  readonly #writer: EventWriter;
  readonly #reader: EventReader;
  readonly #heads: HeadReader;
  readonly #transactions: Transactions;
  readonly #maintenance: Maintenance;
  readonly #changes: FileChanges;
  readonly #tell: (message: WorkerMessage) => void;
  readonly #answers: Answers;
  #commands: CommandPoll | undefined;
  #entries = 0;
  #wantsRoom: boolean;

  /** @throws AitorError where it cannot be opened. */
  constructor(settings: JournalSettings, tell: (message: WorkerMessage) => void) {
    const { path, access } = settings;
    this.#settings = settings;
    this.#tell = tell;
    checkPlace(settings);
    this.#lock = access === "write" ? WriterLock.acquire(path) : undefined;
    this.#file = opened(settings, this.#lock);
    try {
      const { database, progress, lastStream, ends, loss } = this.#file;
      this.#database = database;
      const streams = new StreamTable(database, path, access === "write", ends, lastStream);
      const snapshots = new SnapshotTable(database, path, streams);
      const gaps = new GapTable(database);
      const blobs = new BlobTable(database, path);
      const dropped = new DroppedStreams(database, streams, snapshots, blobs, gaps);
      this.#tables = { streams, snapshots, blobs, dropped };
      const writer = new EventWriter(database, this.#tables, progress);
      this.#writer = writer;
      this.#reader = new EventReader(database, path, streams, gaps);
      this.#heads = new HeadReader(database, streams);
      this.#changes = new FileChanges(database);
      this.#transactions = new Transactions(
        path,
        this.#file,
        () => writer.progress,
        () => streams.forget(),
      );
      this.#maintenance = new Maintenance(this.#transactions, new Retention(database, settings), dropped, writer);
      this.#wantsRoom = access === "write" && settings.durability === "power";
      this.#answers = this.#answersOf();
      if (access === "write") this.#maintenance.wakeNow();
      if (loss !== undefined) tell({ kind: "warning", message: "a loss was accepted", error: recordError(loss) });
    } catch (error) {
      this.#file.database.close();
      this.#lock?.release();
      throw isAitorError(error) ? error : readingError(path, error);
    }
  }

  /** What can wait until those who asked for a commit have their answer. */
  afterwards(): void {
    this.#transactions.checkpointIfDue();
    if (this.#wantsRoom) {
      this.#wantsRoom = false;
      makeLogRoom(this.#settings.path);
    }
  }

  /** Records batches in their order, in one transaction. @throws AitorError. */
  commit(sent: readonly SentBatch[]): Receipt[] {
    const batches = sent.map(batchOf);
    const receipts = this.#transactions.run(
      () => this.#writer.write(batches),
      () => this.#tell(SOON),
    );
    let dropsSome = false;
    for (const [entries, characters, , extras = []] of batches) {
      this.#entries += entries;
      this.#transactions.count(characters);
      dropsSome ||= extras.some(({ extra }) => drops(extra));
    }
    if (dropsSome) this.#maintenance.wakeNow();
    else this.#maintenance.wake();
    return receipts;
  }

  /** @returns The answer; a promise of it where it takes long and others are served meanwhile. @throws AitorError. */
  answer(name: AnsweredName, request: unknown): unknown {
    const answer = this.#answers[name] as (request: unknown) => unknown;
    return answer(request);
  }

  #answersOf(): Answers {
    const { snapshots, blobs } = this.#tables;
    const [reader, heads] = [this.#reader, this.#heads];
    return {
      ready: () => undefined,
      read: ({ stream, from }) => this.#reading(() => reader.start(stream, from)),
      restore: ({ stream, atMost }) => this.#reading(() => this.#restore(stream, atMost)),
      events: ({ id, stream, seqs }) => this.#reading(() => reader.records(id, stream, seqs)),
      tail: ({ from }) => this.#reading(() => ({ revision: this.#changes.revision, ...reader.tail(from) })),
      heads: ({ filter, after }) => this.#reading(() => heads.page(filter, after)),
      snapshot: ({ stream, atMost }) => this.#reading(() => snapshots.latest(stream, atMost)),
      blob: ({ hash }) => this.#reading(() => blobs.get(hash)),
      figures: () => this.#figures(),
      copy: ({ file }) => copyDatabase(this.#settings.path, file),
      compact: () => this.#compact(),
      verify: () => this.#reading(() => this.#verify()),
      watch: ({ revision }) => this.#changes.after(revision),
      stopWatching: () => this.#changes.stop(),
      serve: ({ on }) => this.#serve(on),
      commands: () => this.#commands?.take() ?? [],
      acknowledge: ({ id, outcome }) => this.#commands?.acknowledge(id, outcome) as undefined,
      close: () => this.#close(),
    };
  }

  #restore(stream: string, atMost: number): Calls["restore"]["answer"] {
    const snapshot = this.#tables.snapshots.latest(stream, atMost);
    const start = this.#reader.start(stream, (snapshot?.seq ?? 0) + 1);
    if (start === undefined || start.seqs.length === 0) return { snapshot, cells: [], rest: undefined };
    const { id, seqs } = start;
    const cells = this.#reader.records(id, stream, seqs);
    const rest = seqs.subarray(countOf(cells)).slice();
    return { snapshot, cells, rest: rest.length === 0 ? undefined : { id, seqs: rest } };
  }

  #verify(): Calls["verify"]["answer"] {
    const { path } = this.#settings;
    const events = verify(this.#database, path, this.#tables, this.#reader, this.#heads);
    return { events, bytes: sizeOf(this.#database) };
  }

  async #figures(): Promise<JournalFigures> {
    const held = await measure(this.#database, this.#settings.path);
    return { ...held, commits: this.#transactions.commits, changes: this.#entries };
  }

  async #compact(): Promise<Compaction> {
    const before = sizeOf(this.#database);
    await this.#maintenance.finish();
    this.#transactions.compact();
    return { before, after: sizeOf(this.#database) };
  }

  #serve(on: boolean): undefined {
    if (on) (this.#commands ??= new CommandPoll(this.#settings.path, this.#tell)).start();
    else this.#commands?.stop();
  }

  #close(): undefined {
    this.#maintenance.stop();
    this.#changes.stop();
    this.#commands?.close();
    try {
      if (this.#settings.access === "write") this.#settle();
      if (this.#database.isOpen) this.#database.close();
      this.#file.mark?.close();
    } finally {
      this.#lock?.release();
    }
  }

  /** Spares who opens it next the reading of what is new. */
  #settle(): void {
    try {
      const { progress } = this.#writer;
      if (this.#tables.streams.settledTo < progress.seq) this.#transactions.run(() => this.#writer.settle());
    } catch {
      // All that was recorded is there, and those who appended were told.
    }
  }

  /** One state of the journal for all statements of a call, though another process may be writing. */
  #reading<Answer>(read: () => Answer): Answer {
    const shared = this.#settings.access === "read";
    try {
      if (shared) {
        this.#database.exec("BEGIN");
        this.#tables.streams.refresh();
      }
      return read();
    } catch (error) {
      throw isAitorError(error) ? error : readingError(this.#settings.path, error);
    } finally {
      if (shared && this.#database.isTransaction) this.#database.exec("COMMIT");
    }
  }
}

function batchOf([entries, characters, records, extras]: SentBatch): Batch {
  return [entries, characters, records, extras && extrasOf(extras)];
}

function opened(settings: JournalSettings, lock: WriterLock | undefined): JournalFile {
  try {
    return openFile(settings);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HeadEntry } from "./protocol.ts";
import { storedText, textOf } from "../format/stored-text.ts";
import type { StreamEnds } from "./stream-ends.ts";
import {
  changingOf,
  checkedStream,
  endOf,
  newStream,
  rowOf,
  SELECT_STREAMS,
  type Stream,
  type StreamCells,
} from "../format/stream-row.ts";

/** Streams that are remembered of each generation: more than run at a time, so that an append need not look for its stream. */
const MOST_KNOWN = 50_000;

/** Commits, and records, after which rows are settled: their page is written once for all of them. */
const SETTLE_COMMITS = 256;
const SETTLE_RECORDS = 8_000;

/**
 * The table of streams. For a journal that this process writes it remembers those lately used, and writes a row at once only
 * where what is said of the stream changes; that it goes on is told by its records until the rows are settled.
 */
export class StreamTable {
  readonly #path: string;
  readonly #writes: boolean;
  readonly #ends: StreamEnds;
  /** Those lately used, and those used before them. What has ended is not remembered: it is seldom asked for again. */
  #known = new Map<string, Stream>();
  #knownBefore = new Map<string, Stream>();
  readonly #made = new Set<Stream>();
  readonly #changed = new Set<Stream>();
  readonly #unsettled = new Set<Stream>();
  readonly #select: StatementSync;
  readonly #selectId: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #updateEnd: StatementSync;
  readonly #updateBeginning: StatementSync;
  readonly #settle: StatementSync;
  readonly #condemn: StatementSync;
  readonly #delete: StatementSync;
  readonly #locate: StatementSync;
  /** The name that was looked for last and is not there: an append that expects no events of it looks twice. */
  #absent: string | undefined;
  #commits = 0;
  #records = 0;
  /** The highest id that was ever given. */
  lastId: number;

  constructor(database: DatabaseSync, path: string, writes: boolean, ends: StreamEnds, lastId: number) {
    this.#path = path;
    this.#writes = writes;
    this.#ends = ends;
    this.lastId = lastId;
    this.#select = database.prepare(`${SELECT_STREAMS} WHERE s.name = ?`);
    this.#selectId = database.prepare(`${SELECT_STREAMS} WHERE s.id = ?`);
    this.#locate = database.prepare("SELECT id, last_record AS lastRecord FROM streams WHERE name = ?");
    this.#insert = database.prepare("INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    // An index is touched by each update that names one of its columns, though that may not change.
    this.#update = database.prepare(
      `UPDATE streams SET last = ?, last_at = ?, last_record = ?, last_check = ?, kind = ?, state = ?, ended = ?, about = ?,
       keep_until = ?, snapshots = ?, snapshot_seqs = ?, sum = ? WHERE id = ?`,
    );
    this.#updateEnd = database.prepare(
      "UPDATE streams SET last = ?, last_at = ?, last_record = ?, last_check = ?, sum = ? WHERE id = ?",
    );
    this.#updateBeginning = database.prepare("UPDATE streams SET first = ?, first_at = ? WHERE id = ?");
    this.#settle = database.prepare("UPDATE counters SET settled = ?");
    this.#condemn = database.prepare("UPDATE streams SET last_record = ? WHERE id = ?");
    this.#delete = database.prepare("DELETE FROM streams WHERE id = ?");
  }

  /** All rows are true up to there. */
  get settledTo(): number {
    return this.#ends.settled;
  }

  /** @throws AitorError `journal-corrupt`. */
  find(name: string): Stream | undefined {
    const known = this.#remembered(name);
    if (known !== undefined) return known;
    const stream = this.#read(name);
    // Only a commit forgets some.
    if (stream !== undefined && this.#writes && this.#known.size <= MOST_KNOWN) this.#known.set(name, stream);
    return stream;
  }

  #read(name: string): Stream | undefined {
    if (name === this.#absent) return undefined;
    const cells = rowNamed(this.#select, name) as StreamCells | undefined;
    if (cells !== undefined) return this.current(cells);
    if (this.#writes) this.#absent = name;
    return undefined;
  }

  /** The stream of a row, which may be old. @throws AitorError `journal-corrupt`. */
  current(cells: StreamCells): Stream {
    const name = textOf(cells.name);
    const known = this.#known.get(name) ?? this.#knownBefore.get(name);
    if (known !== undefined) return known;
    const stream = checkedStream(this.#path, cells);
    this.#ends.complete(stream);
    return stream;
  }

  /** The stream, or a new one. */
  open(name: string): Stream {
    const known = this.#remembered(name);
    if (known !== undefined) return known;
    let stream = this.#read(name);
    if (stream === undefined) {
      stream = newStream(++this.lastId, name);
      this.#absent = undefined;
      this.#made.add(stream);
    }
    this.#known.set(name, stream);
    return stream;
  }

  /** A new stream, of which is said what was said of another one that had its name. */
  openAs({ name, kind, state, ended, about, keepUntil }: Stream): Stream {
    return Object.assign(this.open(name), { kind, state, ended, about, keepUntil });
  }

  /** A record was added. */
  extend(stream: Stream, record: Pick<Stream, "last" | "lastAt" | "lastRecord" | "lastCheck">): void {
    stream.last = record.last;
    stream.lastAt = record.lastAt;
    stream.lastRecord = record.lastRecord;
    stream.lastCheck = record.lastCheck;
    this.#records++;
    // Retention goes by the rows of streams that have ended.
    if (stream.ended === 1) this.#changed.add(stream);
    else this.#unsettled.add(stream);
  }

  /** Its first event was recorded. */
  begin(stream: Stream, first: number, firstAt: number): void {
    stream.first = first;
    stream.firstAt = firstAt;
    this.#changed.add(stream);
    if (!this.#made.has(stream)) this.#updateBeginning.run(first, firstAt, stream.id);
  }

  change({ stream: name, kind, state, ended, about, keepUntil }: HeadEntry): void {
    const stream = this.open(name);
    this.#changed.add(stream);
    stream.kind = kind;
    stream.state = state;
    stream.ended = ended ? 1 : 0;
    if (about !== undefined) stream.about = about;
    if (keepUntil !== undefined) stream.keepUntil = keepUntil;
  }

  /** It has one snapshot more. */
  countSnapshot(stream: Stream, seq: number): void {
    this.#changed.add(stream);
    stream.snapshots++;
    stream.snapshotSeqs += seq;
  }

  /** Writes what has changed; now and then all. @param seq The last one that was given. */
  save(seq: number): void {
    this.#commits++;
    if (this.#commits >= SETTLE_COMMITS || this.#records >= SETTLE_RECORDS || this.#known.size > MOST_KNOWN) {
      this.settle(seq);
    } else this.#saveChanged();
  }

  /** All rows are true afterwards. */
  settle(seq: number): void {
    for (const id of this.#ends.ids()) this.#take(id);
    this.#saveChanged();
    for (const stream of this.#unsettled) this.#updateEnd.run(...endOf(stream), stream.id);
    this.#unsettled.clear();
    this.#settle.run(seq);
    this.#ends.forget(seq);
    this.#commits = 0;
    this.#records = 0;
    if (this.#known.size <= MOST_KNOWN) return;
    this.#knownBefore = this.#known;
    this.#known = new Map();
  }

  /** Takes the row of a stream, which may be damaged. @returns Where its records are. */
  remove(name: string): { readonly id: number; readonly lastRecord: number } | undefined {
    this.#saveChanged();
    const known = this.#remembered(name);
    this.#known.delete(name);
    if (known !== undefined) this.#unsettled.delete(known);
    const row = rowNamed(this.#locate, name) as { id: number; lastRecord: number } | undefined;
    if (row === undefined) return undefined;
    this.#delete.run(row.id);
    return known ?? { id: row.id, lastRecord: this.#ends.newestOf(row.id) ?? row.lastRecord };
  }

  /** What is remembered may not be true any more. */
  forget(): void {
    this.#absent = undefined;
    for (const streams of [this.#known, this.#knownBefore]) streams.clear();
    for (const streams of [this.#made, this.#changed, this.#unsettled]) streams.clear();
    this.#ends.read();
  }

  /** Sees what others have written. */
  refresh(): void {
    this.#ends.read();
  }

  #remembered(name: string): Stream | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const before = this.#knownBefore.get(name);
    if (before === undefined) return undefined;
    this.#knownBefore.delete(name);
    this.#known.set(name, before);
    return before;
  }

  /** Remembers a stream that another process left unsettled. The row of a damaged one is made not to add up: it stays damaged. */
  #take(id: number): void {
    const cells = this.#selectId.get(id) as StreamCells | undefined;
    if (cells === undefined) return;
    try {
      const stream = this.current(cells);
      this.#known.set(stream.name, stream);
      this.#unsettled.add(stream);
    } catch {
      this.#condemn.run(this.#ends.newestOf(id) ?? 0, id);
    }
  }

  /** Its row is true now. One that another process left unsettled is remembered until all rows are settled. */
  #letGo({ id, name }: Stream): void {
    if (this.#ends.newestOf(id) === undefined) this.#known.delete(name);
  }

  #saveChanged(): void {
    for (const stream of this.#made) this.#insert.run(stream.id, storedText(stream.name), ...rowOf(stream));
    for (const stream of this.#changed) {
      if (!this.#made.has(stream)) this.#update.run(...changingOf(stream), stream.id);
      this.#unsettled.delete(stream);
      if (stream.ended === 1) this.#letGo(stream);
    }
    this.#made.clear();
    this.#changed.clear();
  }
}

/** A name with a NUL stands as a text in journals that were written before it was kept as bytes. */
function rowNamed(statement: StatementSync, name: string): unknown {
  return statement.get(storedText(name)) ?? (name.includes("\0") ? statement.get(name) : undefined);
}

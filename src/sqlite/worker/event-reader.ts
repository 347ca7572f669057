import type { DatabaseSync, StatementSync } from "node:sqlite";
import { corruptError } from "../format/errors.ts";
import type { GapTable } from "./gap-table.ts";
import type { Cells, ReadStart, TailPage } from "./protocol.ts";
import { alteredEvent, checkedText, FROM_RECORDS, missingEvent, RECORD_COLUMNS, type RecordRow } from "./record-row.ts";
import { textOf } from "../format/stored-text.ts";
import type { StreamTable } from "./stream-table.ts";

/** Records of a page, at most: its reader is served beside the appends of others. */
const MOST_RECORDS = 500;
const MOST_CHARACTERS = 1_000_000;

/** Records that are walked over in one go, from the last one back. */
const WALKED_AT_A_TIME = 50_000;

type TailRow = readonly [...RecordRow, streamName: string | Uint8Array | null, streamLast: number | null];

/**
 * Reads events and makes sure of each: that it is as it was written, that it is in its place, and that none is missing
 * between it and the one before.
 */
export class EventReader {
  readonly #path: string;
  readonly #streams: StreamTable;
  readonly #gaps: GapTable;
  readonly #walk: StatementSync;
  readonly #page: StatementSync;
  readonly #onward: StatementSync;
  readonly #isThere: StatementSync;
  readonly #isDropped: StatementSync;
  readonly #progress: StatementSync;

  constructor(database: DatabaseSync, path: string, streams: StreamTable, gaps: GapTable) {
    this.#path = path;
    this.#streams = streams;
    this.#gaps = gaps;
    // The records of a stream, from one back to the one with an event, as far as they are linked.
    this.#walk = database.prepare(
      `WITH RECURSIVE walk (seq, prev) AS (
         SELECT seq, prev FROM records WHERE seq = ? AND stream = ?
         UNION ALL
         SELECT r.seq, r.prev FROM walk JOIN records r ON r.seq = walk.prev
         WHERE walk.seq > ? AND walk.prev < walk.seq AND r.stream = ?
       )
       SELECT seq, prev FROM walk LIMIT ${WALKED_AT_A_TIME}`,
    );
    this.#page = database.prepare(
      `SELECT ${RECORD_COLUMNS} FROM json_each(?) j CROSS JOIN records r ON r.seq = j.value LEFT JOIN records p ON p.seq = r.prev`,
    );
    this.#onward = database.prepare(
      `SELECT ${RECORD_COLUMNS}, s.name, s.last ${FROM_RECORDS} LEFT JOIN streams s ON s.id = r.stream
       WHERE r.seq >= (SELECT coalesce(max(seq), 0) FROM records WHERE seq <= ?) ORDER BY r.seq LIMIT ${MOST_RECORDS}`,
    );
    this.#isThere = database.prepare("SELECT 1 FROM streams WHERE id = ?");
    this.#isDropped = database.prepare("SELECT 1 FROM dropped WHERE stream = ?");
    this.#progress = database.prepare(
      "SELECT max(seq, coalesce((SELECT last FROM records ORDER BY seq DESC LIMIT 1), 0)), settled FROM counters",
    );
    for (const rows of [this.#walk, this.#page, this.#onward, this.#progress]) rows.setReturnArrays(true);
  }

  /** Which records of a stream have events from a `seq` on. @throws AitorError `journal-corrupt`. */
  start(name: string, from: number): ReadStart | undefined {
    const stream = this.#streams.find(name);
    if (stream === undefined) return undefined;
    const { id } = stream;
    const seqs: number[] = [];
    for (let next = stream.last >= from ? stream.lastRecord : 0; next > 0;) {
      const walked = this.#walk.all(next, id, from, id) as unknown as (readonly [number, number])[];
      if (walked.length === 0) throw missingEvent(this.#path, name, next);
      for (const [seq, prev] of walked) {
        seqs.push(seq);
        if (prev >= seq) throw alteredEvent(this.#path, name, seq);
        next = seq > from ? prev : 0;
      }
    }
    const earliest = seqs.at(-1);
    if (earliest !== undefined && from <= stream.first && earliest !== stream.first) {
      throw alteredEvent(this.#path, name, earliest);
    }
    return { id, seqs: Float64Array.from(seqs.reverse()) };
  }

  /**
   * Some of these records, from the first on: up to one that is damaged.
   *
   * @throws AitorError `journal-corrupt` where that is the first.
   */
  records(id: number, name: string, seqs: Float64Array): Cells {
    const cells: Cells = [];
    const wanted = seqs.subarray(0, MOST_RECORDS);
    let found = 0;
    let characters = 0;
    for (const row of this.#page.iterate(`[${wanted.join()}]`) as unknown as Iterable<RecordRow>) {
      if (row[0] !== wanted[found] || row[2] !== id) break;
      try {
        characters += this.#add(cells, name, row);
      } catch (error) {
        if (found === 0) throw error;
        return cells;
      }
      found++;
      if (characters > MOST_CHARACTERS) return cells;
    }
    if (found > 0 && found < wanted.length) return cells;
    if (found === wanted.length || this.#isThere.get(id) === undefined) return cells;
    throw missingEvent(this.#path, name, wanted[found] as number);
  }

  /** The records of all streams that have events from a `seq` on. @throws AitorError `journal-corrupt`. */
  tail(from: number): Omit<TailPage, "revision"> {
    const cells: Cells = [];
    const [end, settled] = this.#progress.get() as unknown as [number, number];
    let next = Math.max(1, Math.ceil(from));
    let characters = 0;
    let rows = 0;
    for (const row of this.#onward.iterate(next) as unknown as Iterable<TailRow>) {
      const [seq, last, id] = row;
      rows++;
      const [name, streamLast] = [row[8], row[9]];
      // The first row may begin, or lie wholly, before what is asked for.
      if (last < seq || (seq < next && rows > 1)) {
        throw corruptError(this.#path, `event ${seq} is out of its place`, { seq });
      }
      if (last < next) continue;
      if (seq > next) this.#checkGap(next, seq - 1);
      next = last + 1;
      if (name !== null && streamLast !== null && (streamLast >= last || last > settled)) {
        characters += this.#add(cells, textOf(name), row as unknown as RecordRow);
      } else if (name !== null) throw corruptError(this.#path, `the stream of event ${seq} ends before it`, { seq });
      else if (this.#isDropped.get(id) === undefined) {
        throw corruptError(this.#path, `the stream of event ${seq} is missing`, { seq });
      }
      if (characters > MOST_CHARACTERS) return { cells, next, more: true };
    }
    if (rows === MOST_RECORDS) return { cells, next, more: true };
    if (end >= next) this.#checkGap(next, end);
    return { cells, next: Math.max(next, end + 1), more: false };
  }

  /** @returns How long the record is. */
  #add(cells: Cells, name: string, row: RecordRow): number {
    const text = checkedText(this.#path, name, row);
    cells.push(row[0], name, text);
    return text.length;
  }

  /** Whether all events of the range were dropped with their streams. */
  #checkGap(first: number, last: number): void {
    const seq = this.#gaps.uncovered(first, last);
    if (seq !== undefined) throw corruptError(this.#path, `event ${seq} is missing`, { seq });
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { eventCheck } from "./checks.ts";
import { corruptError } from "./errors.ts";
import type { GapTable } from "./gap-table.ts";
import type { Cells, ReadStart, TailPage } from "./protocol.ts";
import { unpack } from "./stored-data.ts";
import { textOf } from "./stored-text.ts";
import type { StreamTable } from "./stream-table.ts";
import type { TypeTable } from "./type-table.ts";

/** Of a page, at most: its reader is served beside the appends of others. */
const MOST_EVENTS = 500;
const MOST_CHARACTERS = 1_000_000;

/** Events that are walked over in one go, from the last one back. */
const WALKED_AT_A_TIME = 50_000;

type Text = string | Uint8Array;

/** An event's row, in this order; `p` is the event before it in its stream. */
const COLUMNS = "e.seq, e.stream, e.prev, e.at, e.run, e.key, e.type, e.data, e.event_check, p.event_check, p.stream";

type Row = readonly [
  seq: number,
  stream: number | null,
  prev: number,
  at: number,
  run: Text | null,
  key: Text,
  type: number,
  data: unknown,
  check: string,
  before: string | null,
  beforeStream: number | null,
];

type TailRow = readonly [...Row, streamName: Text | null, streamLast: number | null];

/**
 * Reads events and makes sure of each: that it is as it was written, that it is in its place, and that none is missing
 * between it and the one before.
 */
export class EventReader {
  readonly #path: string;
  readonly #streams: StreamTable;
  readonly #types: TypeTable;
  readonly #gaps: GapTable;
  readonly #walk: StatementSync;
  readonly #page: StatementSync;
  readonly #onward: StatementSync;
  readonly #isThere: StatementSync;
  readonly #isDropped: StatementSync;
  readonly #end: StatementSync;

  constructor(database: DatabaseSync, path: string, streams: StreamTable, types: TypeTable, gaps: GapTable) {
    this.#path = path;
    this.#streams = streams;
    this.#types = types;
    this.#gaps = gaps;
    // Names the events of a stream from one back to another, as far as one points to the next.
    this.#walk = database.prepare(
      `WITH RECURSIVE walk (seq, prev) AS (
         SELECT seq, prev FROM events WHERE seq = ?1 AND stream = ?2
         UNION ALL
         SELECT e.seq, e.prev FROM walk JOIN events e ON e.seq = walk.prev
         WHERE walk.prev >= ?3 AND walk.prev < walk.seq AND e.stream = ?2
       )
       SELECT seq, prev FROM walk LIMIT ${WALKED_AT_A_TIME}`,
    );
    this.#page = database.prepare(
      `SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN events e ON e.seq = j.value LEFT JOIN events p ON p.seq = e.prev`,
    );
    this.#onward = database.prepare(
      `SELECT ${COLUMNS}, s.name, s.last FROM events e LEFT JOIN events p ON p.seq = e.prev LEFT JOIN streams s ON s.id = e.stream
       WHERE e.seq >= ? ORDER BY e.seq LIMIT ${MOST_EVENTS}`,
    );
    this.#isThere = database.prepare("SELECT 1 FROM streams WHERE id = ?");
    this.#isDropped = database.prepare("SELECT 1 FROM dropped WHERE stream = ?");
    this.#end = database.prepare("SELECT max((SELECT coalesce(max(seq), 0) FROM events), seq) FROM counters");
    for (const rows of [this.#walk, this.#page, this.#onward, this.#end]) rows.setReturnArrays(true);
  }

  /** Which events of a stream there are from a `seq` on. @throws AitorError `journal-corrupt`. */
  start(name: string, from: number): ReadStart | undefined {
    const stream = this.#streams.find(name);
    if (stream === undefined) return undefined;
    const { id } = stream;
    const seqs: number[] = [];
    for (let next = stream.last; next >= from && next > 0;) {
      const walked = this.#walk.all(next, id, from) as unknown as (readonly [number, number])[];
      if (walked.length === 0) throw this.#missing(name, next);
      for (const [seq, prev] of walked) {
        seqs.push(seq);
        if (prev >= seq) throw this.#altered(name, seq);
        next = prev;
      }
    }
    const earliest = seqs.at(-1);
    if (earliest !== undefined && from <= stream.first && earliest !== stream.first)
      throw this.#altered(name, earliest);
    return { id, seqs: Float64Array.from(seqs.reverse()) };
  }

  /** Some of these events, from the first on. @throws AitorError `journal-corrupt`. */
  events(id: number, name: string, seqs: Float64Array): Cells {
    const cells: Cells = [];
    const wanted = seqs.subarray(0, MOST_EVENTS);
    let found = 0;
    let characters = 0;
    for (const row of this.#page.iterate(`[${wanted.join()}]`) as unknown as Iterable<Row>) {
      if (row[0] !== wanted[found] || row[1] !== id) break;
      found++;
      characters += this.#add(cells, name, row);
      if (characters > MOST_CHARACTERS) return cells;
    }
    if (found === wanted.length || this.#isThere.get(id) === undefined) return cells;
    throw this.#missing(name, wanted[found] as number);
  }

  /** The events of all streams from a `seq` on. @throws AitorError `journal-corrupt`. */
  tail(from: number): Omit<TailPage, "revision"> {
    const cells: Cells = [];
    let next = Math.max(1, Math.ceil(from));
    let characters = 0;
    let rows = 0;
    for (const row of this.#onward.iterate(from) as unknown as Iterable<TailRow>) {
      const [seq, id] = row;
      const [name, last] = [row[11], row[12]];
      if (seq !== next) this.#checkGap(next, seq - 1);
      next = seq + 1;
      rows++;
      if (name !== null && last !== null && last >= seq) characters += this.#add(cells, textOf(name), row);
      else if (name !== null) throw corruptError(this.#path, `the stream of event ${seq} ends before it`, { seq });
      else if (this.#isDropped.get(id) === undefined) {
        throw corruptError(this.#path, `the stream of event ${seq} is missing`, { seq });
      }
      if (characters > MOST_CHARACTERS) return { cells, next, more: true };
    }
    if (rows === MOST_EVENTS) return { cells, next, more: true };
    const [end] = this.#end.get() as unknown as [number];
    if (end >= next) this.#checkGap(next, end);
    return { cells, next: Math.max(next, end + 1), more: false };
  }

  /** @returns How long the event is. */
  #add(cells: Cells, name: string, row: readonly unknown[]): number {
    const [seq, id, prev, at, runText, keyText, typeId, stored, check, before, beforeStream] = row as Row;
    const run = runText === null ? name : textOf(runText);
    const key = textOf(keyText);
    const type = this.#types.nameOf(typeId);
    const data = unpack(stored);
    if (prev !== 0 && (before === null || beforeStream !== id)) throw this.#missing(name, prev);
    if (type === undefined || data === undefined) throw this.#altered(name, seq);
    const event = { stream: name, seq, prev, at, run, key, type, data };
    if (eventCheck(prev === 0 ? "" : (before as string), event) !== check) throw this.#altered(name, seq);
    cells.push(seq, name, at, run, key, type, data);
    return data.length + key.length;
  }

  /** Whether all events of the range were dropped with their streams. */
  #checkGap(first: number, last: number): void {
    const seq = this.#gaps.uncovered(first, last);
    if (seq !== undefined) throw corruptError(this.#path, `event ${seq} is missing`, { seq });
  }

  #missing(stream: string, seq: number): Error {
    return corruptError(this.#path, `event ${seq} of stream "${stream}" is missing`, { stream, seq });
  }

  #altered(stream: string, seq: number): Error {
    const what = `event ${seq} of stream "${stream}" was altered, or one before it is missing`;
    return corruptError(this.#path, what, { stream, seq });
  }
}

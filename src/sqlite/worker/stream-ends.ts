import type { DatabaseSync, StatementSync } from "node:sqlite";
import { corruptError } from "../format/errors.ts";
import { checkedText, FROM_RECORDS, missingEvent, RECORD_COLUMNS, type RecordRow } from "./record-row.ts";
import { atsOf } from "./record-text.ts";
import type { Stream } from "../format/stream-row.ts";
import { textOf } from "../format/stored-text.ts";

type NewRow = readonly [...RecordRow, name: string | Uint8Array | null, dropped: number | null];

interface End {
  /** The record before the first one that is new. */
  readonly before: number;
  lastRecord: number;
  last: number;
  lastCheck: string;
  /** Of the last record. */
  text: string;
  /** The last record, whatever the damage. */
  newest: number;
  damage: Error | undefined;
}

/**
 * Where streams end whose rows may be old. A commit adds records and leaves the rows of their streams as they are; now and
 * then one settles them all. Who has not written the records that are newer than that reads them here: at opening, and
 * in other processes.
 */
export class StreamEnds {
  readonly #path: string;
  readonly #ends = new Map<number, End>();
  readonly #settledNow: StatementSync;
  readonly #newer: StatementSync;
  #settled = 0;
  #seen = 0;
  /** The first that was found. */
  damage: Error | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#settledNow = database.prepare("SELECT settled FROM counters");
    this.#newer = database.prepare(
      `SELECT ${RECORD_COLUMNS}, s.name, d.stream ${FROM_RECORDS} LEFT JOIN streams s ON s.id = r.stream
       LEFT JOIN dropped d ON d.stream = r.stream WHERE r.seq > ? ORDER BY r.seq`,
    );
    this.#newer.setReturnArrays(true);
  }

  /** Up to there all rows are true. */
  get settled(): number {
    return this.#settled;
  }

  /** Reads what has come since it was last called. */
  read(): void {
    const { settled } = this.#settledNow.get() as { settled: number };
    if (settled !== this.#settled) this.forget(settled);
    for (const row of this.#newer.iterate(this.#seen) as unknown as Iterable<NewRow>) {
      this.#seen = row[0];
      this.#add(row);
    }
  }

  /** All rows are true up to there. */
  forget(settled: number): void {
    this.#ends.clear();
    this.#settled = settled;
    this.#seen = settled;
  }

  /** The ids of the streams that have new records. */
  ids(): Iterable<number> {
    return this.#ends.keys();
  }

  /** @param id Of a stream, which may be damaged. */
  newestOf(id: number): number | undefined {
    return this.#ends.get(id)?.newest;
  }

  /** Makes a stream as its row tells true. @throws AitorError `journal-corrupt`. */
  complete(stream: Stream): void {
    const end = this.#ends.get(stream.id);
    if (end === undefined) return;
    if (end.damage !== undefined) throw end.damage;
    if (stream.lastRecord > this.#settled) {
      if (stream.lastRecord === end.lastRecord) return;
    } else if (stream.lastRecord !== end.before) throw missingEvent(this.#path, stream.name, end.before);
    const { last, lastRecord, lastCheck, text } = end;
    Object.assign(stream, { last, lastRecord, lastCheck, lastAt: atsOf(text).last });
  }

  #add(row: NewRow): void {
    const [seq, last, id, prev, , lastCheck, , , name, dropped] = row;
    if (name === null) {
      if (dropped === null) this.damage ??= corruptError(this.#path, `the stream of event ${seq} is missing`, { seq });
      return;
    }
    const end: End = this.#ends.get(id) ?? { ...UNKNOWN, before: prev, lastRecord: prev };
    this.#ends.set(id, end);
    end.newest = seq;
    if (end.damage !== undefined) return;
    try {
      const stream = textOf(name);
      if (prev !== end.lastRecord) throw missingEvent(this.#path, stream, end.lastRecord);
      const text = checkedText(this.#path, stream, row as unknown as RecordRow);
      Object.assign(end, { lastRecord: seq, last, lastCheck, text });
    } catch (error) {
      end.damage = error as Error;
      this.damage ??= end.damage;
    }
  }
}

const UNKNOWN = { last: 0, lastCheck: "", text: "", newest: 0, damage: undefined };

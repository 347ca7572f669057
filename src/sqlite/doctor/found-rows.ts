import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Gap } from "../worker/gap-table.ts";
import { cellOf, cellsOf, type StoredValue } from "./page-cells.ts";
import type { PageImage } from "./page-image.ts";
import { unpackBytes } from "../format/stored-data.ts";
import { textOf } from "../format/stored-text.ts";
import { type Stream, streamOf, type StreamCells, sumOf } from "../format/stream-row.ts";

/** Where a row stands, so that what is long need not be kept. */
export interface Place {
  readonly page: number;
  readonly cell: number;
}

export interface FoundRecord extends Place {
  readonly seq: number;
  readonly last: number;
  readonly prev: number;
  readonly check: string;
}

export interface FoundSnapshot extends Place {
  readonly seq: number;
  readonly check: string;
}

export interface FoundBlob extends Place {
  readonly hash: string;
  readonly kept: boolean;
  /** Its bytes are those that it is named after. */
  readonly whole: boolean;
}

/** Rows of one stream; none of them can be believed before it was checked. */
export class FoundStream {
  readonly names: Set<string> = new Set();
  readonly records: FoundRecord[] = [];
  readonly snapshots: FoundSnapshot[] = [];
  readonly blobs: Set<string> = new Set();
  /** Its row, where that adds up. */
  row: Stream | undefined;
  /** A row that adds up was found on a page that was not written anew since. */
  current = false;
  /** A row that does not add up was found. */
  altered = false;
}

/**
 * All rows that the pages of a journal hold, known by their shape and not by the trees that lead to them, so that damage of
 * one page costs the rows of that page alone.
 */
export class FoundRows {
  readonly streams: Map<number, FoundStream> = new Map();
  readonly blobs: Map<string, FoundBlob> = new Map();
  /** Of blobs that were there, too; not of those of which only a page tells that was written anew since. */
  readonly hashes: Set<string> = new Set();
  /** Streams that were dropped, whose records may be there yet. */
  readonly dropped: Set<number> = new Set();
  readonly gaps: Gap[] = [];
  /** Tables whose trees are damaged: they may have had rows that are nowhere. */
  readonly damagedTables: CheckedTable[] = [];
  counters: { readonly seq: number; readonly stream: number; readonly edits: number } = { seq: 0, stream: 0, edits: 0 };
  readonly #image: PageImage;

  constructor(image: PageImage) {
    this.#image = image;
    for (let number = 1; number <= image.count; number++) {
      for (const cell of cellsOf(image.page(number), number, (other) => image.page(other))) {
        if (cell.rowid === undefined) this.#addEntry(cell.values);
        else this.#addRow(cell.rowid, cell.values, { page: number, cell: cell.index });
      }
    }
    this.#readSmall();
  }

  valuesAt({ page, cell }: Place): readonly StoredValue[] {
    const found = cellOf(this.#image.page(page), page, cell, (other) => this.#image.page(other));
    return found?.values ?? [];
  }

  #addRow(rowid: number, values: readonly StoredValue[], place: Place): void {
    switch (values.length) {
      case 16:
        return this.#addStream(rowid, values, place);
      case 6: {
        const [, last, stream, prev, , check] = values;
        if (!isSeq(last) || !isSeq(stream) || !isSeq(prev) || typeof check !== "string") return;
        this.#stream(stream).records.push({ ...place, seq: rowid, last, prev, check });
        return;
      }
      case 4: {
        const [stream, seq, , check] = values;
        if (!isSeq(stream) || !isSeq(seq) || typeof check !== "string") return;
        this.#stream(stream).snapshots.push({ ...place, seq, check });
        return;
      }
      case 3: {
        const [name, bytes, owned] = values;
        if (!isHash(name) || !Buffer.isBuffer(bytes)) return;
        if (!this.#image.isOld(place.page)) this.hashes.add(name);
        const content = unpackBytes(bytes);
        const whole = content !== undefined && hash("sha256", content) === name;
        const kept = owned === 0;
        if (this.blobs.get(name)?.whole !== true) this.blobs.set(name, { ...place, hash: name, kept, whole });
      }
    }
  }

  #addStream(id: number, values: readonly StoredValue[], { page }: Place): void {
    const found = this.#stream(id);
    const name = values[1];
    if (typeof name === "string" || Buffer.isBuffer(name)) found.names.add(textOf(name));
    try {
      const stream = streamOf(cellsOfRow(id, values));
      if (sumOf(stream) !== values[15]) {
        found.altered = true;
        return;
      }
      found.current ||= !this.#image.isOld(page);
      if (found.row === undefined || stream.last >= found.row.last) found.row = stream;
    } catch {
      // A column holds what none of its kind can be.
      found.altered = true;
    }
  }

  /** Indexes tell the names of streams, which blobs there are, and whose. */
  #addEntry(values: readonly StoredValue[]): void {
    const [first, second] = values;
    if (values.length !== 2) return;
    if (isSeq(first) && isHash(second)) this.#stream(first).blobs.add(second);
    if (!isSeq(second)) return;
    if (isHash(first)) this.hashes.add(first);
    if (typeof first === "string" || Buffer.isBuffer(first)) this.#stream(second).names.add(textOf(first));
  }

  #stream(id: number): FoundStream {
    let stream = this.streams.get(id);
    if (stream === undefined) this.streams.set(id, (stream = new FoundStream()));
    return stream;
  }

  /** Of the small tables, what SQLite can read: their rows have nothing that would tell whose they are. */
  #readSmall(): void {
    const database = new DatabaseSync(this.#image.file, { readOnly: true });
    const rows = (sql: string): StoredValue[][] => {
      try {
        return database
          .prepare(sql)
          .all()
          .map((row) => Object.values(row) as StoredValue[]);
      } catch {
        return [];
      }
    };
    try {
      for (const [stream] of rows("SELECT stream FROM dropped")) if (isSeq(stream)) this.dropped.add(stream);
      for (const [first, last] of rows("SELECT first, last FROM gaps")) {
        if (isSeq(first) && isSeq(last)) this.gaps.push({ first, last });
      }
      for (const [seq, stream, edits] of rows("SELECT seq, stream, edits FROM counters")) {
        if (isSeq(seq) && isSeq(stream) && isSeq(edits)) this.counters = { seq, stream, edits };
      }
      for (const table of CHECKED) {
        const [found] = rows(`PRAGMA integrity_check(${table})`);
        if (found?.[0] !== "ok") this.damagedTables.push(table);
      }
    } finally {
      database.close();
    }
  }
}

const CHECKED = ["streams", "snapshots", "blobs"] as const;
export type CheckedTable = (typeof CHECKED)[number];

export function isHash(value: StoredValue | undefined): value is string {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}

function isSeq(value: StoredValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function cellsOfRow(id: number, values: readonly StoredValue[]): StreamCells {
  const [, name, first, firstAt, last, lastAt, lastRecord, lastCheck, kind, state, ended, about, keepUntil] = values;
  const [snapshots, snapshotSeqs, sum] = values.slice(13);
  return {
    id,
    name: name ?? "",
    first,
    first_at: firstAt,
    last,
    last_at: lastAt,
    last_record: lastRecord,
    last_check: lastCheck,
    kind,
    state,
    ended,
    about,
    keep_until: keepUntil,
    snapshots,
    snapshot_seqs: snapshotSeqs,
    sum,
    record_check: null,
    record_stream: null,
  } as unknown as StreamCells;
}

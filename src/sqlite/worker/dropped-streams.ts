import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlobTable } from "./blob-table.ts";
import type { Gap, GapTable } from "./gap-table.ts";
import type { SnapshotTable } from "./snapshot-table.ts";
import type { StreamTable } from "./stream-table.ts";

/** Records that are removed in one transaction. */
const SWEPT_AT_A_TIME = 2_000;

/**
 * Streams that were dropped. A drop takes the stream's row, which hides its events at once; the events themselves go
 * later, some at a time, from the last one back.
 */
export class DroppedStreams {
  readonly #streams: StreamTable;
  readonly #snapshots: SnapshotTable;
  readonly #blobs: BlobTable;
  readonly #gaps: GapTable;
  readonly #add: StatementSync;
  readonly #count: StatementSync;
  readonly #first: StatementSync;
  readonly #walk: StatementSync;
  readonly #strewn: StatementSync;
  readonly #holes: StatementSync;
  readonly #deleteRecords: StatementSync;
  readonly #moveOn: StatementSync;
  readonly #delete: StatementSync;
  readonly #isKept: StatementSync;

  constructor(
    database: DatabaseSync,
    streams: StreamTable,
    snapshots: SnapshotTable,
    blobs: BlobTable,
    gaps: GapTable,
  ) {
    this.#blobs = blobs;
    this.#streams = streams;
    this.#snapshots = snapshots;
    this.#gaps = gaps;
    this.#add = database.prepare("INSERT OR REPLACE INTO dropped VALUES (?, ?)");
    this.#count = database.prepare("UPDATE counters SET seq = ?, stream = ?");
    this.#first = database.prepare("SELECT stream, last FROM dropped LIMIT 1");
    this.#walk = database.prepare(
      `WITH RECURSIVE walk (seq, last, prev) AS (
         SELECT seq, last, prev FROM records WHERE seq = ? AND stream = ?
         UNION ALL
         SELECT r.seq, r.last, r.prev FROM walk JOIN records r ON r.seq = walk.prev
         WHERE walk.prev > 0 AND walk.prev < walk.seq AND r.stream = ?
       )
       SELECT seq AS first, last, prev FROM walk LIMIT ${SWEPT_AT_A_TIME}`,
    );
    this.#strewn = database.prepare(
      `SELECT seq AS first, last FROM records WHERE stream = ? ORDER BY seq LIMIT ${SWEPT_AT_A_TIME}`,
    );
    this.#holes = database.prepare(
      `SELECT before + 1 AS first, seq - 1 AS last FROM (
         SELECT seq, lag(last, 1, 0) OVER (ORDER BY seq) AS before
         FROM (SELECT seq, last FROM records WHERE seq <= ? UNION SELECT ?, ?)
       ) WHERE seq > before + 1`,
    );
    this.#deleteRecords = database.prepare("DELETE FROM records WHERE seq IN (SELECT value FROM json_each(?))");
    this.#moveOn = database.prepare("UPDATE dropped SET last = ? WHERE stream = ?");
    this.#delete = database.prepare("DELETE FROM dropped WHERE stream = ?");
    this.#isKept = database.prepare("SELECT 1 FROM streams WHERE id = ?");
  }

  /** @param seq The last one that was given, so that it is not given again. */
  drop(name: string, seq: number): void {
    const stream = this.#streams.remove(name);
    if (stream === undefined) return;
    this.#snapshots.removeAll(stream.id);
    this.#blobs.letGo(stream.id);
    if (stream.lastRecord > 0) this.#add.run(stream.id, stream.lastRecord);
    this.#count.run(seq, this.#streams.lastId);
  }

  /**
   * The stream goes on without its events and snapshots: with a row of its own, so that those are a dropped stream's.
   *
   * @param seq The last one that was given. @throws AitorError `journal-corrupt`.
   */
  restart(name: string, seq: number): void {
    const stream = this.#streams.find(name);
    if (stream === undefined) return;
    this.#streams.remove(name);
    this.#snapshots.removeAll(stream.id);
    if (stream.lastRecord > 0) this.#add.run(stream.id, stream.lastRecord);
    const anew = this.#streams.openAs(stream);
    this.#blobs.handOver(stream.id, anew.id);
    this.#count.run(seq, this.#streams.lastId);
  }

  /** Whether there are events to be removed. */
  get waiting(): boolean {
    return this.#first.get() !== undefined;
  }

  /** Removes some events of dropped streams. */
  sweep(): void {
    let swept = 0;
    while (swept < SWEPT_AT_A_TIME) {
      const dropped = this.#first.get() as { stream: number; last: number } | undefined;
      if (dropped === undefined) return;
      swept += this.#sweep(dropped.stream, dropped.last);
    }
  }

  /** @param last Of its records. */
  #sweep(stream: number, last: number): number {
    // A stream's row tells that it was not dropped: the row here is damaged.
    if (this.#isKept.get(stream) !== undefined) {
      this.#delete.run(stream);
      return 0;
    }
    const walked = this.#walk.all(last, stream, stream) as unknown as (Gap & { readonly prev: number })[];
    const { prev } = walked.at(-1) ?? { prev: last };
    this.#remove(walked.reverse());
    if (prev === 0) this.#delete.run(stream);
    else if (walked.length > 0) this.#moveOn.run(prev, stream);
    else return this.#sweepStrewn(stream, last) + 1;
    return walked.length + 1;
  }

  /** A missing record cuts the chain: those before it are searched for. Other numbers missing up to there are given up, too. */
  #sweepStrewn(stream: number, missing: number): number {
    const found = this.#strewn.all(stream) as unknown as Gap[];
    this.#remove(found);
    if (found.length === SWEPT_AT_A_TIME) return found.length;
    this.#delete.run(stream);
    const holes = this.#holes.all(missing, missing + 1, missing + 1) as unknown as Gap[];
    for (const { first, last } of holes) this.#gaps.cover(first, last);
    return found.length;
  }

  #remove(records: readonly Gap[]): void {
    this.#deleteRecords.run(`[${records.map(({ first }) => first).join()}]`);
    this.#gaps.add(records);
  }
}

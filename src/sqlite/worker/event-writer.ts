import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlobTable } from "./blob-table.ts";
import { recordCheck } from "../format/checks.ts";
import type { DroppedStreams } from "./dropped-streams.ts";
import type { Progress } from "../format/mark.ts";
import type { Batch, Conflict, Extra, NewRecords, Receipt } from "./protocol.ts";
import { atOf, recordText } from "./record-text.ts";
import type { SnapshotTable } from "./snapshot-table.ts";
import { pack } from "../format/stored-data.ts";
import type { StreamTable } from "./stream-table.ts";

export interface Tables {
  readonly streams: StreamTable;
  readonly snapshots: SnapshotTable;
  readonly blobs: BlobTable;
  readonly dropped: DroppedStreams;
}

/** Puts batches into the tables, within a transaction that its caller begins and commits. */
export class EventWriter {
  readonly #tables: Tables;
  readonly #insert: StatementSync;
  readonly #edit: StatementSync;
  #seq: number;
  #edits: number;

  constructor(database: DatabaseSync, tables: Tables, { seq, edits }: Progress) {
    this.#tables = tables;
    this.#seq = seq;
    this.#edits = edits;
    this.#insert = database.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)");
    this.#edit = database.prepare("UPDATE counters SET edits = ?");
  }

  get progress(): Progress {
    return { seq: this.#seq, edits: this.#edits };
  }

  /** @returns Of each its receipt. */
  write(batches: readonly Batch[]): Receipt[] {
    const receipts = batches.map((batch) => this.#write(batch));
    this.#tables.streams.save(this.#seq);
    return receipts;
  }

  settle(): void {
    this.#tables.streams.settle(this.#seq);
  }

  drop(streams: readonly string[]): void {
    this.#forget(streams, []);
    this.#edited();
  }

  #write([entries, , records, extras = []]: Batch): Receipt {
    const first = this.#seq + 1;
    const conflicts: Conflict[] = [];
    const blobs: [number, string][] = [];
    let next = 0;
    for (const { entry, from, to, extra } of extras) {
      while (next < from) next = this.#append(records, next);
      const conflict = extra.kind === "append" ? this.#conflict(entry, extra.expect) : undefined;
      if (conflict === undefined) {
        if (extra.kind === "append") this.#forget(extra.drop, extra.restart);
        while (next < to) next = this.#append(records, next);
        this.#also(entry, extra, blobs);
      } else {
        conflicts.push(conflict);
        next = to;
      }
    }
    while (next < records.length) next = this.#append(records, next);
    if (this.#seq < first && entries > conflicts.length) this.#edited();
    return conflicts.length + blobs.length === 0 ? [first] : [first, conflicts, blobs];
  }

  #forget(drop: readonly string[], restart: readonly string[]): void {
    for (const stream of drop) this.#tables.dropped.drop(stream, this.#seq);
    for (const stream of restart) this.#tables.dropped.restart(stream, this.#seq);
  }

  /** The transaction changes something without recording an event. */
  #edited(): void {
    this.#edit.run(++this.#edits);
  }

  /** @param place Of the record. @returns Of the next one. */
  #append(records: NewRecords, place: number): number {
    const { streams } = this.#tables;
    const stream = streams.open(records[place] as string);
    const count = records[place + 1] as number;
    const lastAt = records[place + 2] as number;
    const end = place + 3 + count;
    const seq = this.#seq + 1;
    const last = (this.#seq += count);
    const prev = stream.lastRecord;
    const text = recordText(records, place + 3, end);
    const lastCheck = recordCheck(stream.lastCheck, { stream: stream.name, seq, last, prev, text });
    this.#insert.run(seq, last, stream.id, prev, pack(text), lastCheck);
    if (prev === 0) streams.begin(stream, seq, atOf(records[place + 3] as string));
    streams.extend(stream, { last, lastAt, lastRecord: seq, lastCheck });
    return end;
  }

  #conflict(entry: number, expect: readonly (readonly [string, number])[]): Conflict | undefined {
    for (const [stream, expected] of expect) {
      const last = this.#tables.streams.find(stream)?.last ?? 0;
      if (last !== expected) return { entry, stream, expected, last };
    }
    return undefined;
  }

  #also(entry: number, extra: Extra, blobs: [number, string][]): void {
    const { streams, snapshots, blobs: kept, dropped } = this.#tables;
    switch (extra.kind) {
      case "append":
        for (const head of extra.heads) streams.change(head);
        return;
      case "drop":
        dropped.drop(extra.stream, this.#seq);
        return;
      case "snapshot":
        snapshots.put(extra.stream, extra.seq, extra.state);
        return;
      case "blob":
        blobs.push([
          entry,
          kept.put(extra.bytes, extra.stream === undefined ? undefined : streams.open(extra.stream).id),
        ]);
    }
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlobTable } from "./blob-table.ts";
import { recordCheck } from "./checks.ts";
import type { DroppedStreams } from "./dropped-streams.ts";
import type { Progress } from "./mark.ts";
import type { Batch, Conflict, Extra, Receipt } from "./protocol.ts";
import { atsOf, recordText } from "./record-text.ts";
import type { SnapshotTable } from "./snapshot-table.ts";
import { pack } from "./stored-data.ts";
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

  write(batch: Batch): Receipt {
    const first = this.#seq + 1;
    const conflicts: Conflict[] = [];
    const blobs: [number, string][] = [];
    let event = 0;
    let next = 0;
    for (const { entry, from, to, extra } of batch.extras) {
      for (; next < from; next++) event = this.#append(batch, next, event);
      const conflict = extra.kind === "append" ? this.#conflict(entry, extra.expect) : undefined;
      if (conflict === undefined) {
        for (; next < to; next++) event = this.#append(batch, next, event);
        this.#also(entry, extra, blobs);
      } else {
        conflicts.push(conflict);
        for (; next < to; next++) event += batch.counts[next] as number;
      }
    }
    for (; next < batch.streams.length; next++) event = this.#append(batch, next, event);
    this.#tables.streams.save(this.#seq);
    if (this.#seq < first && batch.entries > conflicts.length) this.#edited();
    return { first, conflicts, blobs };
  }

  settle(): void {
    this.#tables.streams.settle(this.#seq);
  }

  drop(streams: readonly string[]): void {
    for (const stream of streams) this.#tables.dropped.drop(stream, this.#seq);
    this.#edited();
  }

  /** The transaction changes something without recording an event. */
  #edited(): void {
    this.#edit.run(++this.#edits);
  }

  /** @param event The first of the record, in the batch. @returns The one after its last. */
  #append(batch: Batch, record: number, event: number): number {
    const { streams } = this.#tables;
    const stream = streams.open(batch.streams[record] as string);
    const count = batch.counts[record] as number;
    const seq = this.#seq + 1;
    const last = (this.#seq += count);
    const prev = stream.lastRecord;
    const text = recordText(batch.events, event, count);
    const lastCheck = recordCheck(stream.lastCheck, { stream: stream.name, seq, last, prev, text });
    this.#insert.run(seq, last, stream.id, prev, pack(text), lastCheck);
    if (prev === 0) streams.begin(stream, seq, atsOf(text).first);
    streams.extend(stream, { last, lastAt: batch.ats[record] as number, lastRecord: seq, lastCheck });
    return event + count;
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
        blobs.push([entry, kept.put(extra.bytes)]);
    }
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BlobTable } from "./blob-table.ts";
import { eventCheck } from "./checks.ts";
import type { DroppedStreams } from "./dropped-streams.ts";
import type { Progress } from "./mark.ts";
import type { Batch, Conflict, Extra, Receipt } from "./protocol.ts";
import type { SnapshotTable } from "./snapshot-table.ts";
import { pack } from "./stored-data.ts";
import { storedText } from "./stored-text.ts";
import type { StreamTable } from "./stream-table.ts";
import type { TypeTable } from "./type-table.ts";

export interface Tables {
  readonly streams: StreamTable;
  readonly types: TypeTable;
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
    this.#insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
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
    let nextExtra = 0;
    for (const [entry, size] of batch.sizes.entries()) {
      const [place, extra] = batch.extras[nextExtra] ?? [];
      const end = event + size;
      if (place !== entry) for (; event < end; event++) this.#append(batch, event);
      else {
        nextExtra++;
        const conflict = extra?.kind === "append" ? this.#conflict(entry, extra.expect) : undefined;
        if (conflict === undefined) for (; event < end; event++) this.#append(batch, event);
        else conflicts.push(conflict);
        event = end;
        if (conflict === undefined && extra !== undefined) this.#also(entry, extra, blobs);
      }
    }
    this.#tables.streams.save();
    if (this.#seq < first && batch.sizes.length > conflicts.length) this.#edited();
    return { first, conflicts, blobs };
  }

  drop(streams: readonly string[]): void {
    for (const stream of streams) this.#tables.dropped.drop(stream, this.#seq);
    this.#edited();
  }

  /** The transaction changes something without recording an event. */
  #edited(): void {
    this.#edit.run(++this.#edits);
  }

  #append(batch: Batch, index: number): void {
    const { streams, types } = this.#tables;
    const name = batch.streams[index] as string;
    const at = batch.ats[index] as number;
    const run = batch.runs[index] as string | null;
    const key = batch.keys[index] as string;
    const type = batch.types[index] as string;
    const data = batch.data[index] as string;
    const stream = streams.open(name);
    const seq = ++this.#seq;
    const prev = stream.last;
    const check = eventCheck(stream.lastCheck, { stream: name, seq, prev, at, run: run ?? name, key, type, data });
    const runText = run === null ? null : storedText(run);
    this.#insert.run(seq, stream.id, prev, at, runText, storedText(key), types.idOf(type), pack(data), check);
    streams.extend(stream, seq, at, check);
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

// What a journal's file holds, read past the code that is put to the test: its tables by SQL. Version 1 of the file.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";

import type { EventEnvelope } from "aitor";

/** Events by stream, in order. */
export type StreamRecords = ReadonlyMap<string, readonly EventEnvelope[]>;

const RECORDS = `SELECT seq, events FROM streams JOIN records ON records.stream = streams.id
  WHERE streams.name = ? ORDER BY seq`;

/** An event in its record. A run of 0 is the stream. */
type Recorded = readonly [at: number, type: string, key: string, run: string | 0, data?: unknown];

/** Nothing where the first process died before there was a journal. */
export function readStreams(path: string, streams: Iterable<string>): StreamRecords {
  const records = new Map<string, readonly EventEnvelope[]>();
  if (!existsSync(path)) return records;
  using database = new DatabaseSync(path, { readOnly: true });
  // A process that died at once has left a file without tables.
  if (database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) return records;
  const rows = database.prepare(RECORDS);
  for (const stream of streams) {
    const events = rows.all(stream).flatMap((row) => eventsOf(stream, Number(row["seq"]), row["events"]));
    if (events.length > 0) records.set(stream, events);
  }
  return records;
}

/** @param stored A JSON list of events, as text or compressed. */
function eventsOf(stream: string, first: number, stored: unknown): EventEnvelope[] {
  const text = typeof stored === "string" ? stored : zstdDecompressSync(stored as Uint8Array).toString();
  return (JSON.parse(text) as Recorded[]).map(([at, type, key, run, data], index) => {
    return { v: 1, stream, seq: first + index, at, run: run === 0 ? stream : run, key, type, data };
  });
}

export const hasEnded = (events: readonly EventEnvelope[]): boolean => events.at(-1)?.type === "run-finished";

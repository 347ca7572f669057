// What a journal's file holds, read past the code that is put to the test: its tables by SQL. Version 1 of the file.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";

import type { EventEnvelope } from "aitor";

/** Events by stream, in order. */
export type StreamRecords = ReadonlyMap<string, readonly EventEnvelope[]>;

const EVENTS = `SELECT seq, streams.name AS stream, at, coalesce(run, streams.name) AS run, key, types.name AS type, data
  FROM streams JOIN events ON events.stream = streams.id JOIN types ON types.id = events.type
  WHERE streams.name = ? ORDER BY seq`;

/** Nothing where the first process died before there was a journal. */
export function readStreams(path: string, streams: Iterable<string>): StreamRecords {
  const records = new Map<string, readonly EventEnvelope[]>();
  if (!existsSync(path)) return records;
  using database = new DatabaseSync(path, { readOnly: true });
  // A process that died at once has left a file without tables.
  if (database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) return records;
  const rows = database.prepare(EVENTS);
  for (const stream of streams) {
    const events = rows.all(stream).map((row) => ({ ...row, v: 1, data: dataOf(row["data"]) }));
    if (events.length > 0) records.set(stream, events as unknown as EventEnvelope[]);
  }
  return records;
}

/** JSON after a byte that says how it is kept: 1 as it is, 2 compressed. */
function dataOf(stored: unknown): unknown {
  const text =
    typeof stored === "string" ? stored : `.${zstdDecompressSync((stored as Uint8Array).subarray(1)).toString()}`;
  return text.length === 1 ? undefined : JSON.parse(text.slice(1));
}

export const hasEnded = (events: readonly EventEnvelope[]): boolean => events.at(-1)?.type === "run-finished";

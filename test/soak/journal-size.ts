// What a journal's file holds, read by SQL when nobody writes it. Version 1 of the file.
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

export interface JournalSize {
  /** Megabytes of what retention forgets in time: runs, and what they used. */
  readonly runs: number;
  /** Megabytes of agents' own streams, a commit for each change of a memory. */
  readonly histories: number;
  readonly streams: number;
  /** Megabytes of the file, with what is free in it. */
  readonly file: number;
}

const SIZES = `SELECT streams.name LIKE 'agent:%' AS agent, count(DISTINCT streams.id) AS streams, sum(length(events)) AS bytes
  FROM streams JOIN records ON records.stream = streams.id GROUP BY agent`;

export function journalSize(path: string): JournalSize {
  using database = new DatabaseSync(path, { readOnly: true });
  const size = { runs: 0, histories: 0, streams: 0, file: statSync(path).size / 2 ** 20 };
  for (const row of database.prepare(SIZES).all()) {
    size[row["agent"] === 1 ? "histories" : "runs"] = Number(row["bytes"]) / 2 ** 20;
    size.streams += Number(row["streams"]);
  }
  return size;
}

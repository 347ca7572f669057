import type { DatabaseSync, StatementSync } from "node:sqlite";
import { snapshotCheck } from "../format/checks.ts";
import { corruptError } from "../format/errors.ts";
import { pack, unpack } from "../format/stored-data.ts";
import type { Stream } from "../format/stream-row.ts";
import type { StreamTable } from "./stream-table.ts";

/** Snapshots of streams; each is kept as long as its stream. */
export class SnapshotTable {
  readonly #path: string;
  readonly #streams: StreamTable;
  readonly #has: StatementSync;
  readonly #replace: StatementSync;
  readonly #count: StatementSync;
  readonly #latest: StatementSync;
  readonly #all: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, path: string, streams: StreamTable) {
    this.#path = path;
    this.#streams = streams;
    this.#has = database.prepare("SELECT 1 FROM snapshots WHERE stream = ? AND seq = ?");
    this.#count = database.prepare(
      "SELECT count(*) AS count, coalesce(sum(seq), 0) AS seqs FROM snapshots WHERE stream = ?",
    );
    this.#replace = database.prepare("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)");
    this.#latest = database.prepare(
      "SELECT seq, state, state_check FROM snapshots WHERE stream = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
    );
    this.#all = database.prepare("SELECT seq, state, state_check FROM snapshots WHERE stream = ?");
    this.#delete = database.prepare("DELETE FROM snapshots WHERE stream = ?");
  }

  /** @param state JSON in its first form. */
  put(name: string, seq: number, state: string): void {
    const stream = this.#streams.open(name);
    if (this.#has.get(stream.id, seq) === undefined) this.#streams.countSnapshot(stream, seq);
    this.#replace.run(stream.id, seq, pack(state), snapshotCheck(name, seq, state));
  }

  /** @throws AitorError `journal-corrupt`. */
  latest(name: string, atMost: number): { seq: number; state: string } | undefined {
    const stream = this.#complete(name);
    const row = stream && this.#latest.get(stream.id, atMost);
    return row && this.#checked(name, row);
  }

  /** Reads all of a stream, and looks once whether any is missing. @throws AitorError `journal-corrupt`. */
  verify(name: string): void {
    const stream = this.#complete(name);
    if (stream === undefined) return;
    for (const row of this.#all.iterate(stream.id)) this.#checked(name, row);
  }

  #complete(name: string): Stream | undefined {
    const stream = this.#streams.find(name);
    if (stream === undefined) return undefined;
    const { count, seqs } = this.#count.get(stream.id) as { count: number; seqs: number };
    if (count === stream.snapshots && seqs === stream.snapshotSeqs) return stream;
    throw corruptError(this.#path, `snapshots of stream "${name}" are missing`, { stream: name });
  }

  #checked(name: string, row: Readonly<Record<string, unknown>>): { seq: number; state: string } {
    const seq = row["seq"] as number;
    const state = unpack(row["state"]);
    if (state !== undefined && snapshotCheck(name, seq, state) === row["state_check"]) return { seq, state };
    const what = `the snapshot of stream "${name}" at event ${seq} was altered`;
    throw corruptError(this.#path, what, { stream: name, seq });
  }

  /** @param stream Its id. */
  removeAll(stream: number): void {
    this.#delete.run(stream);
  }
}

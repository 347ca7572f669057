import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { diagnose, type Examination } from "./examination.ts";
import { repairError } from "../format/errors.ts";
import type { FoundRows } from "./found-rows.ts";
import { GapTable, missing } from "../worker/gap-table.ts";
import { makeFile, type NewFileError, type Verified, type Verify } from "../journal/new-file.ts";
import type { StoredValue } from "./page-cells.ts";
import { rangeOf, type Salvage } from "./salvage.ts";
import { migrate } from "../format/schema.ts";
import { journalSettings } from "../format/settings.ts";
import { openJournal, type SqliteJournal } from "../journal/sqlite-journal.ts";
import { storedText } from "../format/stored-text.ts";
import { rowOf } from "../format/stream-row.ts";

export interface Repair extends Examination {
  /** What the new file contains. `undefined` if none was made: the journal is whole, though its inbox may be damaged. */
  readonly repaired: Verified | undefined;
}

export interface RepairOptions {
  /**
   * Receives the new journal before it gets its name, to settle what was cut. The journal is closed afterwards.
   * @default nothing
   */
  readonly settle?: (journal: SqliteJournal, examination: Examination) => Promise<void>;
}

/**
 * Writes what can be kept of a damaged journal to a new file, which is a journal by itself and is read through. Events keep
 * their numbers. A stream that lost some events ends before them. A stream that lost all events is there without any. The
 * damaged journal stays as it is.
 *
 * @throws AitorError (rejects with) `repair-failed`, and the errors of `examineJournal`.
 */
export function repairJournal(path: string, file: string, options: RepairOptions = {}): Promise<Repair> {
  return repair(path, file, options);
}

/** @param verify Reads a journal through. */
export async function repair(path: string, file: string, { settle }: RepairOptions, verify?: Verify): Promise<Repair> {
  using diagnosis = await diagnose(path, verify);
  const { examination, found } = diagnosis;
  if (found === undefined) return { ...examination, repaired: undefined };
  const settings = journalSettings(path, { access: "read" });
  const write = async (partial: string): Promise<void> => {
    writeJournal(partial, found.rows, found.salvage);
    if (settle === undefined) return;
    await using journal = openJournal(journalSettings(partial, { create: false }));
    await journal.ready();
    await settle(journal, examination);
  };
  const failed: NewFileError = (got, fix, cause) => repairError(path, resolve(file), got, fix, cause);
  const repaired = await makeFile(settings, file, write, failed, verify);
  return { ...examination, repaired };
}

function writeJournal(file: string, rows: FoundRows, salvage: Salvage): void {
  const database = new DatabaseSync(file);
  try {
    migrate(database, 0);
    database.exec("BEGIN");
    writeStreams(database, rows, salvage);
    const blob = database.prepare("INSERT INTO blobs VALUES (?, ?, ?)");
    const owned = new Set(salvage.streams.flatMap(({ blobs }) => blobs));
    for (const { hash, kept, ...place } of salvage.blobs) {
      // One whose owners are lost stays.
      blob.run(hash, bound(rows.valuesAt(place)[1]), kept || !owned.has(hash) ? 0 : 1);
    }
    // What is not there is not missed any more: who reads on goes over it.
    const kept = salvage.streams.flatMap(({ records }) => records.map(rangeOf));
    new GapTable(database).add(missing(kept, salvage.seq));
    const { seq, lastStream, edits } = salvage;
    const counters = database.prepare("UPDATE counters SET seq = ?, stream = ?, edits = ?, settled = ?");
    counters.run(seq, lastStream, edits, seq);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

function writeStreams(database: DatabaseSync, rows: FoundRows, { streams, blobs }: Salvage): void {
  const stream = database.prepare(`INSERT INTO streams VALUES (${Array(16).fill("?").join()})`);
  const record = database.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)");
  const snapshot = database.prepare("INSERT INTO snapshots VALUES (?, ?, ?, ?)");
  const owner = database.prepare("INSERT INTO blob_owners VALUES (?, ?)");
  const whole = new Set(blobs.map(({ hash }) => hash));
  for (const salvaged of streams) {
    const { id, name } = salvaged.stream;
    stream.run(id, storedText(name), ...rowOf(salvaged.stream));
    for (const { seq, last, prev, check, ...place } of salvaged.records) {
      record.run(seq, last, id, prev, bound(rows.valuesAt(place)[4]), check);
    }
    for (const { seq, check, ...place } of salvaged.snapshots) {
      snapshot.run(id, seq, bound(rows.valuesAt(place)[2]), check);
    }
    for (const hash of salvaged.blobs) if (whole.has(hash)) owner.run(id, hash);
  }
}

function bound(value: StoredValue | undefined): string | Buffer {
  return value as string | Buffer;
}

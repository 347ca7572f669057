import type { DatabaseSync } from "node:sqlite";
import { corruptError, foreignError, olderVersionError, versionError } from "./errors.ts";

/** "Aitr": the file is a journal. */
const APPLICATION = 0x41697472;

/** What brings a file from one version to the next. The version of a file is how many of them it has seen. */
export type MigrationStep = (database: DatabaseSync) => void;

/** What is said of `last` is true up to the event that `counters.settled` names, and may be old beyond it. */
const STREAMS = `CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first INTEGER NOT NULL,
  first_at NUMERIC NOT NULL,
  last INTEGER NOT NULL,
  last_at NUMERIC NOT NULL,
  last_record INTEGER NOT NULL,
  last_check TEXT NOT NULL,
  kind TEXT,
  state TEXT,
  ended INTEGER,
  about TEXT,
  keep_until NUMERIC,
  snapshots INTEGER NOT NULL,
  snapshot_seqs INTEGER NOT NULL,
  sum INTEGER NOT NULL
)`;

/** One event or some, of one stream. */
const RECORDS = `CREATE TABLE records (
  seq INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  prev INTEGER NOT NULL,
  events BLOB NOT NULL,
  record_check TEXT NOT NULL
)`;

/** Those that are `owned` go with the last stream that they belong to. */
const BLOBS = "CREATE TABLE blobs (hash TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL, owned INTEGER NOT NULL)";

/** The objects of a journal as they were made: another text is another journal, or a damaged one. */
const OBJECTS: readonly string[] = [
  STREAMS,
  "CREATE INDEX streams_by_beginning ON streams (first)",
  "CREATE INDEX streams_unfinished ON streams (kind, first) WHERE ended = 0",
  "CREATE INDEX streams_ended ON streams (last) WHERE ended = 1",
  RECORDS,
  `CREATE TABLE snapshots (
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  state BLOB NOT NULL,
  state_check TEXT NOT NULL,
  UNIQUE (stream, seq)
)`,
  BLOBS,
  `CREATE TABLE blob_owners (
  stream INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (stream, hash)
) WITHOUT ROWID`,
  "CREATE INDEX blob_owners_by_hash ON blob_owners (hash)",
  "CREATE TABLE dropped (stream INTEGER PRIMARY KEY, last INTEGER NOT NULL)",
  "CREATE TABLE gaps (first INTEGER PRIMARY KEY, last INTEGER NOT NULL)",
  `CREATE TABLE counters (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  edits INTEGER NOT NULL,
  settled INTEGER NOT NULL
)`,
];

const STEPS: readonly MigrationStep[] = [
  (database) => {
    for (const object of OBJECTS) database.exec(object);
    database.exec("INSERT INTO counters VALUES (1, 0, 0, 0, 0)");
  },
];

/**
 * Whether nothing is in the file: also where one who was making a journal came no further than SQLite's own first page. The
 * tables are looked for last: where another process makes them meanwhile, what is asked next tells that it is a journal.
 */
export function isNew(database: DatabaseSync): boolean {
  return (
    number(database, "PRAGMA application_id") === 0 &&
    number(database, "PRAGMA user_version") === 0 &&
    number(database, "SELECT count(*) FROM sqlite_schema") === 0
  );
}

/**
 * Makes sure that the file is a journal, and of which version.
 *
 * @throws AitorError `journal-foreign`, `journal-version`.
 */
export function identify(database: DatabaseSync, path: string): number {
  const application = number(database, "PRAGMA application_id");
  if (application !== APPLICATION) {
    throw foreignError(path, application === 0 ? "an SQLite database of another program" : "another program's file");
  }
  const version = number(database, "PRAGMA user_version");
  if (version > STEPS.length) throw versionError(path, STEPS.length, version);
  return version;
}

/** @throws AitorError `journal-version` where it must be brought up to date first. */
export function checkVersion(path: string, version: number): void {
  if (version < STEPS.length) throw olderVersionError(path, STEPS.length, version);
}

/**
 * Brings a file up to date, or makes a new one: in one transaction, so that it is either what it was or what it should be.
 *
 * @param version As it is; 0 for a new file.
 */
export function migrate(database: DatabaseSync, version: number, steps: readonly MigrationStep[] = STEPS): void {
  if (version === steps.length) return;
  database.exec("BEGIN EXCLUSIVE");
  try {
    for (const step of steps.slice(version)) step(database);
    database.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** @throws AitorError `journal-corrupt` where what describes tables and indexes is not what it was made with. */
export function checkObjects(database: DatabaseSync, path: string): void {
  const rows = database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").all();
  // Their order changes when the file is written anew.
  const found = rows.map(({ sql }) => String(sql)).sort();
  if (found.length === OBJECTS.length && [...OBJECTS].sort().every((object, index) => object === found[index])) return;
  throw corruptError(path, "what describes its tables is not what it was made with");
}

function number(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

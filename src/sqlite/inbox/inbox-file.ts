import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { rowSum } from "../format/checks.ts";
import { makeCompanion } from "../format/companion-file.ts";
import { fileIdentity } from "../format/file-identity.ts";
import { inboxVersionError } from "../format/lock-errors.ts";

/*
 * The file `<path>.inbox` beside a journal. Any process may put commands for the writing process into it. A command is a row.
 * Its sender inserts it. It is marked as taken when it is handed over. Once its outcome is known, the outcome replaces its
 * data. Some time later it is removed. Rows are never put back.
 *
 * Every change is one short transaction in WAL mode without fsync. A crash of the machine may lose a command about which
 * nobody was promised anything, or an outcome, whose command is then handed over once more. SQLite does not notice a flipped
 * bit in a value. So commands and outcomes have a checksum each, and nobody gets another command, or another outcome, than
 * was meant.
 */

/** How long a call may wait for another's transaction, which lasts microseconds. Whoever cannot wait tries again later. */
const BUSY_MS = 20;

/** "AtIn", which tells an inbox from another application's database. */
const APPLICATION = 0x4174496e;
const VERSION = 2;

const SCHEMA = `
  CREATE TABLE command (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    data TEXT,
    sum INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    outcome_sum INTEGER,
    ended INTEGER
  ) STRICT;
  CREATE INDEX command_open ON command (place, taken) WHERE outcome IS NULL;
  CREATE INDEX command_ended ON command (ended) WHERE ended IS NOT NULL;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/** What is asked. */
export interface CommandContent {
  readonly id: string;
  readonly type: string;
  /** JSON; `null` for none, and in a row that has its outcome. */
  readonly data: string | null;
}

/** Of a command as it was put there. */
export function commandSum({ id, type, data }: CommandContent): number {
  return rowSum([id, type, data]);
}

/** Of what became of a command; its own sum tells it from others, when its data is not there any more. */
export function outcomeSum({ id, type, sum }: Pick<CommandRow, "id" | "type" | "sum">, outcome: string): number {
  return rowSum([id, type, sum, outcome]);
}

/** A command and what became of it, as a row tells that. */
export interface CommandRow extends CommandContent {
  readonly sum: number;
  /** `null` until there is one. */
  readonly outcome: string | null;
  readonly outcome_sum: number | null;
}

export function isAsWritten(row: CommandRow): boolean {
  const { data, outcome } = row;
  if (outcome === null) return commandSum(row) === row.sum;
  return data === null && outcomeSum(row, outcome) === row.outcome_sum;
}

export function inboxFile(place: string): string {
  return `${place}.inbox`;
}

/** Its log and the index of that: they stay the same files as long as somebody has the inbox open. */
function logOf(file: string): readonly string[] {
  return [`${file}-wal`, `${file}-shm`];
}

/** Which files its log is now. */
export function logIdentity(file: string): string {
  return logOf(file).map(fileIdentity).join();
}

export function removeInbox(file: string): void {
  for (const part of [...logOf(file), file]) rmSync(part, { force: true });
}

/**
 * Opens the inbox of the journal at `place`, which is made where the file is missing or empty.
 *
 * @throws AitorError `command-failed` where it is of another version, an `Error` where it is another application's, and the
 *   errors of `node:sqlite`, also where it is busy.
 */
export function openInbox(place: string): DatabaseSync {
  const file = inboxFile(place);
  makeCompanion(file, place);
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    if (isNew(db, file)) {
      db.exec("PRAGMA journal_mode = WAL");
      transaction(db, () => {
        if (isNew(db, file)) db.exec(SCHEMA);
      });
    }
    // What is removed is overwritten, too.
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * As it is at one moment, also while another process makes it.
 *
 * @throws AitorError `command-failed`, or an `Error`, where it is not one of this version.
 */
export function isNew(db: DatabaseSync, file: string): boolean {
  return db.isTransaction ? looksNew(db, file) : atOnce(db, () => looksNew(db, file));
}

function looksNew(db: DatabaseSync, file: string): boolean {
  const application = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  if (application === APPLICATION && version === VERSION) return false;
  if (application === APPLICATION) throw inboxVersionError(file, version, VERSION);
  const { tables } = db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as { tables: number };
  if (application === 0 && version === 0 && tables === 0) return true;
  throw new Error("a database of another application");
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
}

/** Reads of one moment: what another process writes meanwhile is not seen by half. */
function atOnce<Out>(db: DatabaseSync, read: () => Out): Out {
  db.exec("BEGIN");
  try {
    return read();
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

/** Runs it in a transaction that nobody else writes in; nothing of it stays when it throws. */
export function transaction<Out>(db: DatabaseSync, body: () => Out): Out {
  db.exec("BEGIN IMMEDIATE");
  try {
    const out = body();
    db.exec("COMMIT");
    return out;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

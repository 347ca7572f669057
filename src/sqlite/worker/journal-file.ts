import { type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isAitorError, messageOf } from "../../base/index.ts";
import { isEmptyFile } from "../format/database-file.ts";
import {
  corruptError,
  lossError,
  markError,
  missingError,
  readingError,
  unavailableError,
  unopenedError,
} from "../format/errors.ts";
import { GapTable } from "./gap-table.ts";
import { damageOf } from "../format/integrity.ts";
import { isBusy } from "../format/lock-errors.ts";
import { Mark, markFile, type Progress, readMark } from "../format/mark.ts";
import { checkObjects, checkVersion, identify, isNew, migrate } from "../format/schema.ts";
import type { JournalSettings } from "../format/settings.ts";
import { StreamEnds } from "./stream-ends.ts";
import { textOf } from "../format/stored-text.ts";
import { SQLITE, sqliteCode } from "../format/sqlite-codes.ts";

/** How long a statement waits for another program that holds the file. */
const BUSY_MS = 5_000;

/** Records that are looked up in their streams. */
const NEWEST = 1_000;

/** Of the cache, in KiB. */
const CACHE_KIB = 16_384;

type Marked = ReturnType<typeof readMark>;

/** A journal's file as it was opened. */
export interface JournalFile {
  readonly database: DatabaseSync;
  /** How far it has come. */
  readonly progress: Progress;
  /** The highest id that a stream was ever given. */
  readonly lastStream: number;
  /** Where streams end that go on behind what their rows tell. */
  readonly ends: StreamEnds;
  /** Of a journal that is to be read there is none. */
  readonly mark: Mark | undefined;
  /** What was lost and accepted. */
  readonly loss: Error | undefined;
}

/** Opens the file of a journal and makes sure that it is one, and whole as far as its mark tells. @throws AitorError. */
export function openFile(settings: JournalSettings): JournalFile {
  const { path, access } = settings;
  let looking: DatabaseSync | undefined;
  let database: DatabaseSync | undefined;
  let marked: Marked;
  try {
    if (access === "write") looking = lookAt(path);
    // Before the journal: the mark may fall behind while the two are read, and must never seem to be ahead.
    marked = markOf(path);
    database = new DatabaseSync(path, { readOnly: access === "read", timeout: BUSY_MS });
    database.exec(`PRAGMA cell_size_check = ON; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
    const version = isNew(database) ? 0 : identify(database, path);
    if (version === 0) checkMayBeMade(settings, marked);
    if (access === "write") prepare(database, settings, version);
    else checkVersion(path, version);
    checkObjects(database, path);
    const ends = new StreamEnds(database, path);
    ends.read();
    const loss = lossOf(path, marked, counters(database, path)) ?? damageOfStreams(database, path, ends);
    if (loss !== undefined && !settings.acceptLoss) throw loss;
    if (loss !== undefined && access === "write") accept(database, path, marked);
    const { seq, edits, lastStream } = counters(database, path);
    const mark = access === "write" ? new Mark(markFile(path)) : undefined;
    mark?.write({ seq, edits });
    mark?.sync();
    return { database, progress: { seq, edits }, lastStream, ends, mark, loss };
  } catch (error) {
    database?.close();
    // What tells that it is a journal may have been in the log alone.
    const loss = isAitorError(error, "journal-foreign") && lossOf(path, marked, { seq: 0, edits: 0 });
    if (loss && !settings.acceptLoss) throw loss;
    throw isAitorError(error) ? error : openingError(path, error);
  } finally {
    looking?.close();
  }
}

/**
 * A connection that cannot write, open until the file is known to be whole: SQLite takes a log that is damaged for one that
 * ends there, and the last one to close a file that it could write deletes the log, with all that could be saved from it.
 */
function lookAt(path: string): DatabaseSync | undefined {
  if (isEmptyFile(statOf(path))) return undefined;
  const looking = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    looking.prepare("SELECT count(*) FROM sqlite_schema").get();
    return looking;
  } catch (error) {
    looking.close();
    // Whoever made the file was interrupted: it is for one who writes to take that back.
    if (sqliteCode(error) === SQLITE.READ_ONLY) return undefined;
    throw error;
  }
}

function prepare(database: DatabaseSync, { path, durability, maxPages }: JournalSettings, version: number): void {
  const [mode] = Object.values(database.prepare("PRAGMA journal_mode = WAL").get() ?? {});
  if (mode !== "wal") {
    throw unavailableError(path, "a file system on which SQLite cannot keep a write-ahead log", "use a local disk");
  }
  database.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}; PRAGMA wal_autocheckpoint = 0`);
  // What is forgotten is overwritten: a page that is free, or a part of one, would keep it.
  database.exec("PRAGMA secure_delete = ON");
  migrate(database, version);
  if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`);
}

/**
 * What an index does not find seems never to have been there, and no check of a row could tell: so all of the table that
 * leads to events is looked at, some 3 µs for each stream. The newest of the records that are settled must be known to their
 * streams: what the disk lost of the table alone is found by that. Those that are not settled must follow upon what is.
 */
function damageOfStreams(database: DatabaseSync, path: string, ends: StreamEnds): Error | undefined {
  const damage = damageOf(database, "streams");
  if (damage !== undefined) return unopenedError(path, damage);
  const row = database
    .prepare(
      `SELECT r.last, s.name FROM (
         SELECT last, stream FROM records WHERE seq <= (SELECT settled FROM counters) ORDER BY seq DESC LIMIT ${NEWEST}
       ) r JOIN streams s ON s.id = r.stream WHERE s.last < r.last`,
    )
    .get();
  if (row !== undefined) {
    const stream = textOf(row["name"] as string);
    return unopenedError(path, `stream "${stream}" ends before its event ${String(row["last"])}`);
  }
  return ends.damage && unopenedError(path, messageOf(ends.damage));
}

function counters(database: DatabaseSync, path: string): Progress & { lastStream: number } {
  const row = database
    .prepare(
      `SELECT max(seq, coalesce((SELECT last FROM records ORDER BY seq DESC LIMIT 1), 0)) AS seq, edits,
         max(stream, (SELECT coalesce(max(id), 0) FROM streams), (SELECT coalesce(max(stream), 0) FROM dropped)) AS stream
       FROM counters`,
    )
    .get() as Readonly<Record<string, number>> | undefined;
  if (row === undefined) throw corruptError(path, "its counters are missing");
  return { seq: row["seq"] as number, edits: row["edits"] as number, lastStream: row["stream"] as number };
}

/** Numbers that were lost are not given again: somebody may know the events that had them. */
function accept(database: DatabaseSync, path: string, marked: Marked): void {
  database.exec("BEGIN IMMEDIATE");
  if (marked !== undefined && marked !== "damaged") {
    new GapTable(database).cover(counters(database, path).seq + 1, marked.seq);
    const raise = database.prepare("UPDATE counters SET seq = max(seq, ?), edits = max(edits, ?)");
    raise.run(marked.seq, marked.edits);
  }
  database.exec("REINDEX streams; COMMIT");
}

function lossOf(path: string, marked: Marked, { seq, edits }: Progress): Error | undefined {
  if (marked === undefined) return undefined;
  if (marked === "damaged") return markError(path, markFile(path));
  if (marked.seq <= seq && marked.edits <= edits) return undefined;
  return lossError(path, markFile(path), marked.seq, seq);
}

/** Where there is none: a new one would take the place of what may be put back. */
function checkMayBeMade({ path, create, acceptLoss }: JournalSettings, marked: Marked): void {
  const loss = acceptLoss ? undefined : lossOf(path, marked, { seq: 0, edits: 0 });
  if (loss !== undefined) throw loss;
  if (!create) throw missingError(path);
}

/** Before anything is made beside it. What SQLite only calls "unable to open database file" is told. @throws AitorError. */
export function checkPlace(settings: JournalSettings): void {
  const { path, access } = settings;
  const stats = statOf(path);
  if (stats === undefined) {
    const folder = statOf(dirname(path));
    if (folder === undefined)
      throw unavailableError(path, `no folder ${dirname(path)}`, "make the folder, or correct the path");
    if (!folder.isDirectory()) throw unavailableError(path, `${dirname(path)}, which is no folder`, "correct the path");
  } else if (stats.isDirectory()) throw unavailableError(path, "a folder", "name a file in it");
  else if (!stats.isFile()) throw unavailableError(path, "no regular file", "correct the path");
  else if (!isEmptyFile(stats)) {
    if (access === "write" && stats.nlink > 1) checkOneName(path);
    if (access === "write") checkUnmarked(path);
    return;
  }
  checkMayBeMade(settings, markOf(path));
}

/**
 * A file has a log and a writer's lock under each of its names: two who write under two names would not know of each other.
 * Where there is a log under this one, it is known by this one; else it can be had alone, unless it is open under another.
 */
function checkOneName(path: string): void {
  if (statOf(`${path}-wal`) !== undefined) return;
  let alone: DatabaseSync | undefined;
  try {
    alone = new DatabaseSync(path, { timeout: 0 });
    alone.exec("PRAGMA locking_mode = EXCLUSIVE; SELECT 1 FROM sqlite_schema");
  } catch (error) {
    // Whatever else is wrong with it is told when it is opened.
    if (!isBusy(error)) return;
    const got = "a hard link to a file that somebody has open under another name";
    throw unavailableError(path, got, "open it under that name; for a copy use aitor journal backup", error);
  } finally {
    alone?.close();
  }
}

/** Without a mark it is a copy of a journal, or was never one: beside another program's file nothing is made. */
function checkUnmarked(path: string): void {
  if (statOf(markFile(path)) !== undefined) return;
  let looking: DatabaseSync | undefined;
  try {
    looking = lookAt(path);
    if (looking !== undefined && !isNew(looking)) identify(looking, path);
  } catch (error) {
    const refused = isAitorError(error) ? error : openingError(path, error);
    // Whatever else is wrong with it is told when it is opened.
    if (isAitorError(refused, "journal-foreign")) throw refused;
  } finally {
    looking?.close();
  }
}

function markOf(path: string): Marked {
  const file = markFile(path);
  try {
    return readMark(file);
  } catch (error) {
    const fix = "give this user the permission to read and write it; where it is a folder, move that away";
    throw unavailableError(path, `${file}: ${messageOf(error)}`, fix, error);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unavailableError(path, messageOf(error), "correct the path or its permissions", error);
  }
}

function openingError(path: string, error: unknown): Error {
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return readingError(path, error);
  const fix = "give this user the permission to write the file and what stands beside it";
  return unavailableError(path, messageOf(error), fix, error);
}

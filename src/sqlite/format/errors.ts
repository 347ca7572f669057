import { AitorError, messageOf } from "../../base/index.ts";
import { explained, outOfRange, SQLITE, sqliteCode } from "./sqlite-codes.ts";

/** The error codes of `aitor/sqlite`, except those of its lock and its commands. */
export type SqliteErrorCode =
  | "backup-failed"
  | "compact-failed"
  | "inbox-served"
  | "journal-corrupt"
  | "journal-failed"
  | "journal-foreign"
  | "journal-missing"
  | "journal-read-only"
  | "journal-unavailable"
  | "journal-version"
  | "repair-failed";

type SqliteError = AitorError<SqliteErrorCode>;

export function missingError(path: string): SqliteError {
  return new AitorError({
    code: "journal-missing",
    message: `there is no journal at ${path}`,
    expected: "a journal's file",
    got: "none, or an empty one",
    fix: 'correct the path; a journal is made by the first who opens it with access "write"',
    data: { path },
  });
}

export function foreignError(path: string, got: string, cause?: unknown): SqliteError {
  return new AitorError({
    code: "journal-foreign",
    message: `${path} is not a journal of Aitor`,
    expected: "a file that sqliteJournal made",
    got,
    fix: `choose another path; where it was a journal, see what can be kept: ${doctor(path)}; the file was left as it is`,
    data: { path },
    cause,
  });
}

export function versionError(path: string, known: number, got: number): SqliteError {
  return new AitorError({
    code: "journal-version",
    message: `the journal ${path} was written by a newer Aitor`,
    expected: `a journal of version ${known} or older`,
    got: `version ${got}`,
    fix: "update aitor; the file was left as it is",
    data: { path, known, got },
  });
}

export function olderVersionError(path: string, known: number, got: number): SqliteError {
  return new AitorError({
    code: "journal-version",
    message: `the journal ${path} was written by an older Aitor`,
    expected: `a journal of version ${known}`,
    got: `version ${got}`,
    fix: "open it for writing once: that brings it up to date",
    data: { path, known, got },
  });
}

export function unavailableError(path: string, got: string, fix: string, cause?: unknown): SqliteError {
  return new AitorError({
    code: "journal-unavailable",
    message: `the journal ${path} cannot be opened`,
    expected: "a file that can be read and written, in a folder that can be written",
    got,
    fix,
    data: { path },
    cause,
  });
}

export function readOnlyError(path: string): SqliteError {
  return new AitorError({
    code: "journal-read-only",
    message: `the journal ${path} was opened to be read`,
    expected: 'access "write"',
    got: 'access "read"',
    fix: 'open it with access "write", or send a command to the process that writes it',
    data: { path },
  });
}

/** The command line that tells what can be kept of a damaged file. */
function doctor(path: string): string {
  return `aitor doctor ${/\s/.test(path) ? `"${path}"` : path}`;
}

/** What the rows of a journal tell against: somebody or something other than Aitor changed the file. */
export function corruptError(path: string, what: string, data: object = {}, cause?: unknown): SqliteError {
  return new AitorError({
    code: "journal-corrupt",
    message: `the journal ${path} is damaged: ${what}`,
    expected: "what was recorded, whole and unaltered",
    got: what,
    fix: `restore the file from a backup, or see what can be kept: ${doctor(path)}; other streams can still be read, and drop(stream) forgets a damaged one`,
    retryable: false,
    data: { path, ...data },
    cause,
  });
}

/** The mark beside the file tells of more than the file holds. */
export function lossError(path: string, mark: string, marked: number, last: number): SqliteError {
  const lost = marked > last ? `events ${last + 1} to ${marked}` : "changes after the last event";
  return new AitorError({
    code: "journal-corrupt",
    message: `the journal ${path} has lost ${lost}`,
    expected: `what ${mark} says was recorded: events up to ${marked}`,
    got: last === 0 ? "a journal without events" : `events up to ${last}`,
    fix: `restore the file from a backup and delete ${mark}, see what can be kept: ${doctor(path)}, or go on without what is lost: acceptLoss: true`,
    retryable: false,
    data: { path, marked, last },
  });
}

/** Damage that is found before anything is read. */
export function unopenedError(path: string, what: string): SqliteError {
  return new AitorError({
    code: "journal-corrupt",
    message: `the journal ${path} is damaged: ${what}`,
    expected: "a table of streams that leads to all events",
    got: what,
    fix: `restore the file from a backup, see what can be kept: ${doctor(path)}, or open what can be read, and drop what cannot: acceptLoss: true`,
    retryable: false,
    data: { path },
  });
}

export function markError(path: string, mark: string): SqliteError {
  return new AitorError({
    code: "journal-corrupt",
    message: `${mark} is damaged, so that nobody can tell whether the journal is whole`,
    expected: "the journal's mark: how many events were recorded",
    got: "something else",
    fix: `look after the disk; then delete ${mark} or open once with acceptLoss: true`,
    retryable: false,
    data: { path },
  });
}

/** From now on nothing is recorded: a stream must never lack an event before another. */
export function failedError(path: string, cause: unknown): SqliteError {
  const { got, fix } = explained(cause);
  return new AitorError({
    code: "journal-failed",
    message: `the journal ${path} cannot record anything more: ${messageOf(cause)}`,
    expected: "a disk that takes what is written",
    got,
    fix: `${fix}; then close the journal and open it again`,
    retryable: false,
    data: { path },
    cause,
  });
}

/** @param file Its file, or the log beside that: it was taken away from under the one that writes it. */
export function replacedError(path: string, file: string): SqliteError {
  const lost = file === path;
  return new AitorError({
    code: "journal-failed",
    message: `${lost ? `the journal ${path}` : `${file}, the log of a journal,`} was deleted, moved or replaced while it was open`,
    expected: "the file that was opened, in its place until the journal is closed",
    got: "none, or another one",
    fix: `${lost ? "put the file back, or restore a backup; then " : ""}close the journal and open it again`,
    retryable: false,
    data: { path },
  });
}

export function backupError(path: string, file: string, got: string, fix: string, cause?: unknown): SqliteError {
  return new AitorError({
    code: "backup-failed",
    message: `the journal ${path} was not copied to ${file}`,
    expected: "a new file, which holds what the journal holds",
    got,
    fix,
    data: { path, file },
    cause,
  });
}

export function repairError(path: string, file: string, got: string, fix: string, cause?: unknown): SqliteError {
  return new AitorError({
    code: "repair-failed",
    message: `what is left of the journal ${path} was not written to ${file}`,
    expected: "a new file, which holds what can be kept",
    got,
    fix,
    data: { path, file },
    cause,
  });
}

export function compactError(path: string, cause: unknown): SqliteError {
  const { got, fix } = explained(cause);
  return new AitorError({
    code: "compact-failed",
    message: `the journal ${path} was not compacted; it is as it was`,
    expected: "room for a second copy on its disk, and for one where temporary files go",
    got,
    fix,
    data: { path },
    cause,
  });
}

/** Somebody reads the journal as it was before. */
export function readerError(path: string): SqliteError {
  return new AitorError({
    code: "compact-failed",
    message: `the journal ${path} was not compacted: its log may still hold what was deleted`,
    expected: "nobody who reads for longer than the journal waits, 5 seconds",
    got: "another program, or a backup, that reads",
    fix: "compact it again when that is over",
    data: { path },
  });
}

/** An error of `node:sqlite`, or another one, as an error of the journal. */
function sqliteError(path: string, thrown: unknown): Error {
  switch (sqliteCode(thrown)) {
    case SQLITE.CORRUPT:
      return corruptError(path, messageOf(thrown));
    case SQLITE.NOT_A_DATABASE:
      return foreignError(path, "a file that is no SQLite database, or one whose beginning is damaged", thrown);
    case undefined:
      if (outOfRange(thrown)) return corruptError(path, "a number is out of range");
      return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    default: {
      const { got, fix } = explained(thrown);
      return unavailableError(path, got, fix, thrown);
    }
  }
}

/** What was read is not what anybody wrote, where SQLite found nothing wrong with it. */
export function readingError(path: string, thrown: unknown): Error {
  const error = sqliteError(path, thrown);
  return error === thrown ? corruptError(path, `a row cannot be read: ${messageOf(thrown)}`, {}, thrown) : error;
}

/** The thread that holds the file ended before it was asked to. */
export function endedError(path: string, exitCode: number, uncaught: unknown): SqliteError {
  return new AitorError({
    code: "journal-failed",
    message: `the journal ${path} cannot go on: its worker thread ended`,
    expected: "a worker that runs until the journal is closed",
    got: uncaught === undefined ? `its exit with code ${exitCode}` : messageOf(uncaught),
    fix: isMissingModule(uncaught)
      ? UNBUNDLED
      : "close the journal and open it again; nothing that was acknowledged is lost",
    retryable: false,
    data: { path },
    cause: uncaught,
  });
}

/** The thread that would hold the file is a file of its own, which nobody knows in a bundle of CommonJS. */
export function bundledError(path: string): SqliteError {
  return new AitorError({
    code: "journal-failed",
    message: `the journal ${path} cannot be opened: where its worker's file is cannot be told`,
    expected: "import.meta.url, which says where the package is",
    got: "none, as in what a bundler writes as CommonJS",
    fix: UNBUNDLED,
    retryable: false,
    data: { path },
  });
}

const UNBUNDLED =
  'the worker is a file of its own in the package "aitor": leave that outside of what a bundler writes (esbuild: --external:aitor)';

/** What a call was given cannot be copied to the thread that holds the file. */
export function unsentError(path: string, call: string, cause: unknown): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `the journal ${path} cannot be asked to ${call}`,
    expected: "texts, numbers and other plain data",
    got: messageOf(cause),
    fix: "correct the value",
    retryable: false,
    data: { path },
    cause,
  });
}

function isMissingModule(uncaught: unknown): boolean {
  const { code } = (uncaught ?? {}) as { readonly code?: unknown };
  return code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
}

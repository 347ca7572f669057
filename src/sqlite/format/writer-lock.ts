import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isAitorError, messageOf } from "../../base/index.ts";
import { makeCompanion } from "./companion-file.ts";
import { type Holder, isBusy, lockedError, lockFailedError } from "./lock-errors.ts";
import { realPath } from "./writer-lock-path.ts";

/*
 * A journal has one writer: the process that holds an exclusive SQLite lock on `<path>.lock`, an empty file. The system
 * releases the lock when the process ends, however it ends. Nothing has to be cleaned up, and no clock decides. `<path>.pid`
 * only says who the writer is. The lock decides, so a pid file left behind by a killed process means nothing.
 *
 * A process that looks whether the lock is held takes a shared lock for a moment, and a process that acquires the lock may
 * meet it. So acquiring asks two questions in turn. Is anybody else about to write (`BEGIN IMMEDIATE`; if so, it is refused
 * at once)? And may I be alone (`BEGIN EXCLUSIVE`, which waits until those that look have gone)? If several processes acquire
 * at a time, the last one to be refused would have been refused by one that is not. So one of them always wins.
 *
 * Only SQLite may open the lock file: on POSIX systems, closing any descriptor of a file drops all locks that the process has
 * on it.
 */

/** How long those who only look may take: they have gone after microseconds, unless they were stopped. */
const LOOK_MS = 50;
const ATTEMPTS = 40;

/** Between the lock and the pid file a new writer has not said yet who it is. */
const PID_DELAY_MS = 10;
const PID_ATTEMPTS = 10;

/** The right to write a journal, held by at most one process of the machine. It ends with the process. */
export class WriterLock implements Disposable {
  /** Locks that are held: a lock whose object were collected would be released in silence. */
  static readonly #held = new Set<WriterLock>();

  /** The journal's absolute path, links resolved. */
  readonly path: string;
  readonly #db: DatabaseSync;

  private constructor(path: string, db: DatabaseSync) {
    this.path = path;
    this.#db = db;
    WriterLock.#held.add(this);
  }

  /**
   * Takes the lock, or is refused at once.
   *
   * @throws AitorError `journal-locked` where a process has it, this one included (`data`: `path`, and `pid` where it is
   *   known); `journal-unavailable` where the files beside the journal cannot be written.
   */
  static acquire(path: string): WriterLock {
    const place = realPath(path);
    const file = lockFile(place);
    let db: DatabaseSync | undefined;
    try {
      makeCompanion(file, place);
      db = new DatabaseSync(file);
      if (!locks(db)) throw lockedError(place, awaitHolder(place));
    } catch (error) {
      db?.close();
      throw isAitorError(error) ? error : lockFailedError(place, file, error);
    }
    try {
      writePid(place);
    } catch (error) {
      db.close();
      throw lockFailedError(place, pidFile(place), error);
    }
    return new WriterLock(place, db);
  }

  /** Harmless when it is released already. */
  release(): void {
    if (!WriterLock.#held.delete(this)) return;
    try {
      rmSync(pidFile(this.path), { force: true });
    } catch {
      // A pid file that stays means nothing.
    }
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** The process that holds the lock of a journal. */
export interface Writer {
  /** Its process id; `undefined` if its pid file is missing or contains none. */
  readonly pid: number | undefined;
}

/**
 * Returns the process that holds the lock of a journal at this moment, if there is one. It asks the lock itself, and the pid
 * file only for the pid.
 *
 * @throws AitorError `journal-unavailable` if this process may not read the lock file.
 */
export function writerOf(path: string): Writer | undefined {
  const place = realPath(path);
  return isHeld(place) ? { pid: holderOf(place).pid } : undefined;
}

/** What the pid file says about the process that holds the lock. */
export function holderOf(place: string): Holder {
  const file = pidFile(place);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "is missing" : `cannot be read: ${messageOf(error)}`;
    return { pid: undefined, text: `a process holds it, and which one is not known: ${file} ${why}` };
  }
  const pid = Number(/^([1-9]\d{0,9})\n?$/.exec(text)?.[1]);
  if (Number.isNaN(pid)) {
    return { pid: undefined, text: `a process holds it, and which one is not known: ${file} holds no pid` };
  }
  if (pid === process.pid) return { pid, text: `this process, ${pid}, holds it` };
  const unseen = isRunning(pid) ? "" : ", which is not seen from here: it may run in another container,";
  return { pid, text: `process ${pid}${unseen} holds it` };
}

function lockFile(place: string): string {
  return `${place}.lock`;
}

function pidFile(place: string): string {
  return `${place}.pid`;
}

function locks(db: DatabaseSync): boolean {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (!begins(db, "IMMEDIATE", 0)) return false;
    db.exec("ROLLBACK");
    if (!begins(db, "EXCLUSIVE", LOOK_MS)) continue;
    // In a file that may only be read the transaction would be one that reads: a write, never committed, tells.
    db.exec("PRAGMA user_version = 1");
    return true;
  }
  return false;
}

function begins(db: DatabaseSync, kind: "EXCLUSIVE" | "IMMEDIATE", timeout: number): boolean {
  try {
    db.exec(`PRAGMA busy_timeout = ${timeout}; PRAGMA journal_mode = MEMORY; BEGIN ${kind}`);
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

function isHeld(place: string): boolean {
  const file = lockFile(place);
  // One that the first writer makes at this moment is not one that cannot be opened.
  if (!exists(file)) return false;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    db.prepare("SELECT 1 FROM sqlite_schema").get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    if (!exists(file)) return false;
    throw lockFailedError(place, file, error);
  } finally {
    db?.close();
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Atomic: whoever reads it gets the pid of one holder or another, never a part. Only the lock's holder writes it. */
function writePid(place: string): void {
  const file = pidFile(place);
  const whole = `${file}.new`;
  writeFileSync(whole, `${process.pid}\n`);
  renameSync(whole, file);
}

function awaitHolder(place: string): Holder {
  const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let holder = holderOf(place);
  for (let attempt = 0; attempt < PID_ATTEMPTS; attempt++) {
    if (holder.pid !== undefined && isRunning(holder.pid)) break;
    Atomics.wait(pause, 0, 0, PID_DELAY_MS);
    holder = holderOf(place);
  }
  return holder;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

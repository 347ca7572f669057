import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isAitorError } from "../../base/index.ts";
import { compactError, failedError, readerError, replacedError } from "../format/errors.ts";
import { FilesInPlace } from "./files-in-place.ts";
import type { JournalFile } from "./journal-file.ts";
import type { Progress } from "../format/mark.ts";

/*
 * After a certain number of commits, or amount of data, the log is written into the file. This happens often enough to keep
 * the log short, since a commit into a log that must grow takes the disk half as long again. It happens seldom enough that a
 * page is written once for many commits.
 */
const CHECKPOINT_COMMITS = 256;
const CHECKPOINT_BYTES = 8 * 1024 * 1024;

/** Commits one change at a time, whole or not at all. After a failure there are no more. */
export class Transactions {
  readonly #path: string;
  readonly #file: JournalFile;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #progress: () => Progress;
  readonly #forget: () => void;
  readonly #files: FilesInPlace;
  #failure: Error | undefined;
  /** Commits and bytes since the last checkpoint. */
  #logged = 0;
  #bytes = 0;
  commits = 0;

  /** @param forget What is remembered of the tables may not be true. */
  constructor(path: string, file: JournalFile, progress: () => Progress, forget: () => void) {
    this.#path = path;
    this.#file = file;
    this.#database = file.database;
    this.#progress = progress;
    this.#forget = forget;
    this.#files = new FilesInPlace(path);
    this.#begin = file.database.prepare("BEGIN IMMEDIATE");
    this.#commit = file.database.prepare("COMMIT");
  }

  /**
   * What was changed is durable when it returns.
   *
   * @param committed Called when the disk has it, before the files were looked for in their place.
   * @throws AitorError `journal-failed`, `journal-corrupt`: also at each later call.
   */
  run<Result>(change: () => Result, committed?: () => void): Result {
    if (this.#failure !== undefined) throw this.#failure;
    let result: Result;
    try {
      this.#begin.run();
      result = change();
      this.#commit.run();
      committed?.();
      this.#checkInPlace();
    } catch (error) {
      throw this.#fail(error);
    }
    this.#writeMark();
    this.commits++;
    this.#logged++;
    return result;
  }

  /** So many bytes of data were written. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** For the time after an answer was given. */
  checkpointIfDue(): void {
    if (this.#failure !== undefined) return;
    if (this.#logged >= CHECKPOINT_COMMITS || this.#bytes >= CHECKPOINT_BYTES) this.checkpoint("PASSIVE");
  }

  /**
   * @param how `TRUNCATE` waits for those who read.
   * @returns Whether it did as much as that; not where somebody reads on.
   */
  checkpoint(how: "PASSIVE" | "TRUNCATE"): boolean {
    try {
      const { busy } = this.#database.prepare(`PRAGMA wal_checkpoint(${how})`).get() as { busy: number };
      this.#file.mark?.sync();
      this.#logged = 0;
      this.#bytes = 0;
      return busy === 0;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Gives free pages back to the system. @throws AitorError `journal-failed`, `compact-failed`. */
  compact(): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#emptyLog();
    try {
      // It makes a second copy on the way, which may be more than there is memory.
      this.#database.exec("PRAGMA temp_store = FILE");
      this.#database.exec("VACUUM");
    } catch (error) {
      throw compactError(this.#path, error);
    } finally {
      this.#database.exec("PRAGMA temp_store = MEMORY");
    }
    this.#emptyLog();
  }

  /** What was deleted is in the log until then. @throws AitorError `journal-failed`, `compact-failed`. */
  #emptyLog(): void {
    const isEmpty = this.checkpoint("TRUNCATE");
    if (this.#failure !== undefined) throw this.#failure;
    if (!isEmpty) throw readerError(this.#path);
  }

  /** What is written to a file that has no name any more is lost with this process. @throws AitorError `journal-failed`. */
  #checkInPlace(): void {
    const missing = this.#files.missing();
    if (missing === undefined) return;
    // As long as the log is open, what was acknowledged can be saved from it.
    if (missing !== this.#path) this.checkpoint("PASSIVE");
    throw replacedError(this.#path, missing);
  }

  /** @returns Why nothing can be recorded from now on. */
  #fail(error: unknown): Error {
    this.#failure ??= isAitorError(error) ? error : failedError(this.#path, error);
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#forget();
    } catch {
      // What failed before is what counts.
    }
    return this.#failure;
  }

  /** A mark that cannot be written stays behind, as after a crash: what was committed is committed. */
  #writeMark(): void {
    try {
      this.#file.mark?.write(this.#progress());
    } catch {
      // The next commit writes it anew.
    }
  }
}

import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { AitorError, isAitorError, messageOf } from "../../base/index.ts";
import { isEmptyFile } from "../format/database-file.ts";
import { committedFrames, type LogFrame } from "./log-frames.ts";
import { writerOf } from "../format/writer-lock.ts";

/** Of every journal: no other one was ever chosen. */
const PAGE_SIZE = 4_096;

/** Where the header says how many there are, which may be damaged itself. */
const PAGE_COUNT = 28;
const MOST_ADDED = 100_000;

/** Pages that are remembered: 16 MiB. */
const MOST_KNOWN = 4_096;

/** How often a file is copied that somebody changes meanwhile. */
const ATTEMPTS = 5;

/**
 * The pages of a database, read one by one from a copy: whatever SQLite makes of them. Pages of damaged frames of the log
 * stand behind the others, since nobody can tell whether they are what they say.
 */
export class PageImage implements Disposable {
  /** The copy, with its log put into it. */
  readonly file: string;
  /** How many pages of the log are damaged. */
  readonly damaged: number;
  readonly #remove: () => void;
  readonly #descriptor: number;
  readonly #own: number;
  /** Read lately: a page has rows of many streams. */
  readonly #known = new Map<number, Buffer>();
  readonly #loose: readonly Buffer[];
  readonly #latest: ReadonlyMap<number, LogFrame>;

  /** @param frames Those of its log. */
  private constructor(folder: string, file: string, frames: readonly LogFrame[]) {
    const loose = frames.filter(({ sound }) => !sound);
    // Also where the process is told to end.
    this.#remove = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", this.#remove);
    this.file = file;
    this.damaged = loose.length;
    this.#loose = loose.map(({ bytes }) => bytes);
    this.#latest = new Map(frames.map((frame) => [frame.page, frame]));
    this.#descriptor = openSync(file, "r");
    this.#own = Math.ceil(statSync(file).size / PAGE_SIZE);
    lengthen(file, this.#own, this.page(1).readUInt32BE(PAGE_COUNT));
  }

  /**
   * Copies a file in which something is damaged. Nothing is written to it, nor beside it.
   *
   * @throws AitorError `journal-unavailable` where it cannot be copied, or others change it all the time.
   */
  static async of(path: string): Promise<PageImage> {
    const folder = mkdtempSync(join(tmpdir(), "aitor-doctor-"));
    try {
      const file = join(folder, "image.db");
      for (let attempt = 1; ; attempt++) {
        const before = stateOf(path);
        // Where it is being written, SQLite sees one state of it; and no file of a journal that this process has open may be read.
        const isWritten = !isEmptyFile(statSync(path, { throwIfNoEntry: false })) && writerOf(path) !== undefined;
        if (isWritten && (await isCopied(path, file))) return new PageImage(folder, file, []);
        const frames = copyWithLog(path, file);
        if (stateOf(path) === before) return new PageImage(folder, file, frames);
        if (attempt === ATTEMPTS) throw restlessError(path);
      }
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw isAitorError(error) ? error : uncopiedError(path, folder, error);
    }
  }

  /** Of the file. */
  get bytes(): number {
    return this.#own * PAGE_SIZE;
  }

  /** Pages are counted from 1. */
  get count(): number {
    return this.#own + this.#loose.length;
  }

  /** @returns Zeros where the file has ended. */
  page(number: number): Buffer {
    const loose = this.#loose[number - this.#own - 1];
    if (loose !== undefined) return loose;
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const page = Buffer.alloc(PAGE_SIZE);
    if (number >= 1 && number <= this.#own) readSync(this.#descriptor, page, 0, PAGE_SIZE, (number - 1) * PAGE_SIZE);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(number, page);
    return page;
  }

  /** Whether it was written anew since, as far as the log tells: what is there may have been deleted. */
  isOld(number: number): boolean {
    const loose = this.#loose[number - this.#own - 1];
    if (loose === undefined) return this.#latest.get(number)?.sound === false;
    return this.#latest.values().every(({ bytes }) => bytes !== loose);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    process.off("exit", this.#remove);
    this.#remove();
  }
}

async function isCopied(path: string, file: string): Promise<boolean> {
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    await backup(source, file, { rate: 0x7fffffff });
    return true;
  } catch (error) {
    if (writerOf(path)?.pid === process.pid) throw error;
    rmSync(file, { force: true });
    return false;
  } finally {
    source?.close();
  }
}

/** SQLite reads nothing of a file that is shorter than it says: what was cut off is given as zeros. */
function lengthen(file: string, is: number, said: number): void {
  if (said > is && said <= 2 * is + MOST_ADDED) truncateSync(file, said * PAGE_SIZE);
}

/** @returns The frames of the log. */
function copyWithLog(path: string, file: string): LogFrame[] {
  // All there is may be in the log.
  if (isEmptyFile(statSync(path, { throwIfNoEntry: false }))) writeFileSync(file, "");
  else copyFileSync(path, file);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false }) && readFileSync(`${path}-wal`);
  const frames = log === undefined ? [] : committedFrames(log, PAGE_SIZE);
  const descriptor = openSync(file, "r+");
  try {
    for (const { page, bytes, sound } of frames) {
      if (sound) writeSync(descriptor, bytes, 0, PAGE_SIZE, (page - 1) * PAGE_SIZE);
    }
  } finally {
    closeSync(descriptor);
  }
  return frames;
}

/** Another text: somebody has written. */
function stateOf(path: string): string {
  const states = ["", "-wal"].map((suffix) => statSync(path + suffix, { throwIfNoEntry: false, bigint: true }));
  return states.map((state) => `${state?.ino} ${state?.size} ${state?.mtimeNs}`).join();
}

function restlessError(path: string): AitorError<"journal-unavailable"> {
  return new AitorError({
    code: "journal-unavailable",
    message: `the journal ${path} was not copied`,
    expected: "a file that stays as it is while it is read",
    got: "one that another program changes again and again",
    fix: "end the other program, and try again",
    data: { path },
  });
}

function uncopiedError(path: string, folder: string, cause: unknown): AitorError<"journal-unavailable"> {
  return new AitorError({
    code: "journal-unavailable",
    message: `the damaged journal ${path} was not copied, to be looked at`,
    expected: `a file that can be read, and room for a copy in ${folder}`,
    got: messageOf(cause),
    fix: "make room there, or name another folder for temporary files with TMPDIR",
    data: { path },
    cause,
  });
}

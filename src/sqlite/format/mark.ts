import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

/** How far a journal has come: the `seq` of its last event, and how many commits held none. */
export interface Progress {
  readonly seq: number;
  readonly edits: number;
}

/**
 * The high-water mark: a small file beside the journal, written after each commit. SQLite takes a log that was cut off
 * for a log that ended there; the mark tells the difference. It is never ahead of the journal, since it is written after the
 * commit, and it may be behind. It is written through to the disk at checkpoints only: enough to find what is lost when a
 * process dies, and after the loss of power back to the last checkpoint.
 */
export class Mark {
  readonly #descriptor: number;

  /** Opens the file for writing; makes it where there is none. */
  constructor(file: string) {
    this.#descriptor = openSync(file, "a+");
    closeSync(this.#descriptor);
    this.#descriptor = openSync(file, "r+");
  }

  write(progress: Progress): void {
    writeSync(this.#descriptor, line(progress), 0);
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    this.sync();
    closeSync(this.#descriptor);
  }
}

export function markFile(path: string): string {
  return `${path}.mark`;
}

/** @returns Nothing where there is none, `"damaged"` where it is no mark. */
export function readMark(file: string): Progress | "damaged" | undefined {
  let text: string;
  try {
    text = readFileSync(file, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // A file whose content had not reached the disk when the power was lost.
  if (/^\0*$/.test(text)) return undefined;
  const [, seq, edits] = /^aitor journal: (\d{16}) events, (\d{16}) edits, check [\da-f]{8}\n$/.exec(text) ?? [];
  const progress = { seq: Number(seq), edits: Number(edits) };
  return seq !== undefined && text === line(progress) ? progress : "damaged";
}

/** Of one length, so that it is overwritten in place. */
function line({ seq, edits }: Progress): string {
  const text = `aitor journal: ${String(seq).padStart(16, "0")} events, ${String(edits).padStart(16, "0")} edits`;
  return `${text}, check ${crc32(text).toString(16).padStart(8, "0")}\n`;
}

import { closeSync, fdatasyncSync, fstatSync, openSync, writeSync } from "node:fs";

/** Enough for the commits up to the first checkpoint, of two pages each. */
const BYTES = 2 * 1024 * 1024;

/**
 * Makes the log of a journal longer than it has to be yet. A commit that lets the file grow has the file system record that
 * too, which takes the disk twice as long as one that overwrites. After the first checkpoint SQLite overwrites anyway.
 *
 * What is added are zeros, which SQLite takes for the end of the log: a frame names its page, and there is no page 0.
 */
export function makeLogRoom(path: string): void {
  try {
    const descriptor = openSync(`${path}-wal`, "r+");
    try {
      // Asked once only: a file whose times somebody looks at has to record them anew with its next write.
      const { size } = fstatSync(descriptor);
      if (size < BYTES) writeSync(descriptor, new Uint8Array(BYTES - size), 0, BYTES - size, size);
      fdatasyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It is only there to save time: where the disk is full or the file not there, SQLite tells by itself.
  }
}

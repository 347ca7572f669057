import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";

let isFlushed = false;

/** A line of JSON on stdout. Nothing is left to be written when it returns: this process may be dead a moment later. */
export function tellLine(value: unknown): void {
  // For the processes after this one, which may never come to its end.
  if (!isFlushed) flushCompileCache();
  isFlushed = true;
  let rest = Buffer.from(`${JSON.stringify(value)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // the pipe is full
    }
  }
}

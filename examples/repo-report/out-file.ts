import { randomUUID } from "node:crypto";
import { constants, fstatSync } from "node:fs";
import { access, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { AitorError } from "aitor";

import { visible } from "./escape.ts";
import { why } from "./omitted.ts";

/** A file to write to, checked before the work begins; it is there as a whole or not at all. */
export interface OutFile {
  readonly path: string;
  /** Replaces the file at once, by renaming. */
  write(text: string, signal: AbortSignal): Promise<void>;
}

/** @throws AitorError `not-writable` */
export async function outFile(given: string): Promise<OutFile> {
  const path = await target(resolve(given));
  const folder = dirname(path);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw notWritable(given, `${visible(folder)}: ${why(error)}`);
  });
  return {
    path,
    async write(text, signal) {
      const part = join(folder, `.${basename(path)}.${randomUUID()}.part`);
      try {
        await writeFile(part, text, { flag: "wx", signal });
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        signal.throwIfAborted();
        throw notWritable(given, why(error));
      }
    },
  };
}

/** Behind a link, the file it leads to. Nothing but a file may be replaced, and not the one that this program prints to. */
async function target(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return path;
  if (!stats.isFile()) throw notWritable(path, stats.isDirectory() ? "a folder" : "something that is not a file");
  const printedTo = [1, 2].map((descriptor) => fstatSync(descriptor));
  if (printedTo.some(({ dev, ino }) => dev === stats.dev && ino === stats.ino)) {
    throw notWritable(path, "the file that this program prints to");
  }
  return realpath(path);
}

function notWritable(path: string, got: string): AitorError {
  return new AitorError({
    code: "not-writable",
    message: `the report cannot be written to "${visible(path)}"`,
    expected: "the path of a file, there already or not, in a folder that can be written to",
    got,
    fix: "give another path with --out",
  });
}

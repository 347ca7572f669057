import { statSync } from "node:fs";
import { dirname } from "node:path";
import { fileIdentity } from "../format/file-identity.ts";

/**
 * Whether a journal's file and its log are those that were opened. Most often one look at their folder tells: nothing in it was
 * made, removed or renamed since they were looked at.
 */
export class FilesInPlace {
  readonly #path: string;
  readonly #log: string;
  readonly #folder: string;
  readonly #identity: string | undefined;
  readonly #logIdentity: string | undefined;
  /** The state of the folder in which they were found in place. */
  #found: string | undefined;

  /** @param path The file's own, without links. */
  constructor(path: string) {
    this.#path = path;
    this.#log = `${path}-wal`;
    this.#folder = dirname(path);
    this.#identity = fileIdentity(path);
    this.#logIdentity = fileIdentity(this.#log);
  }

  /** The one that is not in its place. */
  missing(): string | undefined {
    const folder = entriesOf(this.#folder);
    if (folder !== undefined && folder === this.#found) return undefined;
    if (fileIdentity(this.#path) !== this.#identity) return this.#path;
    if (fileIdentity(this.#log) !== this.#logIdentity) return this.#log;
    this.#found = folder;
    return undefined;
  }
}

/** Changes within one tick of a file system's clock cannot be told apart: 10 ms at most. */
const TICK_MS = 50;
/** Where it keeps whole seconds; two of them on some. */
const COARSE_TICK_MS = 3_000;

/** What a folder holds, as far as its last change tells; nothing where another one may not show. */
function entriesOf(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { dev, ino, mtimeMs } = found;
  const tick = Number.isInteger(mtimeMs / 1_000) ? COARSE_TICK_MS : TICK_MS;
  return Math.abs(Date.now() - mtimeMs) < tick ? undefined : `${dev}:${ino}:${mtimeMs}`;
}

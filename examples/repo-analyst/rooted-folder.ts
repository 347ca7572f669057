/*
 * A folder that nothing leads out of: neither a link, nor somebody who puts a link in a folder's place meanwhile. A path that
 * is checked and then opened may be another one by then. So every part of a path is opened by itself, as what it is and not as
 * what it links to: on Linux through the descriptor of the folder around it, which stays that folder whatever is renamed.
 * Elsewhere there is no such way: what was opened is compared afterwards with what stands there without a link.
 */
import { constants, type Dirent, existsSync, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

import { AitorError } from "aitor";

import { visible } from "../repo-report/escape.ts";
import { why } from "../repo-report/omitted.ts";
import { openFile, type OpenFile } from "../repo-report/open-file.ts";

const DESCRIPTORS = "/proc/self/fd";
const HAS_DESCRIPTORS = process.platform === "linux" && existsSync(DESCRIPTORS);

/** A folder that is open; `await using` closes it. */
export class RootedFolder implements AsyncDisposable {
  /** From the root on, with "/" behind each part; "" is the root. */
  readonly path: string;
  /** Where it is reached. */
  readonly #place: string;
  readonly #handle: FileHandle | undefined;

  private constructor(path: string, place: string, handle: FileHandle | undefined) {
    this.path = path;
    this.#place = place;
    this.#handle = handle;
  }

  /** The folder that the user names, who may do so by a link. @throws AitorError `not-a-folder`. */
  static async open(path: string): Promise<RootedFolder> {
    try {
      return await RootedFolder.#at("", await realpath(path));
    } catch (error) {
      throw notAFolder(path, error);
    }
  }

  static async #at(path: string, place: string): Promise<RootedFolder> {
    if (!HAS_DESCRIPTORS) {
      if (!(await lstat(place)).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
      return new RootedFolder(path, place, undefined);
    }
    const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
    return new RootedFolder(path, join(DESCRIPTORS, String(handle.fd)), handle);
  }

  /** @param name One name, without "/". */
  folder(name: string): Promise<RootedFolder> {
    return RootedFolder.#at(`${this.path}${name}/`, join(this.#place, name));
  }

  /** A regular file that has this name alone: another one may be outside. @param name One name, without "/". */
  async file(name: string): Promise<OpenFile> {
    await using opened = new AsyncDisposableStack();
    const place = join(this.#place, name);
    const file = opened.use(await openFile(place));
    if (file.links > 1) throw new Error("it has another name (a hard link), which may be outside of the folder");
    if (!HAS_DESCRIPTORS) await checkPlace(place, file.handle);
    const kept = opened.move();
    return { ...file, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }

  /** What stands there, links as links. */
  stats(name: string): Promise<Stats> {
    return lstat(join(this.#place, name));
  }

  /** By name. Names come as bytes: not all of them are UTF-8. */
  async entries(): Promise<Dirent<Buffer>[]> {
    const entries = await readdir(this.#place, { withFileTypes: true, encoding: "buffer" });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}

async function checkPlace(place: string, handle: FileHandle): Promise<void> {
  const [real, there, opened] = await Promise.all([realpath(place), stat(place), handle.stat()]);
  const isSame = same(real) === same(place) && there.ino === opened.ino && there.dev === opened.dev;
  if (!isSame) throw new Error("it became something else while it was opened");
}

/** File systems that do not tell upper from lower case give a path back in their own. */
function same(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function notAFolder(path: string, error: unknown): AitorError<"not-a-folder"> {
  return new AitorError({
    code: "not-a-folder",
    message: `there is no folder to analyse at "${visible(path)}"`,
    expected: "the path of a folder that can be read",
    got: why(error),
    fix: "give the path of a folder, absolute or relative to the current one",
    retryable: false,
  });
}

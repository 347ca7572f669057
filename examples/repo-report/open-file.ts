import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** A regular file, its size in bytes, and how many names it has; `await using` closes it. */
export interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly bytes: number;
  readonly links: number;
}

/** Opens a regular file for reading. It follows no link, and does not wait for a FIFO's other end. */
export async function openFile(path: string): Promise<OpenFile> {
  await using opened = new AsyncDisposableStack();
  const handle = opened.use(await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  const stats = await handle.stat();
  if (!stats.isFile()) throw new Error("it became something else than a file");
  const kept = opened.move();
  return { handle, bytes: stats.size, links: stats.nlink, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

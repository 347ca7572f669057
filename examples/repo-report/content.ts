import { createHash } from "node:crypto";

import type { Digest } from "./digest.ts";
import { openFile, type OpenFile } from "./open-file.ts";
import { LINE_LIMIT } from "./todos.ts";

export interface Content extends Digest {
  /** A file is binary if there is a NUL byte in its first 8,000 bytes, as git has it. */
  readonly binary: boolean;
  /** 0 for a binary file. What follows the last line feed counts as a line, if there is something. */
  readonly lines: number;
}

/** In base64url: 48 bits. */
const HASH_LENGTH = 8;

/**
 * Reads a file once, 64 KiB at a time, so that its size does not matter.
 *
 * @param onLine Called with each line of a text and its number; of a long line at least the first 2,000 characters.
 */
export async function readContent(
  path: string,
  onLine: (line: string, number: number) => void,
  signal: AbortSignal,
): Promise<Content> {
  await using file = await openFile(path);
  return await contentOf(file, onLine, signal);
}

/** The same of a file that is open. */
export async function contentOf(
  file: Pick<OpenFile, "handle" | "bytes">,
  onLine: (line: string, number: number) => void,
  signal: AbortSignal,
): Promise<Content> {
  const buffer = Buffer.allocUnsafe(Math.min(file.bytes, 65_536));
  const hash = createHash("sha256");
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let bytes = 0;
  let binary = false;
  let lines = 0;
  let rest = ""; // of the last line seen, which may not be complete
  while (bytes < file.bytes) {
    signal.throwIfAborted();
    const { bytesRead } = await file.handle.read(buffer, 0, Math.min(buffer.length, file.bytes - bytes));
    if (bytesRead === 0) break; // it has become shorter
    const block = buffer.subarray(0, bytesRead);
    if (bytes === 0) binary = block.subarray(0, 8000).includes(0);
    bytes += bytesRead;
    hash.update(block);
    if (binary) continue;
    const complete = (rest + decoder.decode(block, { stream: true })).split("\n");
    rest = (complete.pop() ?? "").slice(0, LINE_LIMIT);
    for (const line of complete) onLine(line, ++lines);
  }
  rest += decoder.decode();
  if (rest !== "") onLine(rest, ++lines);
  return { hash: hash.digest("base64url").slice(0, HASH_LENGTH), bytes, binary, lines };
}

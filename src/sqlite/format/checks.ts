import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

/** What a record's check covers. `prev` is the `seq` of the stream's record before it, 0 where it is the first. */
export interface CheckedRecord {
  readonly stream: string;
  /** Of its first event, and of its last. */
  readonly seq: number;
  readonly last: number;
  readonly prev: number;
  readonly text: string;
}

/**
 * 96 bits of a SHA-256 over the record and over the check of the one before it in its stream, so that no record of a
 * stream can be altered, left out or moved without that the next check or the stream's own tells.
 */
export function recordCheck(before: string, { stream, seq, last, prev, text }: CheckedRecord): string {
  return digest(`${before}\n${seq} ${last} ${prev} ${stream.length}\n${stream}${text}`);
}

export function snapshotCheck(stream: string, seq: number, state: string): string {
  return digest(`${seq} ${stream.length}\n${stream}${state}`);
}

/** For a row that seldom changes. */
export function rowSum(values: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(values));
}

function digest(text: string): string {
  return hash("sha256", text, "base64").slice(0, 16);
}

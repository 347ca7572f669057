import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

/** What an event's check covers. `prev` is the `seq` of the stream's event before it, 0 where it is the first. */
export interface CheckedEvent {
  readonly stream: string;
  readonly seq: number;
  readonly prev: number;
  readonly at: number;
  readonly run: string;
  readonly key: string;
  readonly type: string;
  /** In its first form. */
  readonly data: string;
}

/**
 * 96 bits of a SHA-256 over the event and over the check of the one before it in its stream, so that no event of a
 * stream can be altered, left out or moved without that the next check or the stream's own tells.
 */
export function eventCheck(before: string, event: CheckedEvent): string {
  const { stream, seq, prev, at, run, key, type, data } = event;
  const lengths = `${stream.length} ${run.length} ${key.length} ${type.length}`;
  return digest(`${before}\n${seq} ${prev} ${at} ${lengths}\n${stream}${run}${key}${type}${data}`);
}

export function snapshotCheck(stream: string, seq: number, state: string): string {
  return digest(`${seq} ${stream.length}\n${stream}${state}`);
}

/** For the parts of a row that seldom change. */
export function rowSum(values: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(values));
}

function digest(text: string): string {
  return hash("sha256", text, "base64").slice(0, 16);
}

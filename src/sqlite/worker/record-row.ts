import { recordCheck } from "../format/checks.ts";
import { corruptError } from "../format/errors.ts";
import { unpack } from "../format/stored-data.ts";

/** A record's row, in this order; `p` is the record before it in its stream. */
export const RECORD_COLUMNS = "r.seq, r.last, r.stream, r.prev, r.events, r.record_check, p.record_check, p.stream";

export const FROM_RECORDS = "FROM records r LEFT JOIN records p ON p.seq = r.prev";

export type RecordRow = readonly [
  seq: number,
  last: number,
  stream: number,
  prev: number,
  events: unknown,
  check: string,
  before: string | null,
  beforeStream: number | null,
];

/**
 * The text of a record, after making sure that it is as it was written, in its place, and the next one after that before it.
 *
 * @throws AitorError `journal-corrupt`.
 */
export function checkedText(path: string, stream: string, row: RecordRow): string {
  const [seq, last, id, prev, events, check, before, beforeStream] = row;
  if (prev !== 0 && (before === null || beforeStream !== id)) throw missingEvent(path, stream, prev);
  const text = unpack(events);
  if (text === undefined) throw alteredEvent(path, stream, seq);
  const is = recordCheck(prev === 0 ? "" : (before as string), { stream, seq, last, prev, text });
  if (is !== check) throw alteredEvent(path, stream, seq);
  return text;
}

export function missingEvent(path: string, stream: string, seq: number): Error {
  return corruptError(path, `event ${seq} of stream "${stream}" is missing`, { stream, seq });
}

export function alteredEvent(path: string, stream: string, seq: number): Error {
  const what = `event ${seq} of stream "${stream}" was altered, or one before it is missing`;
  return corruptError(path, what, { stream, seq });
}

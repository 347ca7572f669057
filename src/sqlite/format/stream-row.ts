import type { SQLInputValue } from "node:sqlite";
import { rowSum } from "./checks.ts";
import { corruptError } from "./errors.ts";
import { storedText, textOf } from "./stored-text.ts";

/** `first` of a stream that has no event yet: it stands behind all others. */
export const NO_EVENT: number = Number.MAX_SAFE_INTEGER;

/** What is known of a stream beside its events. */
export interface Stream {
  readonly id: number;
  readonly name: string;
  first: number;
  firstAt: number;
  /** The end of the stream: its last event, and the record that has it. */
  last: number;
  lastAt: number;
  lastRecord: number;
  lastCheck: string;
  /** `null`: nothing was said of it yet. */
  kind: string | null;
  state: string | null;
  ended: 0 | 1 | null;
  about: string | null;
  keepUntil: number | null;
  /** How many snapshots it has, and the sum of their `seq`: none may be missing. */
  snapshots: number;
  snapshotSeqs: number;
}

/** A row of `streams`, as SQLite gives it; `record_…` are those of its last record, as far as there is one. */
export interface StreamCells {
  readonly id: number;
  readonly name: string | Uint8Array;
  readonly first: number;
  readonly first_at: number;
  readonly last: number;
  readonly last_at: number;
  readonly last_record: number;
  readonly last_check: string;
  readonly kind: string | null;
  readonly state: string | null;
  readonly ended: 0 | 1 | null;
  readonly about: string | null;
  readonly keep_until: number | null;
  readonly snapshots: number;
  readonly snapshot_seqs: number;
  readonly sum: number;
  readonly record_check: string | null;
  readonly record_stream: number | null;
}

/** A whole time is kept as an integer, also where that is too large to be read as one. */
export const SELECT_STREAMS = `SELECT s.id, s.name, s.first, CAST(s.first_at AS REAL) AS first_at, s.last,
  CAST(s.last_at AS REAL) AS last_at, s.last_record, s.last_check, s.kind, s.state, s.ended, s.about,
  CAST(s.keep_until AS REAL) AS keep_until, s.snapshots, s.snapshot_seqs, s.sum, r.record_check, r.stream AS record_stream
  FROM streams s LEFT JOIN records r ON r.seq = s.last_record`;

export function newStream(id: number, name: string): Stream {
  return {
    id,
    name,
    first: NO_EVENT,
    firstAt: 0,
    last: 0,
    lastAt: 0,
    lastRecord: 0,
    lastCheck: "",
    kind: null,
    state: null,
    ended: null,
    about: null,
    keepUntil: null,
    snapshots: 0,
    snapshotSeqs: 0,
  };
}

/** A row, whatever it tells. */
export function streamOf(cells: StreamCells): Stream {
  return {
    id: cells.id,
    name: textOf(cells.name),
    first: cells.first,
    firstAt: cells.first_at,
    last: cells.last,
    lastAt: cells.last_at,
    lastRecord: cells.last_record,
    lastCheck: cells.last_check,
    kind: cells.kind === null ? null : textOf(cells.kind),
    state: cells.state === null ? null : textOf(cells.state),
    ended: cells.ended,
    about: cells.about,
    keepUntil: cells.keep_until,
    snapshots: cells.snapshots,
    snapshotSeqs: cells.snapshot_seqs,
  };
}

/** @throws AitorError `journal-corrupt` where the row is not as it was written, or its last record is not there. */
export function checkedStream(path: string, cells: StreamCells): Stream {
  const stream = streamOf(cells);
  const { name, id, lastRecord } = stream;
  if (sumOf(stream) !== cells.sum) {
    throw corruptError(path, `what it says of stream "${name}" was altered`, { stream: name });
  }
  const isThere = cells.record_stream === id && cells.record_check === cells.last_check;
  if (isThere || lastRecord === 0) return stream;
  const what = `the last event of stream "${name}", ${stream.last}, is missing or altered`;
  throw corruptError(path, what, { stream: name, seq: stream.last });
}

/** The columns of a stream's row from `first` on. */
export function rowOf(stream: Stream): SQLInputValue[] {
  return [stream.first, stream.firstAt, ...changingOf(stream)];
}

/** Those from `last` on: the others stay as they are when the stream has begun. */
export function changingOf(stream: Stream): SQLInputValue[] {
  const { last, lastAt, lastRecord, lastCheck, kind, state, ended, about, keepUntil } = stream;
  const said = [boundText(kind), boundText(state), ended, about, keepUntil];
  const { snapshots, snapshotSeqs } = stream;
  return [last, lastAt, lastRecord, lastCheck, ...said, snapshots, snapshotSeqs, sumOf(stream)];
}

/** Those that change when the stream goes on. */
export function endOf(stream: Stream): SQLInputValue[] {
  const { last, lastAt, lastRecord, lastCheck } = stream;
  return [last, lastAt, lastRecord, lastCheck, sumOf(stream)];
}

function boundText(text: string | null): string | Uint8Array | null {
  return text === null ? null : storedText(text);
}

/** Of all of the row: JSON knows no Infinity. */
export function sumOf(stream: Stream): number {
  const { id, name, first, firstAt, last, lastAt, lastRecord, lastCheck } = stream;
  const { kind, state, ended, about, keepUntil, snapshots, snapshotSeqs } = stream;
  const until = keepUntil === Infinity ? "ever" : keepUntil;
  const end = [last, lastAt, lastRecord, lastCheck];
  return rowSum([id, name, first, firstAt, ...end, kind, state, ended, about, until, snapshots, snapshotSeqs]);
}

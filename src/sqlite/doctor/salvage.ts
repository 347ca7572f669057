import { recordCheck, snapshotCheck } from "../format/checks.ts";
import {
  type CheckedTable,
  type FoundBlob,
  type FoundRecord,
  type FoundRows,
  type FoundSnapshot,
  type FoundStream,
  isHash,
} from "./found-rows.ts";
import { type Gap, missing } from "../worker/gap-table.ts";
import type { Progress } from "../format/mark.ts";
import { atsOf } from "../worker/record-text.ts";
import { unpack } from "../format/stored-data.ts";
import { newStream, type Stream } from "../format/stream-row.ts";

/** What can be kept of one stream: its events from the first one on, as far as each follows upon the one before. */
export interface SalvagedStream {
  /** As it is in a repaired file. Where nothing is known of its head, `kind` is `null`. */
  readonly stream: Stream;
  readonly records: readonly FoundRecord[];
  /** So many are in the records. */
  readonly events: number;
  readonly snapshots: readonly FoundSnapshot[];
  /** Hashes; not all of them need be there. */
  readonly blobs: readonly string[];
  /** There were more events. */
  readonly cut: boolean;
  /** What was said of it is lost, or may be older than it was. */
  readonly headLost: boolean;
  /** So many snapshots are lost. */
  readonly lostSnapshots: number;
}

export interface LostBlob {
  readonly hash: string;
  /** The streams that it belongs to, as far as they are known. */
  readonly owners: readonly string[];
}

/** What can be kept of a damaged journal. Each event, snapshot and blob of it is as it was written. */
export interface Salvage {
  readonly streams: readonly SalvagedStream[];
  readonly blobs: readonly FoundBlob[];
  /** How many events are kept. */
  readonly events: number;
  /** Events that are not there, beyond those of the streams that are cut; of which streams they were is not known. */
  readonly lost: readonly Gap[];
  /** Events that are there, and belong to streams whose names are not. */
  readonly nameless: number;
  /** Streams of which nothing is left but the name. */
  readonly gone: readonly string[];
  readonly lostBlobs: readonly LostBlob[];
  /** Where more may be lost, of which nothing tells. */
  readonly damagedTables: readonly CheckedTable[];
  /** The highest `seq` and id that were given, as far as anything tells. */
  readonly seq: number;
  readonly edits: number;
  readonly lastStream: number;
}

export function salvage(rows: FoundRows, mark: Progress | undefined): Salvage {
  const streams: SalvagedStream[] = [];
  const gone: string[] = [];
  let nameless = 0;
  for (const [id, found] of rows.streams) {
    if (rows.dropped.has(id) && !found.current) continue;
    const chain = longestChain(rows, id, found);
    if (chain === undefined) {
      nameless += eventsIn(found.records);
      gone.push(...[...found.names].filter((name) => !isHash(name)));
    } else streams.push(salvagedStream(rows, id, found, chain));
  }
  // Of two that claim one name, one was dropped: the later one is the stream.
  const byName = new Map<string, SalvagedStream>();
  for (const each of streams.sort((a, b) => a.stream.id - b.stream.id)) byName.set(each.stream.name, each);
  const kept = [...byName.values()];
  const ends = [mark?.seq ?? 0, ...kept.map(({ stream }) => stream.last), ...rows.gaps.map(({ last }) => last)];
  const seq = ends.reduce((most, end) => Math.max(most, end), rows.counters.seq);
  return {
    streams: kept,
    blobs: keptBlobs(rows, kept),
    events: kept.reduce((sum, { events }) => sum + events, 0),
    lost: lostEvents(rows, seq),
    nameless,
    gone: gone.filter((name) => !byName.has(name)),
    lostBlobs: lostBlobs(rows, kept),
    damagedTables: rows.damagedTables,
    seq,
    edits: Math.max(rows.counters.edits, mark?.edits ?? 0),
    lastStream: kept.reduce((most, { stream }) => Math.max(most, stream.id), rows.counters.stream),
  };
}

interface Chain {
  readonly name: string;
  readonly records: readonly FoundRecord[];
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Only the true name fits the first record's check. @returns Nothing where no name is known. */
function longestChain(rows: FoundRows, id: number, found: FoundStream): Chain | undefined {
  const names = found.row === undefined ? [...found.names] : [found.row.name];
  const next = Map.groupBy(found.records, ({ prev }) => prev);
  let longest: Chain | undefined;
  for (const name of names) {
    const chain = chainOf(rows, id, name, next);
    if (chain.records.length > (longest?.records.length ?? 0)) longest = chain;
  }
  if (longest !== undefined || found.row === undefined) return longest;
  return { name: found.row.name, records: [], firstAt: 0, lastAt: 0 };
}

function chainOf(rows: FoundRows, id: number, name: string, next: ReadonlyMap<number, FoundRecord[]>): Chain {
  const records: FoundRecord[] = [];
  const chain = { name, records, firstAt: 0, lastAt: 0 };
  for (let end: FoundRecord | undefined; ;) {
    const before = end;
    const found = next.get(before?.seq ?? 0)?.find((record) => {
      const text = follows(rows, id, name, before, record);
      if (text === undefined) return false;
      const ats = atsOf(text);
      if (before === undefined) chain.firstAt = ats.first;
      chain.lastAt = ats.last;
      return true;
    });
    if (found === undefined) return chain;
    records.push(found);
    end = found;
  }
}

/** @returns Its text, where it is as it was written and comes next. */
function follows(
  rows: FoundRows,
  id: number,
  name: string,
  before: FoundRecord | undefined,
  record: FoundRecord,
): string | undefined {
  const { seq, last, prev, check } = record;
  if (seq <= (before?.last ?? 0) || last < seq) return undefined;
  const values = rows.valuesAt(record);
  const text = values[2] === id ? unpack(values[4]) : undefined;
  if (text === undefined) return undefined;
  return recordCheck(before?.check ?? "", { stream: name, seq, last, prev, text }) === check ? text : undefined;
}

function salvagedStream(rows: FoundRows, id: number, found: FoundStream, chain: Chain): SalvagedStream {
  const { row } = found;
  const { name, records } = chain;
  const [first, end] = [records[0], records.at(-1)];
  const whole = found.snapshots.filter((snapshot) => isWhole(rows, name, snapshot));
  const snapshots = [...new Map(whole.map((each) => [each.seq, each])).values()].sort((a, b) => a.seq - b.seq);
  const last = end?.last ?? 0;
  const cut = last < (row?.last ?? 0) || found.records.some(({ seq }) => seq > last);
  const kept = cut ? snapshots.filter(({ seq }) => seq <= last) : snapshots;
  const begun = newStream(id, name);
  const { kind, state, ended, about, keepUntil } = row ?? begun;
  const stream: Stream = {
    ...begun,
    kind,
    state,
    ended,
    about,
    keepUntil,
    ...(first !== undefined && { first: first.seq, firstAt: chain.firstAt }),
    ...(end !== undefined && { last, lastAt: chain.lastAt, lastRecord: end.seq, lastCheck: end.check }),
    snapshots: kept.length,
    snapshotSeqs: kept.reduce((sum, { seq }) => sum + seq, 0),
  };
  return {
    stream,
    records,
    events: eventsIn(records),
    snapshots: kept,
    blobs: [...found.blobs],
    cut,
    headLost: row === undefined || found.altered,
    lostSnapshots: Math.max(0, (row?.snapshots ?? snapshots.length) - kept.length),
  };
}

/** None in a record that is altered so that it ends before it begins. */
function eventsIn(records: readonly FoundRecord[]): number {
  return records.reduce((sum, { seq, last }) => sum + Math.max(0, last - seq + 1), 0);
}

function isWhole(rows: FoundRows, name: string, snapshot: FoundSnapshot): boolean {
  const { seq, check } = snapshot;
  const state = unpack(rows.valuesAt(snapshot)[2]);
  return state !== undefined && snapshotCheck(name, seq, state) === check;
}

/** Without those that were deleted: no page tells of them that was not written anew since, and they belong to nothing. */
function keptBlobs(rows: FoundRows, streams: readonly SalvagedStream[]): FoundBlob[] {
  const owned = new Set(streams.flatMap(({ blobs }) => blobs));
  return [...rows.blobs.values()].filter(
    ({ hash, kept, whole }) => whole && (kept || rows.hashes.has(hash) || owned.has(hash)),
  );
}

function lostBlobs(rows: FoundRows, streams: readonly SalvagedStream[]): LostBlob[] {
  const known = new Set([...rows.hashes, ...streams.flatMap(({ blobs }) => blobs)]);
  return [...known]
    .filter((hash) => rows.blobs.get(hash)?.whole !== true)
    .map((hash) => ({
      hash,
      owners: streams.filter(({ blobs }) => blobs.includes(hash)).map(({ stream }) => stream.name),
    }));
}

/** What of the numbers up to the last one was never forgotten and is nowhere, not even altered. */
function lostEvents(rows: FoundRows, seq: number): Gap[] {
  const found = [...rows.streams.values()].flatMap(({ records }) => records);
  return missing([...rows.gaps, ...found.map(rangeOf)], seq);
}

/** Of its events. */
export function rangeOf({ seq, last }: FoundRecord): Gap {
  return { first: seq, last };
}

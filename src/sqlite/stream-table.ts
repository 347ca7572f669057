import type { DatabaseSync, StatementSync } from "node:sqlite";
import { rowSum } from "./checks.ts";
import { corruptError } from "./errors.ts";
import type { HeadEntry } from "./protocol.ts";
import { storedText, textOf } from "./stored-text.ts";

/** `first` of a stream that has no event yet: it stands behind all others. */
export const NO_EVENT: number = Number.MAX_SAFE_INTEGER;

/** A row of `streams`: what is known of a stream beside its events. */
export interface Stream {
  readonly id: number;
  readonly name: string;
  first: number;
  firstAt: number;
  last: number;
  lastAt: number;
  /** The check of the last event. */
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
  /** What the table does not know yet. */
  unsaved: "nothing" | "last" | "all" | "new";
}

/** As SQLite gives it; `event_…` are those of the last event, as far as there is one. */
export interface StreamCells {
  readonly id: number;
  readonly name: string | Uint8Array;
  readonly first: number;
  readonly first_at: number;
  readonly last: number;
  readonly last_at: number;
  readonly last_check: string;
  readonly kind: string | null;
  readonly state: string | null;
  readonly ended: 0 | 1 | null;
  readonly about: string | null;
  readonly keep_until: number | null;
  readonly snapshots: number;
  readonly snapshot_seqs: number;
  readonly sum: number;
  readonly event_check: string | null;
  readonly event_at: number | null;
  readonly event_stream: number | null;
}

export const SELECT_STREAMS = `SELECT s.*, e.event_check, e.at AS event_at, e.stream AS event_stream
  FROM streams s LEFT JOIN events e ON e.seq = s.last`;

/** Streams that are remembered: more than run at a time, so that an append need not look for its stream. */
const MOST_KNOWN = 20_000;

/** The table of streams. For a journal that this process writes it remembers those lately used. */
export class StreamTable {
  readonly #path: string;
  readonly #remembers: boolean;
  readonly #known = new Map<string, Stream>();
  readonly #unsaved: Stream[] = [];
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #updateLast: StatementSync;
  readonly #delete: StatementSync;
  readonly #locate: StatementSync;
  /** The highest id that was ever given. */
  lastId: number;

  constructor(database: DatabaseSync, path: string, remembers: boolean, lastId: number) {
    this.#path = path;
    this.#remembers = remembers;
    this.lastId = lastId;
    this.#select = database.prepare(`${SELECT_STREAMS} WHERE s.name = ?`);
    this.#locate = database.prepare("SELECT id, last FROM streams WHERE name = ?");
    this.#insert = database.prepare("INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#update = database.prepare(
      `UPDATE streams SET first = ?, first_at = ?, last = ?, last_at = ?, last_check = ?, kind = ?, state = ?, ended = ?,
       about = ?, keep_until = ?, snapshots = ?, snapshot_seqs = ?, sum = ? WHERE id = ?`,
    );
    this.#updateLast = database.prepare("UPDATE streams SET last = ?, last_at = ?, last_check = ? WHERE id = ?");
    this.#delete = database.prepare("DELETE FROM streams WHERE id = ?");
  }

  /** @throws AitorError `journal-corrupt`. */
  find(name: string): Stream | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const cells = this.#select.get(storedText(name)) as StreamCells | undefined;
    if (cells === undefined) return undefined;
    const stream = checkedStream(this.#path, cells);
    if (this.#remembers) this.#known.set(name, stream);
    return stream;
  }

  /** The stream, or a new one. */
  open(name: string): Stream {
    const known = this.find(name);
    if (known !== undefined) return known;
    const stream: Stream = {
      id: ++this.lastId,
      name,
      first: NO_EVENT,
      firstAt: 0,
      last: 0,
      lastAt: 0,
      lastCheck: "",
      kind: null,
      state: null,
      ended: null,
      about: null,
      keepUntil: null,
      snapshots: 0,
      snapshotSeqs: 0,
      unsaved: "new",
    };
    this.#known.set(name, stream);
    this.#unsaved.push(stream);
    return stream;
  }

  /** An event was recorded. */
  extend(stream: Stream, seq: number, at: number, check: string): void {
    if (stream.last === 0) {
      stream.first = seq;
      stream.firstAt = at;
      this.#changed(stream, "all");
    } else this.#changed(stream, "last");
    stream.last = seq;
    stream.lastAt = at;
    stream.lastCheck = check;
  }

  change({ stream: name, kind, state, ended, about, keepUntil }: HeadEntry): void {
    const stream = this.open(name);
    this.#changed(stream, "all");
    stream.kind = kind;
    stream.state = state;
    stream.ended = ended ? 1 : 0;
    if (about !== undefined) stream.about = about;
    if (keepUntil !== undefined) stream.keepUntil = keepUntil;
  }

  /** It has one snapshot more. */
  countSnapshot(stream: Stream, seq: number): void {
    this.#changed(stream, "all");
    stream.snapshots++;
    stream.snapshotSeqs += seq;
  }

  /** Writes what has changed. */
  save(): void {
    for (const stream of this.#unsaved) {
      this.#write(stream);
      stream.unsaved = "nothing";
    }
    this.#unsaved.length = 0;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
  }

  /** Takes the row of a stream, which may be damaged. @returns Where its events are. */
  remove(name: string): { readonly id: number; readonly last: number } | undefined {
    this.save();
    this.#known.delete(name);
    const row = this.#locate.get(storedText(name)) as { id: number; last: number } | undefined;
    if (row !== undefined) this.#delete.run(row.id);
    return row;
  }

  /** What is remembered may not be true any more. */
  forget(): void {
    this.#known.clear();
    this.#unsaved.length = 0;
  }

  #changed(stream: Stream, what: "last" | "all"): void {
    if (stream.unsaved === "nothing") this.#unsaved.push(stream);
    if (stream.unsaved === "nothing" || stream.unsaved === "last") stream.unsaved = what;
  }

  #write(stream: Stream): void {
    const { id, last, lastAt, lastCheck } = stream;
    if (stream.unsaved === "last") {
      this.#updateLast.run(last, lastAt, lastCheck, id);
      return;
    }
    const { name, first, firstAt, kind, state, ended, about, keepUntil, snapshots, snapshotSeqs } = stream;
    const said = [
      kind === null ? null : storedText(kind),
      state === null ? null : storedText(state),
      ended,
      about,
      keepUntil,
    ];
    const changing = [first, firstAt, last, lastAt, lastCheck, ...said, snapshots, snapshotSeqs, sumOf(stream)];
    if (stream.unsaved === "new") this.#insert.run(id, storedText(name), ...changing);
    else this.#update.run(...changing, id);
  }
}

/** @throws AitorError `journal-corrupt` where the row is not as it was written, or its last event is not there. */
export function checkedStream(path: string, cells: StreamCells): Stream {
  const stream: Stream = {
    id: cells.id,
    name: textOf(cells.name),
    first: cells.first,
    firstAt: cells.first_at,
    last: cells.last,
    lastAt: cells.last_at,
    lastCheck: cells.last_check,
    kind: cells.kind === null ? null : textOf(cells.kind),
    state: cells.state === null ? null : textOf(cells.state),
    ended: cells.ended,
    about: cells.about,
    keepUntil: cells.keep_until,
    snapshots: cells.snapshots,
    snapshotSeqs: cells.snapshot_seqs,
    unsaved: "nothing",
  };
  const { name, id, last } = stream;
  if (sumOf(stream) !== cells.sum)
    throw corruptError(path, `what it says of stream "${name}" was altered`, { stream: name });
  const whole =
    last === 0
      ? cells.last_check === "" && stream.first === NO_EVENT
      : cells.event_stream === id && cells.event_check === cells.last_check && cells.event_at === cells.last_at;
  if (whole) return stream;
  const what = `the last event of stream "${name}", ${last}, is missing or altered`;
  throw corruptError(path, what, { stream: name, seq: last });
}

/** Covers what changes seldom; the check of the last event covers the rest. */
function sumOf(stream: Stream): number {
  const { id, name, first, firstAt, kind, state, ended, about, keepUntil, snapshots, snapshotSeqs } = stream;
  const until = keepUntil === Infinity ? "ever" : keepUntil;
  return rowSum([id, name, first, firstAt, kind, state, ended, about, until, snapshots, snapshotSeqs]);
}

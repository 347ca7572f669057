import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HeadFilter } from "../journal/index.ts";
import type { Calls, HeadCells, HeadCursor } from "./protocol.ts";
import { NO_EVENT, SELECT_STREAMS, type Stream, type StreamCells } from "./stream-row.ts";
import type { StreamTable } from "./stream-table.ts";

/** Rows that are looked at for a page, whether they pass the filter or not. */
const MOST_ROWS = 500;

/** Lists what was last said of streams. */
export class HeadReader {
  readonly #streams: StreamTable;
  readonly #all: StatementSync;
  readonly #unfinished: StatementSync;

  constructor(database: DatabaseSync, streams: StreamTable) {
    this.#streams = streams;
    const page = `(s.first, s.id) > (?, ?) ORDER BY s.first, s.id LIMIT ${MOST_ROWS}`;
    this.#all = database.prepare(`${SELECT_STREAMS} WHERE ${page}`);
    this.#unfinished = database.prepare(`${SELECT_STREAMS} WHERE s.ended = 0 AND ${page}`);
  }

  /** @throws AitorError `journal-corrupt`. */
  page(filter: HeadFilter, after: HeadCursor = { first: -1, id: -1 }): Calls["heads"]["answer"] {
    if (filter.stream !== undefined) {
      const stream = this.#streams.find(filter.stream);
      return { heads: stream === undefined ? [] : passing(filter, stream), next: undefined };
    }
    const select = filter.ended === false ? this.#unfinished : this.#all;
    const rows = select.all(after.first, after.id) as unknown as StreamCells[];
    const streams = rows.map((cells) => this.#streams.current(cells));
    const last = streams.length === MOST_ROWS ? streams.at(-1) : undefined;
    return {
      heads: streams.flatMap((stream) => passing(filter, stream)),
      next: last && { first: last.first, id: last.id },
    };
  }
}

function passing(filter: HeadFilter, stream: Stream): HeadCells[] {
  const { name, kind, state, ended, about, keepUntil, first, last, firstAt, lastAt } = stream;
  if (kind === null || state === null) return [];
  if (filter.kind !== undefined && filter.kind !== kind) return [];
  if (filter.state !== undefined && filter.state !== state) return [];
  if (filter.ended !== undefined && filter.ended !== (ended === 1)) return [];
  const begun = first === NO_EVENT ? 0 : first;
  return [{ stream: name, kind, state, ended: ended === 1, about, keepUntil, first: begun, last, firstAt, lastAt }];
}

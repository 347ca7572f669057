import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { HeadFilter } from "../../journal/index.ts";
import type { Calls, HeadCells, HeadCursor } from "./protocol.ts";
import { NO_EVENT, SELECT_STREAMS, type Stream, type StreamCells } from "../format/stream-row.ts";
import { storedText } from "../format/stored-text.ts";
import type { StreamTable } from "./stream-table.ts";

/** Rows that are looked at for a page, whether they pass the filter or not. */
const MOST_ROWS = 500;

/** Lists what was last said of streams. */
export class HeadReader {
  readonly #streams: StreamTable;
  readonly #all: StatementSync;
  readonly #unfinished: StatementSync;
  readonly #kinds: StatementSync;

  constructor(database: DatabaseSync, streams: StreamTable) {
    this.#streams = streams;
    const page = `(s.first, s.id) > (?, ?) ORDER BY s.first, s.id LIMIT ${MOST_ROWS}`;
    this.#all = database.prepare(`${SELECT_STREAMS} WHERE ${page}`);
    this.#unfinished = database.prepare(`${SELECT_STREAMS} WHERE s.ended = 0 AND s.kind = ? AND ${page}`);
    // Looks each of them up in the index, where all of the unfinished would be many.
    this.#kinds = database.prepare(
      `WITH RECURSIVE kinds (kind) AS (
         SELECT min(kind) FROM streams WHERE ended = 0
         UNION ALL
         SELECT (SELECT min(kind) FROM streams WHERE ended = 0 AND kind > kinds.kind) FROM kinds WHERE kind IS NOT NULL
       )
       SELECT kind FROM kinds WHERE kind IS NOT NULL`,
    );
  }

  /** @throws AitorError `journal-corrupt`. */
  page(filter: HeadFilter, after: HeadCursor = { first: -1, id: -1 }): Calls["heads"]["answer"] {
    if (filter.stream !== undefined) {
      const stream = this.#streams.find(filter.stream);
      return { heads: stream === undefined ? [] : passing(filter, stream), next: undefined };
    }
    const rows = filter.ended === false ? this.#rowsOfUnfinished(filter.kind, after) : this.#rows(this.#all, after);
    const streams = rows.map((cells) => this.#streams.current(cells));
    const last = streams.length === MOST_ROWS ? streams.at(-1) : undefined;
    return {
      heads: streams.flatMap((stream) => passing(filter, stream)),
      next: last && { first: last.first, id: last.id },
    };
  }

  #rowsOfUnfinished(kind: string | undefined, after: HeadCursor): StreamCells[] {
    if (kind !== undefined) return this.#rows(this.#unfinished, after, storedText(kind));
    const rows = this.#kinds.all().flatMap((each) => this.#rows(this.#unfinished, after, each["kind"] as string));
    return rows.sort((a, b) => a.first - b.first || a.id - b.id).slice(0, MOST_ROWS);
  }

  #rows(select: StatementSync, after: HeadCursor, ...kind: (string | Uint8Array)[]): StreamCells[] {
    return select.all(...kind, after.first, after.id) as unknown as StreamCells[];
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

import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Ranges of `seq` whose events were dropped with their streams: what is missing elsewhere was lost. */
export class GapTable {
  readonly #before: StatementSync;
  readonly #at: StatementSync;
  readonly #after: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#before = database.prepare("SELECT first, last FROM gaps WHERE first <= ? ORDER BY first DESC LIMIT 1");
    this.#at = database.prepare("SELECT last FROM gaps WHERE first = ?");
    this.#after = database.prepare("SELECT first, last FROM gaps WHERE first > ? ORDER BY first LIMIT 1");
    this.#insert = database.prepare("INSERT OR REPLACE INTO gaps VALUES (?, ?)");
    this.#delete = database.prepare("DELETE FROM gaps WHERE first = ?");
  }

  /** @param ranges Rising, none upon another. */
  add(ranges: readonly Gap[]): void {
    for (let start = 0; start < ranges.length;) {
      const { first } = ranges[start] as Gap;
      let { last } = ranges[start] as Gap;
      for (start++; ranges[start]?.first === last + 1; start++) ({ last } = ranges[start] as Gap);
      this.#addRange(first, last);
    }
  }

  /** Adds what of the range is in no gap. */
  cover(first: number, last: number): void {
    for (let seq = this.uncovered(first, last); seq !== undefined; seq = this.uncovered(seq, last)) {
      const next = this.#after.get(seq) as Gap | undefined;
      this.#addRange(seq, Math.min((next?.first ?? Infinity) - 1, last));
    }
  }

  /** The first `seq` of the range that is in no gap. */
  uncovered(first: number, last: number): number | undefined {
    for (let seq = first; seq <= last;) {
      const gap = this.#before.get(seq) as Gap | undefined;
      if (gap === undefined || gap.last < seq) return seq;
      seq = gap.last + 1;
    }
    return undefined;
  }

  /** Neighbours become one. */
  #addRange(first: number, last: number): void {
    const before = this.#before.get(first) as Gap | undefined;
    const begin = before !== undefined && before.last >= first - 1 ? before.first : first;
    const after = this.#at.get(last + 1) as Pick<Gap, "last"> | undefined;
    if (after !== undefined) this.#delete.run(last + 1);
    this.#insert.run(begin, after?.last ?? last);
  }
}

/** From one `seq` to another. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

/** What of the numbers from 1 to `last` is in none of the ranges; in one that ends before it begins there is none. */
export function missing(ranges: readonly Gap[], last: number): Gap[] {
  const gaps: Gap[] = [];
  let next = 1;
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    if (range.first > last) break;
    if (range.last < range.first) continue;
    if (range.first > next) gaps.push({ first: next, last: range.first - 1 });
    next = Math.max(next, range.last + 1);
  }
  return next > last ? gaps : [...gaps, { first: next, last }];
}

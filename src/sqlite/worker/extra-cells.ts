import type { AppendOptions } from "../../journal/index.ts";
import type { EntryExtra, Extra, ExtraCell, ExtraCells, HeadEntry } from "./protocol.ts";
import { recordableEnd, recordableHead, recordableStream } from "./recordable.ts";

type AppendExtra = Extract<Extra, { readonly kind: "append" }>;

/** All but appends. */
export type Change = Exclude<Extra, AppendExtra>;

const NONE: readonly never[] = [];

/**
 * Adds what an append is beside its records, as cells at once: objects in between would live until it is sent.
 *
 * @param from Where its records begin.
 * @returns The place of the cell that tells where they end.
 * @throws AitorError `invalid-value`, `not-json`. Nothing is added then.
 */
export function addAppend(cells: ExtraCell[], entry: number, from: number, options: AppendOptions): number {
  const begin = cells.length;
  const { expect, drop = NONE, restart = NONE, heads = NONE } = options;
  try {
    cells.push(entry, from, from, 0, drop.length, restart.length, heads.length);
    if (expect !== undefined) {
      const streams = Object.keys(expect);
      for (const stream of streams) cells.push(stream, recordableEnd(expect[stream], stream));
      cells[begin + EXPECTED] = streams.length;
    }
    for (const stream of drop) cells.push(recordableStream(stream));
    for (const stream of restart) cells.push(recordableStream(stream));
    for (const change of heads) {
      const { stream, kind, state, ended, about, keepUntil } = recordableHead(change);
      cells.push(stream, kind, state, ended, about, keepUntil);
    }
  } catch (error) {
    cells.length = begin;
    throw error;
  }
  return begin + TO;
}

/** Behind the first cell of an entry. */
const TO = 2;
const EXPECTED = 3;

/** @param at The records that come before it. */
export function addChange(cells: ExtraCell[], entry: number, at: number, change: Change): void {
  cells.push(entry, at, at, change);
}

/** What the cells were made of. */
export function extrasOf(cells: ExtraCells): EntryExtra[] {
  const extras: EntryExtra[] = [];
  const reader = new CellReader(cells);
  while (reader.more) {
    const [entry, from, to] = [reader.number(), reader.number(), reader.number()];
    extras.push({ entry, from, to, extra: reader.extra() });
  }
  return extras;
}

class CellReader {
  readonly #cells: ExtraCells;
  #place = 0;

  constructor(cells: ExtraCells) {
    this.#cells = cells;
  }

  get more(): boolean {
    return this.#place < this.#cells.length;
  }

  number(): number {
    return this.#next() as number;
  }

  extra(): Extra {
    const first = this.#next();
    return typeof first === "object" ? first : this.#append(first as number);
  }

  #append(expected: number): AppendExtra {
    const [dropped, restarted, headed] = [this.number(), this.number(), this.number()];
    const expect: (readonly [string, number])[] = [];
    for (let n = 0; n < expected; n++) expect.push([this.#next() as string, this.number()]);
    const drop = this.#texts(dropped);
    const restart = this.#texts(restarted);
    const heads: HeadEntry[] = [];
    for (let n = 0; n < headed; n++) heads.push(this.#head());
    return { kind: "append", expect, drop, restart, heads };
  }

  #texts(count: number): string[] {
    const texts: string[] = [];
    for (let n = 0; n < count; n++) texts.push(this.#next() as string);
    return texts;
  }

  #head(): HeadEntry {
    const stream = this.#next() as string;
    const kind = this.#next() as string;
    const state = this.#next() as string;
    const ended = this.#next() as boolean;
    const about = this.#next() as string | undefined;
    const keepUntil = this.#next() as number | undefined;
    return { stream, kind, state, ended, about, keepUntil };
  }

  #next(): ExtraCell {
    return this.#cells[this.#place++];
  }
}

import type { EntryExtra, Extra, ExtraCell, ExtraCells, HeadEntry } from "./protocol.ts";

type AppendExtra = Extract<Extra, { readonly kind: "append" }>;

export function extraCells(extras: readonly EntryExtra[]): ExtraCells {
  const cells: ExtraCell[] = [];
  for (const { entry, from, to, extra } of extras) {
    cells.push(entry, from, to);
    if (extra.kind !== "append") {
      cells.push(extra);
      continue;
    }
    const { expect, drop, restart, heads } = extra;
    cells.push(expect.length, drop.length, restart.length, heads.length);
    for (const [stream, last] of expect) cells.push(stream, last);
    for (const stream of drop) cells.push(stream);
    for (const stream of restart) cells.push(stream);
    for (const { stream, kind, state, ended, about, keepUntil } of heads) {
      cells.push(stream, kind, state, ended, about, keepUntil);
    }
  }
  return cells;
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

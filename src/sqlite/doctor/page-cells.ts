/** What SQLite keeps in one column. */
export type StoredValue = null | number | string | Buffer;

/** A row of a table, or an entry of an index. */
export interface PageCell {
  /** Its place on its page. */
  readonly index: number;
  /** None in an index. */
  readonly rowid: number | undefined;
  readonly values: readonly StoredValue[];
}

const TABLE_INTERIOR = 0x05;
const INDEX_LEAF = 0x0a;
const INDEX_INTERIOR = 0x02;

/** No row is larger, so that a damaged length is known as one. */
const MOST_BYTES = 1_000_000_000;

/**
 * The cells of a page that can be read, whatever is damaged in the others. Nothing is known of what they are worth.
 *
 * Format: https://sqlite.org/fileformat2.html#b_tree_pages
 *
 * @param number Counted from 1: the first page begins with the file's header.
 * @param other Gives another page.
 */
export function* cellsOf(
  page: Buffer,
  number: number,
  other: (number: number) => Buffer,
): Generator<PageCell, void, undefined> {
  const start = number === 1 ? 100 : 0;
  const kind = page[start];
  if (kind === TABLE_INTERIOR || kind === 0) return;
  const count = page.readUInt16BE(start + 3);
  const pointers = start + (kind === INDEX_INTERIOR ? 12 : 8);
  for (let index = 0; index < count && pointers + 2 * index + 2 <= page.length; index++) {
    const cell = cellAt(page, pointers, index, kind, other);
    if (cell !== undefined) yield cell;
  }
}

/** One of them. */
export function cellOf(
  page: Buffer,
  number: number,
  index: number,
  other: (number: number) => Buffer,
): PageCell | undefined {
  const start = number === 1 ? 100 : 0;
  const kind = page[start];
  return cellAt(page, start + (kind === INDEX_INTERIOR ? 12 : 8), index, kind, other);
}

function cellAt(
  page: Buffer,
  pointers: number,
  index: number,
  kind: number | undefined,
  other: (number: number) => Buffer,
): PageCell | undefined {
  try {
    const isIndex = kind === INDEX_LEAF || kind === INDEX_INTERIOR;
    const reader = new Reader(page, page.readUInt16BE(pointers + 2 * index) + (kind === INDEX_INTERIOR ? 4 : 0));
    const size = reader.varint();
    // A page of a kind that does not exist is taken for one of a table.
    const rowid = isIndex ? undefined : reader.varint();
    if (size > MOST_BYTES) return undefined;
    return { index, rowid, values: valuesOf(payload(reader, size, isIndex, other)) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The bytes of a cell: where it is large, most of them stand on pages of their own. */
function payload({ bytes, at }: Reader, size: number, isIndex: boolean, other: (number: number) => Buffer): Buffer {
  const usable = bytes.length;
  const most = isIndex ? Math.floor(((usable - 12) * 64) / 255) - 23 : usable - 35;
  if (size <= most) return slice(bytes, at, size);
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  const local = wanted <= most ? wanted : least;
  const parts = [slice(bytes, at, local)];
  let next = bytes.readUInt32BE(at + local);
  for (let left = size - local; left > 0; left -= usable - 4) {
    if (next === 0) throw new RangeError("its pages end before it does");
    const page = other(next);
    parts.push(page.subarray(4, 4 + Math.min(left, usable - 4)));
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function slice(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new RangeError("it ends behind its page");
  return bytes.subarray(at, at + length);
}

function valuesOf(record: Buffer): StoredValue[] {
  const header = new Reader(record, 0);
  const length = header.varint();
  const body = new Reader(record, length);
  const values: StoredValue[] = [];
  while (header.at < length) values.push(body.value(header.varint()));
  return values;
}

const WIDTHS = [0, 1, 2, 3, 4, 6, 8];

class Reader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A whole number of 1 to 9 bytes; one that no journal has is too large, or not exact. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < 8; index++) {
      const byte = this.bytes.readUInt8(this.at++);
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return value * 256 + this.bytes.readUInt8(this.at++);
  }

  value(type: number): StoredValue {
    if (type === 0) return null;
    if (type <= 6) return this.#integer(WIDTHS[type] as number);
    if (type === 7) return this.#take(8).readDoubleBE();
    if (type <= 9) return type - 8;
    if (type < 12) throw new RangeError("no type of SQLite's");
    const bytes = this.#take(Math.floor((type - 12) / 2));
    return type % 2 === 1 ? bytes.toString() : bytes;
  }

  #integer(width: number): number {
    const bytes = this.#take(width);
    return width === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, width);
  }

  #take(length: number): Buffer {
    const bytes = slice(this.bytes, this.at, length);
    this.at += length;
    return bytes;
  }
}

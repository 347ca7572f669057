import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/*
 * Data is kept as bytes whose first one says how the rest is written: 1, JSON as UTF-8 (nothing at all stands for
 * `undefined`); 2, the same compressed with zstd. What a check covers is always the first form.
 */

/** The first character of JSON as it is kept. */
const PLAIN = "\u0001";
const COMPRESSED = 2;

/** Shorter texts gain less than they cost. */
const WORTH_COMPRESSING = 4_096;

/** JSON in its first form. @throws TypeError or RangeError where it is none, as JSON.stringify does. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? PLAIN : PLAIN + text;
}

export function jsonValue(text: string): unknown {
  return text.length === PLAIN.length ? undefined : (JSON.parse(text.slice(PLAIN.length)) as unknown);
}

/** As the first form is bound. */
export function pack(text: string): string | Uint8Array {
  if (text.length < WORTH_COMPRESSING) return text;
  const bytes = Buffer.from(text);
  return compressed(bytes.subarray(1)) ?? text;
}

/** @returns The first form; nothing where it is not one that is known. */
export function unpack(stored: unknown): string | undefined {
  if (typeof stored === "string") return stored.startsWith(PLAIN) ? stored : undefined;
  if (!(stored instanceof Uint8Array) || stored[0] !== COMPRESSED) return undefined;
  const bytes = decompressed(stored);
  return bytes && PLAIN + bytes.toString();
}

/** As the bytes of a blob are bound. */
export function packBytes(bytes: Uint8Array): Uint8Array {
  const small = bytes.length < WORTH_COMPRESSING ? undefined : compressed(bytes);
  return small ?? Buffer.concat([Buffer.of(1), bytes]);
}

/** @returns Nothing where they are not in a form that is known. */
export function unpackBytes(stored: Uint8Array): Uint8Array | undefined {
  if (stored[0] === 1) return stored.subarray(1);
  return stored[0] === COMPRESSED ? decompressed(stored) : undefined;
}

/** Nothing where that is not smaller. */
function compressed(bytes: Uint8Array): Uint8Array | undefined {
  const small = zstdCompressSync(bytes);
  return small.length < bytes.length ? Buffer.concat([Buffer.of(COMPRESSED), small]) : undefined;
}

function decompressed(stored: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(stored.subarray(1));
  } catch {
    return undefined;
  }
}

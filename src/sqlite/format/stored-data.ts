import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/*
 * A text is stored as it is or, if it is long, as bytes compressed with zstd. Bytes are stored behind one byte that says how:
 * 1, as they are; 2, compressed. What a check covers is never compressed.
 */

const PLAIN = 1;
const COMPRESSED = 2;

/** Shorter ones gain less than they cost. */
const WORTH_COMPRESSING = 4_096;

/** JSON; nothing at all for `undefined`. @throws TypeError or RangeError where it is none. */
export function jsonText(value: unknown): string {
  if (value === undefined) return "";
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError("JSON has no text for it");
  return text;
}

export function jsonValue(text: string): unknown {
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

/** As a text is bound. */
export function pack(text: string): string | Uint8Array {
  if (text.length < WORTH_COMPRESSING) return text;
  const bytes = Buffer.from(text);
  const small = zstdCompressSync(bytes);
  return small.length < bytes.length ? small : text;
}

/** @returns The text; nothing where it is in no form that is known. */
export function unpack(stored: unknown): string | undefined {
  if (typeof stored === "string") return stored;
  return stored instanceof Uint8Array ? decompressed(stored)?.toString() : undefined;
}

/** As the bytes of a blob are bound. */
export function packBytes(bytes: Uint8Array): Uint8Array {
  const small = bytes.length < WORTH_COMPRESSING ? bytes : zstdCompressSync(bytes);
  if (small.length < bytes.length) return Buffer.concat([Buffer.of(COMPRESSED), small]);
  return Buffer.concat([Buffer.of(PLAIN), bytes]);
}

/** @returns Nothing where they are not in a form that is known. */
export function unpackBytes(stored: Uint8Array): Uint8Array | undefined {
  if (stored[0] === PLAIN) return stored.subarray(1);
  return stored[0] === COMPRESSED ? decompressed(stored.subarray(1)) : undefined;
}

function decompressed(stored: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(stored);
  } catch {
    return undefined;
  }
}

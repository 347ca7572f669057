import { isUtf8 } from "node:buffer";

/** A name as the system gave it, as text. Bytes that are no UTF-8 show as `\xff`, and the file cannot be opened by it. */
export function fileName(bytes: Buffer): { readonly text: string; readonly exact: boolean } {
  if (isUtf8(bytes)) return { text: bytes.toString("utf8"), exact: true };
  // ASCII stays, as it is the same in every encoding of names; of the rest nobody knows what it means.
  const text = Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`));
  return { text: text.join(""), exact: false };
}

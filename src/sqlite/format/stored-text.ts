/**
 * As a text is bound. SQLite's UTF-8 knows no lone surrogates, and before 24.16 Node reads a text up to its first NUL: one with
 * either is kept as UTF-16 bytes.
 */
export function storedText(text: string): string | Uint8Array {
  return text.isWellFormed() && !text.includes("\0") ? text : Buffer.from(text, "utf16le");
}

export function textOf(stored: string | Uint8Array): string {
  return typeof stored === "string" ? stored : Buffer.from(stored).toString("utf16le");
}

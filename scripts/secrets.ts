import { keyShapes } from "../src/testing/key-shapes.ts";

const PATTERNS: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    Object.entries(keyShapes).map(([what, shape]) => [what, new RegExp(String.raw`\b${shape}`, "g")]),
  ),
  "a private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g,
};

/** Each thing in a text that looks like a key, without the key: what it is, and in which line. */
export function secretsIn(text: string): { readonly what: string; readonly line: number }[] {
  return Object.entries(PATTERNS).flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ what, line: text.slice(0, index).split("\n").length })),
  );
}

import { stripVTControlCharacters } from "node:util";

/** Combined with what stands before it, as are the vowels and ends of Hangul in pieces. */
const NO_WIDTH = /[\p{M}\u200d\u1160-\u11ff\ud7b0-\ud7fb]/u;
/** Half as wide as their scripts. */
const HALF_WIDTH = /[\uff61-\uffdc]/u;
const DOUBLE_WIDTH =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Yi}\u2ff0-\u303e\u3041-\u3247\u3250-\u33ff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1f200}-\u{1f265}]/u;
/** Makes the sign before it an emoji. */
const AS_EMOJI = "\ufe0f";

/** How many columns a line takes; an estimate for emoji that are joined of several. */
export function columnsOf(line: string): number {
  let columns = 0;
  let before = "";
  for (const sign of line) {
    columns += widthOf(sign, before);
    before = sign;
  }
  return columns;
}

/** The same of a line with colours. */
export function paintedColumns(line: string): number {
  return columnsOf(stripVTControlCharacters(line));
}

/** The line, cut with `…` where it takes more columns. */
export function fit(line: string, columns: number): string {
  if (line.length * 2 <= columns || fitting(line, columns) === line.length) return line;
  return columns < 1 ? "" : `${line.slice(0, fitting(line, columns - 1))}…`;
}

/** How much of the line, as an index into it, takes no more columns. */
export function fitting(line: string, columns: number): number {
  let at = 0;
  let used = 0;
  let before = "";
  for (const sign of line) {
    used += widthOf(sign, before);
    if (used > columns) break;
    at += sign.length;
    before = sign;
  }
  return at;
}

function widthOf(sign: string, before: string): number {
  if (sign < "\u0300") return 1;
  if (sign === AS_EMOJI) return /\p{Emoji}/u.test(before) ? 2 - widthOf(before, "") : 0;
  if (NO_WIDTH.test(sign)) return 0;
  return DOUBLE_WIDTH.test(sign) && !HALF_WIDTH.test(sign) ? 2 : 1;
}

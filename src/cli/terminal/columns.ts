import { stripVTControlCharacters } from "node:util";

const NO_WIDTH = /[\p{M}\u200d]/u;
const DOUBLE_WIDTH =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** How many columns a line takes; an estimate for emoji that are joined of several. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const sign of line) columns += widthOf(sign);
  return columns;
}

/** The same of a line with colours. */
export function paintedColumns(line: string): number {
  return columnsOf(stripVTControlCharacters(line));
}

/** The line, cut with `…` where it takes more columns. */
export function fit(line: string, columns: number): string {
  if (line.length * 2 <= columns || columnsOf(line) <= columns) return line;
  let kept = "";
  let used = 1;
  for (const sign of line) {
    used += widthOf(sign);
    if (used > columns) break;
    kept += sign;
  }
  return columns < 1 ? "" : `${kept}…`;
}

function widthOf(sign: string): number {
  if (sign < "\u0300") return 1;
  if (NO_WIDTH.test(sign)) return 0;
  return DOUBLE_WIDTH.test(sign) ? 2 : 1;
}

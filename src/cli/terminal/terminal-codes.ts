// What a terminal is told so that a picture is painted anew in one write.
export const HIDE_CURSOR = "\x1b[?25l";
export const SHOW_CURSOR = "\x1b[?25h";
export const NO_WRAP = "\x1b[?7l";
export const WRAP = "\x1b[?7h";
export const TO_LINE_END = "\x1b[K";
export const TO_SCREEN_END = "\x1b[J";

/** To the first column, so many rows above. */
export function rowsUp(rows: number): string {
  return rows === 0 ? "\r" : `\r\x1b[${rows}A`;
}

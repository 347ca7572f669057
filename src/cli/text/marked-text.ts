import type { Format, Style } from "../terminal/style.ts";

/** A sign before a text, and its colour. */
export type Mark = readonly [sign: string, format: Format];

/** `✔ add(a: 2, b: 3)`; the text alone where it has no mark. */
export function markedText({ text, mark }: { readonly text: string; readonly mark?: Mark }, style: Style): string {
  return mark === undefined ? text : `${style(mark[1], mark[0])} ${text}`;
}

import { visible, visibleLines } from "../../base/index.ts";

/** Lines of a text that somebody else wrote: what a terminal would obey is written out, line feeds stay. */
export function safeText(text: string): string {
  return visibleLines(text).join("\n");
}

/** For a file or another program: line feeds and tabulators stay, what a terminal would obey does not. */
export function printableText(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split("\t").map(visible).join("\t"))
    .join("\n");
}

/** What an error or a description says in short. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] as string;
}

/** So much of a text, but no half of a sign at its end. */
export function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** As `safeText`, for text that comes in pieces, of which one may end in the middle of a sign. */
export class SafeText {
  #held = "";

  push(piece: string): string {
    let text = this.#held + piece;
    const last = text.at(-1) ?? "";
    const isOpen = last === "\r" || (last >= "\ud800" && last <= "\udbff");
    this.#held = isOpen ? last : "";
    if (isOpen) text = text.slice(0, -1);
    return safeText(text);
  }

  /** What was held back. */
  end(): string {
    const rest = safeText(this.#held);
    this.#held = "";
    return rest;
  }
}

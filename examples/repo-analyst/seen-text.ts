import { visible } from "../repo-report/escape.ts";

/** Text of a model or a tool on a terminal: lines stay lines; nothing in it is obeyed, hidden or turned around. */
export function seenText(text: string): string {
  return text.replace(/(?![\n\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) =>
    sign === "\t" ? "  " : visible(sign),
  );
}

/** The same for a text that comes in pieces, which may end in the middle of a character. */
export class SeenPieces {
  #half = "";

  take(piece: string): string {
    const text = this.#half + piece;
    this.#half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : "";
    return seenText(text.slice(0, text.length - this.#half.length));
  }

  /** What is left at the end. */
  end(): string {
    const half = seenText(this.#half);
    this.#half = "";
    return half;
  }
}

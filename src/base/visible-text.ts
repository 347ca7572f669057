// Names, notes and messages come from modules, models and the outside. What a terminal would obey, or a reader would
// not see, is written out.

/** Control characters, marks that cannot be seen or turn the text around, lone surrogates, line separators. */
const UNSEEN = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line: a line feed becomes `\n`, an escape `\x1b`, a mark that turns the text around `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return SHORT[sign] ?? (code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`);
  });
}

/** The lines of a text, each of them visible. */
export function visibleLines(text: string): string[] {
  return text.replaceAll("\t", "  ").split(/\r?\n/).map(visible);
}

/** Signs that a terminal acts on and JSON leaves as they are. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The same JSON value, safe to print on a terminal. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN_IN_JSON, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

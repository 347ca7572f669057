// A file's name may hold anything but "/" and NUL: line feeds, terminal commands, marks that turn the text around.
// Whatever comes from outside goes through one of these on its way to a reader.

/** Control characters, invisible marks (some turn the text around), lone surrogates, line separators; and `\`. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

/** The text with what cannot be seen written out: a line feed as `\n`, an escape as `\x1b`, a mark as `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return SHORT[character] ?? (code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`);
  });
}

/** A code span would lose these, or they would end it or the table's cell around it. */
const BREAKS_SPAN = /[`|\\]|^\s|\s$|\s\s|^$/u;

/** Text from outside in Markdown, also in a table: a code span or, where that would break, HTML of entities. */
export function markdownCode(text: string): string {
  const seen = visible(text);
  return BREAKS_SPAN.test(seen) ? `<code>${entities(seen)}</code>` : `\`${seen}\``;
}

/** The same for words, which stay plain where they hold no sign that Markdown could act on. */
export function markdownText(text: string): string {
  return /^[\p{L}\p{N} ,.()-]+$/u.test(text) ? text : markdownCode(text);
}

/** Markdown takes an entity for text, never for the sign it stands for; spaces that HTML would drop are kept. */
function entities(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}\p{M} ]/gu, (sign) => `&#${sign.codePointAt(0)};`)
    .replace(/^ | $| (?= )/g, "&#160;");
}

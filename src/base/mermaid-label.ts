/**
 * A name inside the quotes of a Mermaid label, so that no two names look the same. What cannot be seen (control and direction
 * characters, line ends) is written as an escape such as `\u202e` or `\u{e0001}`, and a backslash is doubled. Letters,
 * digits and harmless signs stay, `_`, `.` and `-` only where no Markdown can begin; all else becomes Mermaid's entity
 * code.
 */
export function mermaidLabel(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replace(/[^\p{L}\p{N} ,?!_.-]|(?<![\p{L}\p{N}])[_.-]|[_.-](?![\p{L}\p{N}])|(?<![^ ]) /gu, (sign) =>
      /[\p{C}\p{Zl}\p{Zp}]/u.test(sign) ? unicodeEscape(sign) : `#${sign.codePointAt(0)};`,
    );
}

function unicodeEscape(sign: string): string {
  const hex = (sign.codePointAt(0) as number).toString(16).padStart(4, "0");
  return hex.length === 4 ? `\\u${hex}` : `\\u{${hex}}`;
}

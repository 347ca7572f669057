/** Any text as a part of a stream's name, each as another one. Lone surrogates, which no URI can hold, are written out. */
export function uriPart(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return Array.from(text, (sign) =>
    sign.isWellFormed() ? encodeURIComponent(sign) : `%u${sign.charCodeAt(0).toString(16)}`,
  ).join("");
}

/** Characters; longer texts of errors are cut before a model reads them. */
const LONGEST = 2_000;

/** A text from outside that is not longer than a model should read, and is text. */
export function clipped(text: string, longest: number = LONGEST): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}

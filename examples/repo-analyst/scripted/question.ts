/** A question, taken apart. */
export interface Question {
  /** In lower case, without what is quoted and without paths. */
  readonly words: string;
  /** What stands in quotes or backticks. */
  readonly quoted: readonly string[];
  /** What looks like the path of a file. */
  readonly paths: readonly string[];
}

const QUOTED = /[`"“]([^`"“”\n]{1,200})[`"”]|(?<![\p{L}\p{N}])'([^'\n]{1,200})'(?![\p{L}\p{N}])/gu;
const PATH = /(?<![\w/.-])[\w-][\w./-]{0,200}\.[A-Za-z]\w{0,9}(?![\w/-])|(?<![\w/.-])[\w-]+(?:\/[\w.-]+)+/g;

/** A question that is longer is taken apart as far as that. */
const MOST = 2_000;

export function questionOf(text: string): Question {
  const asked = text.slice(0, MOST);
  const quoted = Array.from(asked.matchAll(QUOTED), ([, double, single]) => double ?? single ?? "");
  const plain = asked.replaceAll(QUOTED, " ");
  const paths = plain.match(PATH) ?? [];
  return { words: plain.replaceAll(PATH, " ").toLowerCase(), quoted, paths };
}

/** What is remembered of a file's content. */
export interface Digest {
  /** The first 72 bits of its SHA-256: enough to tell two contents of one file apart. */
  readonly hash: string;
  readonly lines: number;
  readonly bytes: number;
}

export function digestText({ hash, lines, bytes }: Digest): string {
  return `${hash} ${lines} ${bytes}`;
}

export function readDigest(text: string): Digest {
  const [hash = "", lines, bytes] = text.split(" ");
  return { hash, lines: Number(lines), bytes: Number(bytes) };
}

/** What is remembered of a file's content. */
export interface Digest {
  /**
   * The first 48 bits of its SHA-256. A change goes unseen once in 2^48 times, and only where lines and bytes are the same; a
   * longer hash is of no more use, and each report writes one for each file.
   */
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

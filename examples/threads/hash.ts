import { scryptSync } from "node:crypto";

export interface Hash {
  readonly user: string;
  readonly hash: string;
}

/** Computes for tenths of a second; the event loop would stand still for as long. */
export default function hash(user: string): Hash {
  const bytes = scryptSync(`${user}'s password`, user, 32, { N: 2 ** 15, maxmem: 2 ** 26 });
  return { user, hash: bytes.toString("hex").slice(0, 8) };
}

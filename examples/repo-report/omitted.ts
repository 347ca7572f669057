import { task } from "aitor";

import { capped, type Capped } from "./capped.ts";
import type { Facts, Omission } from "./facts.ts";

export interface Omitted {
  readonly skipped: Capped<Omission>;
  readonly unread: Capped<Omission>;
}

/** Everything that was left out, so that nobody takes the figures for more than they are. */
export const omitted = task("omitted", (facts: readonly Facts[]): Omitted => {
  const all = facts.flatMap((batch) => batch.omitted);
  return {
    skipped: capped(
      all.filter(({ kind }) => kind === "skipped"),
      100,
    ),
    unread: capped(
      all.filter(({ kind }) => kind === "unread"),
      100,
    ),
  };
});

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it is not there",
  ENOTDIR: "it is not a folder",
  ELOOP: "it is a symbolic link",
  ENAMETOOLONG: "its path is too long for the system",
  EMFILE: "too many open files",
  EIO: "input or output error of the disk",
};

/** An error of the file system, or of a parser, in words. */
export function why(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return WORDS[code ?? ""] ?? message.split("\n", 1)[0] ?? message;
}

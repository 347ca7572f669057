import type { Capped } from "./capped.ts";

/** What the report needs to know of a batch of files. */
export interface Facts {
  /** One for each file, in their order, see `Digest`; empty where it could not be read. */
  readonly digests: readonly string[];
  readonly tallies: readonly Tally[];
  readonly largest: readonly FileSize[];
  readonly todos: Capped<Todo>;
  readonly omitted: readonly Omission[];
}

/** What the files of one language amount to. */
export interface Tally {
  readonly language: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
}

export interface FileSize {
  readonly path: string;
  readonly bytes: number;
}

/** A line that its author meant to come back to. */
export interface Todo {
  readonly path: string;
  /** The first line is 1. */
  readonly line: number;
  /** The rest of the line, from the marker on. */
  readonly text: string;
}

/** A file or folder that the figures do not contain, and why. */
export interface Omission {
  readonly path: string;
  /** `skipped` on purpose, or `unread` although wanted. */
  readonly kind: "skipped" | "unread";
  readonly why: string;
}

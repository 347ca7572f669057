// What tests that damage files share: damage by a seed, and all that can be asked of a journal.
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { isAitorError } from "../base/index.ts";
import { type AnsweredName, JournalService } from "./worker/journal-service.ts";
import type { Verified } from "./journal/new-file.ts";
import type { Calls } from "./worker/protocol.ts";
import { countOf } from "./worker/record-text.ts";
import { type JournalSettings, journalSettings } from "./format/settings.ts";

/** What is done to the bytes of a file; those behind `length` are zeros that nobody wrote. */
export type Harm = (bytes: Buffer, next: () => number, length: number) => Buffer;

export const HARMS = {
  "bit flip": (bytes, next, length) => {
    const at = Math.floor(next() * length);
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8));
    return bytes;
  },
  truncation: (bytes, next, length) => bytes.subarray(0, Math.floor(next() * length)),
  "lost page": (bytes, next, length) => {
    const pages = length / 4_096;
    const page = Math.floor(next() * pages) * 4_096;
    const other = Math.floor(next() * pages) * 4_096;
    if (next() < 0.5) bytes.fill(0, page, Math.min(page + 4_096, bytes.length));
    else bytes.copy(bytes, page, other, other + 4_096);
    return bytes;
  },
} satisfies Record<string, Harm>;

/** Puts a journal's files in the place of another one's. */
export function copyJournal(from: string, to: string, suffixes: readonly string[] = ["", "-wal", ".mark"]): void {
  for (const suffix of ["", "-wal", "-shm", ".mark", ".inbox", ".inbox-wal", ".inbox-shm"]) {
    rmSync(to + suffix, { force: true });
    if (suffixes.includes(suffix) && existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}

/** In this thread: much faster than to begin another one. */
export function verifyHere(settings: JournalSettings): Promise<Verified> {
  const service = new JournalService({ ...settings, access: "read", create: false, acceptLoss: false }, () => {});
  try {
    return Promise.resolve(service.answer("verify", undefined) as Verified);
  } finally {
    service.answer("close", undefined);
  }
}

/** What everything that can be asked gives, or its error. */
export type Answers = ReadonlyMap<string, unknown>;

export function ask(path: string, streams: readonly string[], blobs: readonly string[]): Answers {
  const answers = new Map<string, unknown>();
  const attempt = (name: string, act: () => unknown): void => {
    try {
      answers.set(name, act());
    } catch (error) {
      if (!isAitorError(error)) throw error;
      answers.set(name, error);
    }
  };
  let service: JournalService;
  try {
    service = new JournalService(journalSettings(path, {}), () => {});
  } catch (error) {
    if (!isAitorError(error)) throw error;
    return answers.set("open", error);
  }
  const call = <Name extends AnsweredName>(name: Name, request: Calls[Name]["request"]): Calls[Name]["answer"] =>
    service.answer(name, request) as Calls[Name]["answer"];
  try {
    for (const stream of streams) {
      attempt(`read ${stream}`, () => {
        const start = call("read", { stream, from: 0 });
        const cells: unknown[] = [];
        for (let done = 0; start !== undefined && done < start.seqs.length;) {
          const some = call("events", { id: start.id, stream, seqs: start.seqs.slice(done) });
          done += countOf(some);
          cells.push(...some);
        }
        return cells;
      });
      attempt(`head ${stream}`, () => call("heads", { filter: { stream }, after: undefined }));
      for (const atMost of [60, 1e9])
        attempt(`snapshot ${stream} ${atMost}`, () => call("snapshot", { stream, atMost }));
    }
    for (const hash of blobs) {
      attempt(`blob ${hash}`, () => call("blob", { hash }) ?? new Error("no such blob"));
    }
    attempt("heads", () => call("heads", { filter: {}, after: undefined }));
    attempt("unfinished", () => call("heads", { filter: { ended: false }, after: undefined }));
    attempt("tail", () => {
      const cells: unknown[] = [];
      for (let next = 0, more = true; more;) {
        const page = call("tail", { from: next });
        cells.push(...page.cells);
        ({ next, more } = page);
      }
      return cells;
    });
  } finally {
    service.answer("close", undefined);
  }
  return answers;
}

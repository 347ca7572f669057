// Bits flip in a journal's files, and files are cut off. Whatever is asked of the journal then is an error, or is exactly
// what was recorded; nothing is silently missing or altered.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { isAitorError } from "../base/index.ts";
import { countOf } from "./record-text.ts";
import { sqliteJournal } from "./index.ts";
import { event, newPath, Writer } from "./journal.fixture.ts";
import { JournalService } from "./journal-service.ts";
import type { CallName, Calls } from "./protocol.ts";
import { journalSettings } from "./settings.ts";

/** Damages of each kind; `AITOR_DAMAGES=10000` for a long run. */
const DAMAGES = Number(process.env["AITOR_DAMAGES"] ?? 200);

/** What everything that can be asked gives, or the error's code. */
function ask(path: string, streams: readonly string[], blobs: readonly string[]): Map<string, unknown> {
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
  const call = <Name extends CallName>(name: Name, request: Calls[Name]["request"]): Calls[Name]["answer"] =>
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

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const SUFFIXES = ["", "-wal", ".mark"];

interface Original {
  readonly path: string;
  readonly streams: string[];
  readonly blobs: string[];
}

function copied(from: string, to: string): void {
  for (const suffix of ["", "-wal", "-shm", ".mark"]) {
    rmSync(to + suffix, { force: true });
    if (suffix !== "-shm" && existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}

async function written(): Promise<Original> {
  const path = newPath();
  const streams = Array.from({ length: 40 }, (_, index) => `stream ${index} ${"n".repeat(index)}`);
  const journal = sqliteJournal(path);
  for (let n = 1; n <= 12; n++) {
    const batch = streams.map((stream) => event(stream, n, { n, text: "t".repeat((n * 37) % 300) }));
    const heads = streams.map((stream, index) => ({
      stream,
      kind: index % 3 === 0 ? "agent" : "run",
      state: `at ${n}`,
      ended: n === 12 && index % 2 === 0,
      about: { index, n },
      keepUntil: n * 1_000,
    }));
    await journal.append(batch, { heads });
  }
  for (const stream of streams.slice(0, 10)) {
    for (const seq of [40, 80]) await journal.snapshots.put(stream, { seq, state: { stream, seq } });
  }
  const blobs: string[] = [];
  for (const size of [10, 5_000, 20_000]) {
    blobs.push((await journal.blobs.put(Uint8Array.from({ length: size }, (_, n) => (n * n) % 251))).blob);
  }
  for (const stream of streams.slice(20, 25)) await journal.drop(stream);
  await journal.close();
  return { path, streams, blobs };
}

/** As `written`, but its last commits are in the log, whose writer was killed. */
async function killed(): Promise<Original> {
  const { path, streams, blobs } = await written();
  const writer = new Writer("append", path, "[1,1,1,1,1,1]", "30");
  await writer.tells(6 * 30 + 1);
  await writer.kill();
  return { path, streams: [...streams, "s0", "s1", "s2", "s3", "s4", "s5", "t0", "t5"], blobs };
}

describe.each([
  ["a journal that was closed", written],
  ["a journal whose writer was killed", killed],
])("%s", (_, make) => {
  let original: Original;
  let whole: Map<string, unknown>;
  let place: string;

  beforeAll(async () => {
    original = await make();
    place = newPath();
    mkdirSync(`${place}.d`);
    place = join(`${place}.d`, "copy.db");
    copied(original.path, place);
    whole = ask(place, original.streams, original.blobs);
    for (const answer of whole.values()) expect(answer).not.toBeInstanceOf(Error);
    expect((whole.get("tail") as unknown[]).length).toBeGreaterThan(1_000);
  });

  /** @param harm Of the file's bytes, those up to `length` are used. */
  function damaged(harm: (bytes: Buffer, next: () => number, length: number) => Buffer): {
    errors: number;
    exact: number;
  } {
    const { path, streams, blobs } = original;
    const files = SUFFIXES.filter((suffix) => existsSync(path + suffix));
    let errors = 0;
    for (let seed = 1; seed <= DAMAGES; seed++) {
      const next = random(seed);
      const suffix = files[Math.floor(next() * files.length)] as string;
      copied(path, place);
      const bytes = readFileSync(path + suffix);
      writeFileSync(place + suffix, harm(bytes, next, bytes.findLastIndex((byte) => byte !== 0) + 1));
      const answers = ask(place, streams, blobs);
      if ([...answers.values()].some((answer) => answer instanceof Error)) errors++;
      for (const [name, answer] of answers) {
        if (answer instanceof Error || isDeepStrictEqual(answer, whole.get(name))) continue;
        expect(answer, `seed ${seed}, ${suffix || ".db"}, ${name}`).toEqual(whole.get(name));
      }
    }
    return { errors, exact: DAMAGES - errors };
  }

  test("one bit is flipped", { timeout: 600_000 }, () => {
    const { errors } = damaged((bytes, next, length) => {
      const at = Math.floor(next() * length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8));
      return bytes;
    });
    expect(errors).toBeGreaterThan(DAMAGES / 4);
  });

  test("a file is cut off", { timeout: 600_000 }, () => {
    const { errors } = damaged((bytes, next, length) => bytes.subarray(0, Math.floor(next() * length)));
    expect(errors).toBeGreaterThan(DAMAGES / 4);
  });

  test("a page is lost, or is another one", { timeout: 600_000 }, () => {
    damaged((bytes, next, length) => {
      const pages = length / 4_096;
      const page = Math.floor(next() * pages) * 4_096;
      const other = Math.floor(next() * pages) * 4_096;
      if (next() < 0.5) bytes.fill(0, page, Math.min(page + 4_096, bytes.length));
      else bytes.copy(bytes, page, other, other + 4_096);
      return bytes;
    });
  });
});

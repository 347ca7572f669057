// The journals that are damaged, and what was recorded in them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { EventEnvelope } from "aitor";
import { type SqliteJournal, sqliteJournal } from "aitor/sqlite";
import { type Answers, ask, copyJournal } from "../../src/sqlite/damage.fixture.ts";

export interface Original {
  readonly name: string;
  readonly path: string;
  readonly streams: readonly string[];
  readonly blobs: readonly string[];
  /** What everything that can be asked of it gives. */
  readonly whole: Answers;
  /** The same before streams began anew in the log alone: who loses that part of it has these. */
  readonly before: Answers;
}

/** One that was closed, and one whose process was killed: its last commits are in the log alone. */
export async function makeOriginals(place: string): Promise<Original[]> {
  mkdirSync(place, { recursive: true });
  const streams = Array.from({ length: 40 }, (_, index) => `run-${index}-${"n".repeat(index)}`);
  const path = join(place, "closed.db");
  const blobs: string[] = [];
  const journal = sqliteJournal(path);
  await fill(journal, streams, 1, 12);
  for (const stream of streams.slice(0, 10)) {
    for (const seq of [40, 80]) await journal.snapshots.put(stream, { seq, state: { stream, seq } });
  }
  for (const size of [10, 5_000, 20_000]) {
    const bytes = Uint8Array.from({ length: size }, (_, n) => (n * n) % 251);
    blobs.push(
      (await journal.blobs.put(bytes, size === 10 ? {} : { stream: streams[size === 5_000 ? 1 : 31] as string })).blob,
    );
  }
  for (const stream of streams.slice(20, 25)) await journal.drop(stream);
  for (const stream of streams.slice(30, 33))
    await journal.append([event(stream, 13, { n: 13 })], { restart: [stream] });
  await journal.close();

  const killed = join(place, "killed.db");
  const open = join(place, "open.db");
  copyJournal(path, open);
  const writing = sqliteJournal(open);
  await writing.ready();
  await fill(writing, [...streams.slice(0, 6), "later-1", "later-2"], 13, 40);
  await writing.figures();
  const earlier = join(place, "earlier.db");
  copyJournal(open, earlier);
  const anew = ["later-1", streams[32] as string];
  await writing.append(
    anew.map((stream) => event(stream, 41, { n: 41 })),
    { restart: anew },
  );
  await writing.figures();
  copyJournal(open, killed);
  await writing.close();
  return [
    original("closed", path, path, streams, blobs, place),
    original("killed", killed, earlier, [...streams, "later-1", "later-2"], blobs, place),
  ];
}

function original(
  name: string,
  path: string,
  earlier: string,
  streams: string[],
  blobs: string[],
  place: string,
): Original {
  const copy = join(place, "whole.db");
  const [whole, before] = [path, earlier].map((each) => {
    copyJournal(each, copy);
    const answers = ask(copy, streams, blobs);
    for (const answer of answers.values()) if (answer instanceof Error) throw answer;
    return answers;
  }) as [Answers, Answers];
  return { name, path, streams, blobs, whole, before };
}

async function fill(journal: SqliteJournal, streams: readonly string[], first: number, last: number): Promise<void> {
  for (let n = first; n <= last; n++) {
    const events = streams.map((stream) => event(stream, n, { n, text: "t".repeat((n * 37) % 300) }));
    const heads = streams.map((stream, index) => ({
      stream,
      kind: "run",
      state: n === 12 && index % 2 === 0 ? "finished" : "running",
      ended: n === 12 && index % 2 === 0,
      about: { name: "made", index, n },
    }));
    await journal.append(events, { heads });
  }
  // A row of many pages.
  const long = Array.from({ length: 3_000 }, (_, n) => (n * 7_919) % 10_007);
  await journal.append([event(streams[0] as string, last + 1, long)]);
}

function event(stream: string, n: number, data: unknown): EventEnvelope {
  return { v: 1, stream, seq: 0, at: 1_000 + n, run: stream, key: `step#${n}`, type: "happened", data };
}

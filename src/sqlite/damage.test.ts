// Bits flip in a journal's files, and files are cut off. Whatever is asked of the journal then is an error, or is exactly
// what was recorded; nothing is silently missing or altered.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { random } from "../../test/random.ts";
import { type Answers, ask, copyJournal, type Harm, HARMS } from "./damage.fixture.ts";
import { sqliteJournal } from "./index.ts";
import { event, newPath, removeJournals, Writer } from "./journal.fixture.ts";

afterAll(removeJournals);

/** Damages of each kind; `AITOR_DAMAGES=10000` for a long run. */
const DAMAGES = Number(process.env["AITOR_DAMAGES"] ?? 200);

const SUFFIXES = ["", "-wal", ".mark"];

interface Original {
  readonly path: string;
  readonly streams: string[];
  readonly blobs: string[];
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
  for (const stream of streams.slice(30, 33)) await journal.append([event(stream, 13)], { restart: [stream] });
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
  let whole: Answers;
  let place: string;

  beforeAll(async () => {
    original = await make();
    place = newPath();
    mkdirSync(`${place}.d`);
    place = join(`${place}.d`, "copy.db");
    copyJournal(original.path, place);
    whole = ask(place, original.streams, original.blobs);
    for (const answer of whole.values()) expect(answer).not.toBeInstanceOf(Error);
    expect((whole.get("tail") as unknown[]).length).toBeGreaterThan(1_000);
  });

  function damaged(harm: Harm): { errors: number; exact: number } {
    const { path, streams, blobs } = original;
    const files = SUFFIXES.filter((suffix) => existsSync(path + suffix));
    let errors = 0;
    for (let seed = 1; seed <= DAMAGES; seed++) {
      const next = random(seed);
      const suffix = files[Math.floor(next() * files.length)] as string;
      copyJournal(path, place);
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
    expect(damaged(HARMS["bit flip"]).errors).toBeGreaterThan(DAMAGES / 4);
  });

  test("a file is cut off", { timeout: 600_000 }, () => {
    expect(damaged(HARMS.truncation).errors).toBeGreaterThan(DAMAGES / 4);
  });

  test("a page is lost, or is another one", { timeout: 600_000 }, () => {
    damaged(HARMS["lost page"]);
  });
});

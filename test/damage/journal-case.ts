// One damage of a journal's files, judged: what is read is exact or an error; the doctor misses nothing; what it repairs
// opens, and whatever is not exact in it was said.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { isAitorError } from "aitor";
import type { Finding } from "aitor/sqlite";
import { type Answers, ask, copyJournal, HARMS, verifyHere } from "../../src/sqlite/damage.fixture.ts";
import { repair } from "../../src/sqlite/doctor/repair.ts";
import { random } from "../random.ts";
import type { Original } from "./originals.ts";
import type { Verdict } from "./verdict.ts";

export interface DamagedJournal {
  readonly original: Original;
  readonly path: string;
  /** Such as `bit flip in the log`. */
  readonly harm: string;
}

const FILES = { "": "the database", "-wal": "the log", ".mark": "the mark" } as const;
type Suffix = keyof typeof FILES;

/** The same for the same seed. */
export function damagedJournal(originals: readonly Original[], place: string, seed: number): DamagedJournal {
  const next = random(seed);
  const original = originals[Math.floor(next() * originals.length)] as Original;
  const path = join(place, "damaged.db");
  const chance = next();
  const wanted: Suffix = chance < 0.1 ? ".mark" : chance < 0.55 ? "-wal" : "";
  const suffix: Suffix = wanted === "-wal" && original.name === "closed" ? "" : wanted;
  const which = next();
  const kind = which < 0.4 ? "bit flip" : which < 0.8 ? "truncation" : "lost page";
  copyJournal(original.path, path);
  const bytes = readFileSync(original.path + suffix);
  const length = bytes.findLastIndex((byte) => byte !== 0) + 1;
  writeFileSync(path + suffix, HARMS[kind](bytes, next, length));
  return { original, path, harm: `${kind} in ${FILES[suffix]}` };
}

export async function judge({ original, path }: DamagedJournal): Promise<Verdict> {
  const faults: string[] = [];
  const { streams, blobs, whole } = original;
  const asked = `${path}.asked.db`;
  copyJournal(path, asked);
  const answers = ask(asked, streams, blobs);
  const detected = codeOf(answers);
  if (answers.has("open") && stateOf(asked) !== stateOf(path)) faults.push("a refused opening changed the files");
  for (const [name, answer] of answers) {
    if (!(answer instanceof Error) && !isDeepStrictEqual(answer, whole.get(name))) faults.push(`${name} is not exact`);
  }
  const before = stateOf(path);
  faults.push(...(await judgeDoctor(original, path, detected)));
  if (stateOf(path) !== before) faults.push("the doctor changed the files");
  return { detected, faults };
}

async function judgeDoctor(original: Original, path: string, detected: string | undefined): Promise<string[]> {
  const repaired = `${path}.repaired.db`;
  copyJournal("", repaired, []);
  try {
    const { sound, findings } = await repair(path, repaired, {}, verifyHere);
    if (sound) return detected === undefined ? [] : [`the doctor finds nothing where reading finds ${detected}`];
    if (findings.length === 0) return ["the doctor finds it damaged, and names nothing"];
    return unsaid(original, ask(repaired, original.streams, original.blobs), findings);
  } catch (error) {
    // A version that is not known may be a newer one: nothing is done to such a file.
    if (isAitorError(error, "journal-version")) return [];
    return isAitorError(error)
      ? [`the doctor fails: ${error.message}`]
      : [`the doctor breaks: ${String((error as Error).stack)}`];
  }
}

/** What of a repaired journal is not as it was, though nobody said so. */
function unsaid(
  { streams, blobs, whole, before }: Original,
  repaired: Answers,
  findings: readonly Finding[],
): string[] {
  const faults: string[] = [];
  const opening = repaired.get("open");
  if (opening instanceof Error) return [`the repaired file does not open: ${opening.message}`];
  const ranges = findings.flatMap(({ ranges: each = [] }) => each);
  const isNameless = findings.some(({ what, ranges: each }) => what === "events" && each === undefined);
  for (const stream of streams) {
    const said = findings.filter(({ name }) => name === stream);
    const [is, was] = [repaired.get(`read ${stream}`), whole.get(`read ${stream}`)] as [unknown, unknown[]];
    if (is instanceof Error) {
      faults.push(`${stream} cannot be read in the repaired file: ${is.message}`);
      continue;
    }
    const length = (is as unknown[]).length;
    // One that began anew may be the old one, all of the new one being lost.
    const isOld = length > 0 && isDeepStrictEqual(is, (before.get(`read ${stream}`) as unknown[]).slice(0, length));
    const isNew = isDeepStrictEqual(is, was.slice(0, length));
    if (!isOld && !isNew) faults.push(`${stream} has other events in the repaired file`);
    const lost = was.slice(isNew ? length : 0).filter((_, index) => index % 3 === 0) as number[];
    const end = length === 0 ? 0 : lastSeq(is as unknown[]);
    const isCut = said.some(({ cutAt }) => cutAt === end);
    const isMissing = isNameless || lost.every((seq) => ranges.some(([first, last]) => first <= seq && seq <= last));
    if (lost.length > 0 && !isCut && !isMissing) faults.push(`${stream} ends at event ${end}, and nobody says so`);
    for (const [name, answer] of whole) {
      const [part, of] = name.split(" ");
      if (of !== stream || (part !== "head" && part !== "snapshot")) continue;
      if (isDeepStrictEqual(repaired.get(name), answer) || said.length > 0 || lost.length > 0) continue;
      faults.push(`${name} is another one in the repaired file, and nobody says so`);
    }
  }
  for (const hash of blobs) {
    const name = `blob ${hash}`;
    if (isDeepStrictEqual(repaired.get(name), whole.get(name))) continue;
    const isSaid = findings.some((finding) => finding.name === hash || (finding.what === "blob" && !finding.name));
    if (!isSaid) faults.push(`${name} is lost, and nobody says so`);
  }
  return faults;
}

/** Records are given in three cells: the first event's `seq`, the stream, a list of the events. */
function lastSeq(cells: readonly unknown[]): number {
  const events = JSON.parse(cells.at(-1) as string) as unknown[];
  return (cells.at(-3) as number) + events.length - 1;
}

function codeOf(answers: Answers): string | undefined {
  for (const answer of answers.values()) {
    if (answer instanceof Error) return isAitorError(answer) ? answer.code : "missing";
  }
  return undefined;
}

function stateOf(path: string): string {
  return ["", "-wal", ".mark"]
    .map((suffix) => {
      try {
        return readFileSync(path + suffix).toString("latin1");
      } catch {
        return "";
      }
    })
    .join("\n--\n");
}

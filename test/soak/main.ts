// npm run test:soak: hosts with 100 agents live, rest, wake and are shut down, again and again. Memory, handles, files, threads and
// subscribers must return to what they were after the first lives, and the journal stay bounded. The last lines are figures; exit
// code 1 where something grows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { positiveNumber, wholeNumber } from "../option-value.ts";
import { programOptions } from "../program-options.ts";
import { cycle, HISTORY } from "./cycle.ts";
import { journalSize, type JournalSize } from "./journal-size.ts";
import { type Level, levelNow } from "./level.ts";

const values = programOptions(
  "npm run test:soak",
  "Works on one journal for a while, and tells whether anything grows.",
  {
    minutes: { about: "how long", default: "3" },
    agents: { about: "how many there are", default: "100" },
  },
);
const totalMs = positiveNumber("--minutes", values.minutes) * 60_000;
const agents = wholeNumber("--agents", values.agents);

/** What may be added to the level of the beginning: a part of it, and megabytes besides, in which the noise lies. */
const MAY_GROW: Readonly<Record<keyof Level, { readonly part: number; readonly more: number }>> = {
  // What the allocator and the compiler take at the beginning comes and goes: a short run cannot tell it from growth.
  rss: { part: 0.1, more: totalMs < 10 * 60_000 ? 40 : 0 },
  heap: { part: 0.1, more: 1 },
  handles: { part: 0, more: 0 },
  files: { part: 0, more: 0 },
  threads: { part: 0, more: 0 },
  subscribers: { part: 0, more: 0 },
};
/** Of the journal, the largest size at the beginning, and at the end. */
const JOURNAL_MAY_GROW = 1.25;
/**
 * Besides, megabytes and streams of what seconds bring: ids are known for a second, and retention comes after, so that it depends on
 * how busy the machine is at the beginning and at the end. All that a run of half a minute records is several times that.
 */
const IN_SECONDS = { file: 4, runs: 2, streams: 1_000 };
/** Bytes of an agent's history for each change that it may have: a change takes some 290. */
const CHANGE_BYTES = 500;
/** Of the time: code is compiled, caches fill, and retention has something to forget. */
const WARM = 0.34;
const LIFE_MS = Math.min(5_000, totalMs / 12);

const place = mkdtempSync(join(tmpdir(), "aitor-soak-"));
const aborter = new AbortController();
const told: WeakRef<object>[] = [];
const startedAt = performance.now();
const levels: Level[] = [];
const sizes: JournalSize[] = [];
let warm = 0;
let [messages, wakes] = [0, 0];
try {
  while (performance.now() - startedAt < totalMs || levels.length - warm < 3) {
    const done = await cycle({
      journal: join(place, "journal.db"),
      agents,
      ms: LIFE_MS,
      signal: aborter.signal,
      told,
    });
    messages += done.messages;
    wakes += done.wakes;
    sizes.push(journalSize(join(place, "journal.db")));
    levels.push(await levelNow(aborter.signal, told));
    told.length = 0;
    if (performance.now() - startedAt < totalMs * WARM) warm = levels.length;
    process.stderr.write(".");
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
process.stderr.write("\n");

const faults: string[] = [];
const lines = [`${levels.length} lives of ${agents} agents, ${messages} messages, ${wakes} wakes`, ""];
const names = Object.keys(MAY_GROW) as (keyof Level)[];
const [first, last] = [levels.slice(0, Math.max(1, warm)).slice(-3), levels.slice(-3)];
lines.push(`${"".padEnd(14)}${"start".padStart(8)}${"end".padStart(8)}`);
for (const name of names) {
  const least = (of: readonly Level[]): number => Math.min(...of.map((level) => level[name]));
  const [start, end] = [least(first), least(last)];
  const { part, more } = MAY_GROW[name];
  const unit = name === "rss" || name === "heap" ? 1 : 0;
  lines.push(`${name.padEnd(14)}${start.toFixed(unit).padStart(8)}${end.toFixed(unit).padStart(8)}`);
  if (end > start * (1 + part) + more) faults.push(`${name} grew from ${start.toFixed(unit)} to ${end.toFixed(unit)}`);
}
const most = (of: readonly JournalSize[], name: keyof JournalSize): number => Math.max(...of.map((size) => size[name]));
const [early, late] = [sizes.slice(0, Math.max(1, warm)), sizes.slice(-3)];
for (const [name, title] of [
  ["file", "file MB"],
  ["runs", "runs MB"],
  ["histories", "histories MB"],
  ["streams", "streams"],
] as const) {
  const [start, end] = [most(early, name), most(late, name)];
  const unit = name === "streams" ? 0 : 2;
  lines.push(`${title.padEnd(14)}${start.toFixed(unit).padStart(8)}${end.toFixed(unit).padStart(8)}`);
  // A history comes and goes between one change and as many as it may have, however little was done at the beginning.
  const bound =
    name === "histories" ? (agents * HISTORY * CHANGE_BYTES) / 1e6 : start * JOURNAL_MAY_GROW + IN_SECONDS[name];
  if (end > bound) faults.push(`${title} grew from ${start.toFixed(unit)} to ${end.toFixed(unit)}`);
}
lines.push("", ...faults);
lines.push(`grown ${faults.length}`, `${Math.round((performance.now() - startedAt) / 1000)} s`);
process.stdout.write(`${lines.join("\n")}\n`);
if (faults.length > 0) process.exitCode = 1;

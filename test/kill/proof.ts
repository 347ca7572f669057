// The whole proof: kills before and after every write, second kills in the recovery from a first, kills from outside.
import { join } from "node:path";

import { makeFolder } from "./folder.ts";
import { Lane, type LaneFigures, type LaneOptions } from "./lane.ts";
import type { Life } from "./life.ts";
import type { KillPoint } from "./told-journal.ts";
import { type Faults, noFaults } from "./verdict.ts";

export interface ProofOptions {
  /** An empty folder for everything. */
  readonly place: string;
  /** In the folder that the runs read. */
  readonly files: number;
  /** Runs that are killed, and killed again while they are recovered. */
  readonly twice: number;
  /** Kills from outside, with two runs under way. */
  readonly outside: number;
  readonly seed: number;
  /** Told of each process. */
  readonly onLife?: (life: Life) => void;
}

export interface Proof {
  /** Runs that were killed before, and after, their nth write, for every n that there is. */
  readonly points: Readonly<Record<KillPoint["when"], number>>;
  /** What was written at those points: how often a process was killed before it, and after it. */
  readonly writes: ReadonlyMap<string, Readonly<Record<KillPoint["when"], number>>>;
  readonly runs: number;
  readonly processes: number;
  readonly kills: number;
  /** Second kills of a run, in its recovery. */
  readonly inRecovery: number;
  readonly outside: number;
  /** Calls of steps, and those that repeated one whose process died before its outcome was durable. */
  readonly calls: number;
  readonly repeatedInFlight: number;
  /** Acknowledged to those who sent them. */
  readonly answers: number;
  /** Steps that must run once, cut off by a kill: those that had happened, and those that had not. */
  readonly doubts: LaneFigures["doubts"];
  /** Acknowledged events. */
  readonly events: number;
  readonly faults: Faults;
}

/** Two processes at a time. */
export async function proveByKill(options: ProofOptions): Promise<Proof> {
  const { place, files, twice, outside, seed, onLife = () => {} } = options;
  const folder = join(place, "folder");
  const figures = makeFolder(folder, files);
  const lane = (name: string, answers: LaneOptions["answers"], timerMs = 30): Lane =>
    new Lane({ place: join(place, name), folder, figures, answers, timerMs, onLife });

  const undisturbed = lane("undisturbed", "at-once"); // it also leaves compiled code for the others
  const { ms } = await undisturbed.live({ runs: 2, beside: true });
  await undisturbed.end();

  const [before, after] = [lane("before", "when-suspended"), lane("after", "when-suspended")];
  const [pointsBefore, pointsAfter] = await Promise.all([everyPoint(before, "before"), everyPoint(after, "after")]);
  const most = Math.max(pointsBefore, pointsAfter);

  const [again, fromOutside] = [lane("again", "when-suspended"), lane("outside", "at-once")];
  const longTimer = lane("long-timer", "when-suspended", 3_000);
  const [inRecovery, killedOutside] = await Promise.all([
    inRecoveries(again, twice, most, random(seed)),
    killFromOutside(fromOutside, outside, ms, random(seed + 1)),
    whileTheTimerRuns(longTimer),
  ]);

  const lanes = [undisturbed, before, after, again, fromOutside, longTimer];
  const lives = lanes.flatMap((each) => each.lives);
  const sum = (of: (lane: Lane) => number): number => lanes.reduce((all, each) => all + of(each), 0);
  return {
    points: { before: pointsBefore, after: pointsAfter },
    writes: writesOf([...before.lives, ...after.lives]),
    runs: sum((each) => each.figures.runs),
    processes: lives.length,
    kills: lives.filter(({ killed }) => killed).length,
    inRecovery,
    outside: killedOutside,
    calls: sum((each) => each.figures.calls),
    repeatedInFlight: sum((each) => each.figures.repeatedInFlight),
    answers: sum((each) => each.figures.answers),
    doubts: { value: sum((each) => each.figures.doubts.value), again: sum((each) => each.figures.doubts.again) },
    events: lives.reduce((all, { calls }) => all + calls.reduce((sum, { seqs }) => sum + (seqs?.length ?? 0), 0), 0),
    faults: joined(lanes.map((each) => each.faults)),
  };
}

/** Each process goes on with the run that the one before it left, starts one, and dies at the next point of that. */
async function everyPoint(lane: Lane, when: KillPoint["when"]): Promise<number> {
  for (let write = 1; ; write++) {
    const life = await lane.live({ runs: 1, kill: { write, when, during: "run" } });
    if (life.killed) continue;
    await lane.end();
    return write - 1;
  }
}

/** The run is killed somewhere, and its recovery too. */
async function inRecoveries(lane: Lane, times: number, writes: number, next: () => number): Promise<number> {
  const point = (most: number): KillPoint => ({
    write: 1 + Math.floor(next() * most),
    when: next() < 0.5 ? "before" : "after",
  });
  let kills = 0;
  for (let time = 0; time < times; time++) {
    const first = point(writes);
    await lane.live({ runs: 1, kill: { ...first, during: "run" } });
    // What is left of the run, and two events more: it is resumed, and may be in doubt.
    const second = point(Math.max(3, writes - first.write + 2));
    if ((await lane.live({ runs: 0, kill: { ...second, during: "recovery" } })).killed) kills++;
  }
  await lane.end();
  return kills;
}

/** The next processes find a timer whose time has not come. */
async function whileTheTimerRuns(lane: Lane): Promise<void> {
  await lane.live({ runs: 2, kill: { write: 25, when: "after", during: "run" } });
  await lane.live({ runs: 0, kill: { write: 3, when: "after", during: "recovery" } });
  await lane.end();
}

/**
 * Two runs start beside those that are gone on with, and the process is killed at any moment.
 *
 * @param ms How long two runs take, about.
 */
async function killFromOutside(lane: Lane, times: number, ms: number, next: () => number): Promise<number> {
  let kills = 0;
  let typical = ms;
  for (let time = 0; time < 4 * times && kills < times; time++) {
    const life = await lane.live({ runs: 2, beside: true }, next() * 1.2 * typical);
    if (life.killed) kills++;
    else typical = Math.min(typical, life.ms);
  }
  await lane.end();
  return kills;
}

function writesOf(lives: readonly Life[]): Proof["writes"] {
  const writes = new Map<string, Record<KillPoint["when"], number>>();
  for (const { dies } of lives) {
    if (dies === undefined) continue;
    const name = dies.types.join(" + ");
    const row = writes.get(name) ?? { before: 0, after: 0 };
    writes.set(name, row);
    row[dies.when]++;
  }
  return writes;
}

function joined(all: readonly Faults[]): Faults {
  const faults = noFaults();
  for (const each of all) {
    for (const kind of ["lost", "repeated", "reordered", "wrong"] as const) faults[kind].push(...each[kind]);
  }
  return faults;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

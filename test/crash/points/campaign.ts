// The ways in which the processes of a lane are killed: before and after every write, again in the recovery, from outside. Where
// too few were killed, that is a fault: nothing would have been put to the test.
import { judgeCount } from "../faults.ts";
import type { Outcome } from "../outcome.ts";
import { random } from "../../random.ts";
import type { Lane } from "./lane.ts";
import type { KillPoint } from "./told-journal.ts";

/**
 * Each process goes on with the run that the one before it left, starts one, and dies at the next point of that. Where things go on
 * side by side, the nth write is another one in each run: at those of the story that no process died at, one does.
 */
export async function everyPoint(lane: Lane, when: KillPoint["when"]): Promise<Outcome> {
  for (let write = 1; ; write++) {
    const life = await lane.live({ runs: 1, kill: { write, when, during: "run" } });
    if (life.killed) continue;
    judgeCount(`points ${when} a write`, write - 1, lane.story.points, lane.faults);
    break;
  }
  const deaths = (): (readonly string[])[] =>
    lane.lives.flatMap(({ dies }) => (dies === undefined ? [] : [dies.types]));
  for (const type of lane.story.writes) {
    if (deaths().some((types) => types.includes(type))) continue;
    const { killed } = await lane.live({ runs: 1, kill: { write: 1, type, when, during: "run" } });
    judgeCount(`points ${when} the write of ${type}`, killed ? 1 : 0, 1, lane.faults);
  }
  await lane.end();
  return lane.outcome({ points: deaths().length, notes: [`${when} the write of ${countsOf(deaths())}`] });
}

/** A run is killed somewhere, and its recovery too. */
export async function inRecoveries(lane: Lane, times: number, seed: number): Promise<Outcome> {
  const next = random(seed);
  const point = (most: number): KillPoint => ({
    write: 1 + Math.floor(next() * most),
    when: next() < 0.5 ? "before" : "after",
  });
  const writes = (await lane.live({ runs: 1 })).calls.length;
  let kills = 0;
  for (let time = 0; time < times; time++) {
    const first = point(writes);
    await lane.live({ runs: 1, kill: { ...first, during: "run" } });
    // What is left of the run, and two events more: it is resumed, and may be in doubt.
    const second = point(Math.max(3, writes - first.write + 2));
    if ((await lane.live({ runs: 0, kill: { ...second, during: "recovery" } })).killed) kills++;
  }
  await lane.end();
  // Some that are killed first have nothing left to recover.
  judgeCount("kills in recoveries", kills, Math.floor(times / 2) + 1, lane.faults);
  return lane.outcome({ notes: [`${kills} kills in recoveries`] });
}

/** Two runs start beside those that are gone on with, and the process is killed from outside at any moment. */
export async function fromOutside(lane: Lane, times: number, seed: number): Promise<Outcome> {
  const next = random(seed);
  let { ms } = await lane.live({ runs: 2, beside: true });
  let kills = 0;
  for (let time = 0; time < 4 * times && kills < times; time++) {
    const life = await lane.live({ runs: 2, beside: true }, next() * 1.2 * ms);
    if (life.killed) kills++;
    else ms = Math.min(ms, life.ms);
  }
  await lane.end();
  judgeCount("kills from outside", kills, times, lane.faults);
  return lane.outcome({ notes: [`${kills} kills from outside, at any moment`] });
}

/** What was written, and how often. */
function countsOf(writes: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const types of writes) {
    const name = types.join(" + ");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} (${count})`).join(", ");
}

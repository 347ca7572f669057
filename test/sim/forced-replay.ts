// Forced replay: after each commit with which something got further, the process dies, and the next one goes on by the record. What
// comes out must be what comes out of a process that is left alone.
import type { EventEnvelope } from "aitor";

import type { Flaws } from "./flaws.ts";
import { type Outcome, simulate } from "./simulate.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import type { Faults } from "./verdict.ts";
import { OUTCOMES } from "./world.ts";

export interface ForcedReplay {
  readonly seed: number;
  readonly faults: Faults;
  readonly calm: Outcome;
  readonly forced: Outcome;
  /** Runs that were compared. */
  readonly compared: number;
}

export async function forceReplay(seed: number, flaws: Flaws = {}): Promise<ForcedReplay> {
  const calm = await simulate(seed, "calm", flaws);
  const forced = await simulate(seed, "forced", flaws);
  const { faults } = forced;
  for (const [kind, found] of Object.entries(calm.faults)) {
    faults[kind as keyof Faults].push(...(found as readonly string[]).map((text) => `left alone: ${text}`));
  }
  const [before, after] = [runsOf(calm.world.disk), runsOf(forced.world.disk)];
  for (const run of new Set([...before.keys(), ...after.keys()])) {
    const [alone, interrupted] = [before.get(run) ?? [], after.get(run) ?? []];
    const at = alone.findIndex((event, index) => event !== interrupted[index]);
    if (alone.length === interrupted.length && at === -1) continue;
    const place = at === -1 ? alone.length : at;
    faults.different.push(`${run}, interrupted: ${interrupted[place]}; left alone: ${alone[place]}`);
  }
  return { seed, faults, calm, forced, compared: before.size };
}

/** What came of each run. Which of several things side by side came first is a matter of time. */
function runsOf(disk: SimulatedDisk): Map<string, string[]> {
  const runs = new Map<string, string[]>();
  for (const stream of disk.streams) {
    const events = disk.stream(stream).filter(({ type }) => OUTCOMES.has(type));
    if (events.length > 0) runs.set(stream, events.map(textOf).sort());
  }
  return runs;
}

/** About time and place, and what it cost to ask again what was cut off. */
const PASSING: ReadonlySet<string> = new Set(["durationMs", "time", "stack", "usage", "cost", "budget"]);

function textOf({ type, key, data }: EventEnvelope): string {
  const timeless = JSON.stringify(data, (name, value: unknown) => {
    if (PASSING.has(name)) return undefined;
    // Of a call that was in doubt a person said what the tool gave.
    return name === "result" ? given(value) : value;
  });
  return `${key} ${type} ${timeless}`;
}

function given(result: unknown): unknown {
  const { ok, value } = (result ?? {}) as { readonly ok?: unknown; readonly value?: unknown };
  return ok === true ? value : result;
}

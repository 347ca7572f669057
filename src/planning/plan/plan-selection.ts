import { type Entry, type Lane, laneOf, LANES } from "./plan-entry.ts";
import { byPlan, parentOf, type PlanState } from "./plan-state.ts";

/** The lanes, in the order in which they are looked at. */
const BY_WEIGHT: readonly Lane[] = [
  "in-progress",
  "failed",
  "ready",
  "blocked",
  "waiting",
  "cancelled",
  "completed",
  "skipped",
];

export interface PlanSelection {
  /** In the order of the plan, each below its parents. */
  readonly shown: readonly Entry[];
  /** The number of todos that are not shown, by lane. */
  readonly left: readonly (readonly [lane: Lane, count: number])[];
}

/** Returns the todos that matter most, with their parents. It costs what it returns. */
export function selection(state: PlanState, most: number): PlanSelection {
  const chosen = choose(state, most);
  const left = new Map<Lane, number>(LANES.map((lane) => [lane, state.lanes[lane].size]));
  for (const entry of chosen) left.set(laneOf(entry), (left.get(laneOf(entry)) as number) - 1);
  return {
    shown: [...chosen].sort((a, b) => byPlan(a.rank, b.rank)),
    left: [...left].filter(([, count]) => count > 0),
  };
}

/** Chooses until the next todo, with its parents, would be too much. */
function choose(state: PlanState, most: number): Set<Entry> {
  const chosen = new Set<Entry>();
  for (const lane of BY_WEIGHT) {
    for (const { id } of state.lanes[lane].values()) {
      const added: Entry[] = [];
      let entry = state.entries.get(id);
      for (; entry !== undefined && !chosen.has(entry); entry = parentOf(state, entry)) added.push(entry);
      if (chosen.size + added.length > most) return chosen;
      for (const each of added) chosen.add(each);
    }
  }
  return chosen;
}

import type { StepRecord } from "./step-record.ts";

/** What a run was at when its process died: something of its own, other agents' replies alone, or besides these its children. */
export type Occupation = "own" | "replies" | "children";

export function occupationOf(steps: ReadonlyMap<string, StepRecord>): Occupation {
  let occupation: Occupation = "own";
  for (const { outcome, asks, child } of steps.values()) {
    if (outcome !== undefined) continue;
    if (!asks && child === undefined) return "own";
    if (child !== undefined) occupation = "children";
    else if (occupation === "own") occupation = "replies";
  }
  return occupation;
}

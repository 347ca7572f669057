import type { StepRecord } from "./step-record.ts";

/**
 * What a run was at when its process died: something of its own; what others are to give alone, agents that it asked or models
 * that fail; or besides these its children.
 */
export type Occupation = "own" | "others" | "children";

/** @param since The `seq` of the beginning that its process died after. */
export function occupationOf(steps: ReadonlyMap<string, StepRecord>, since: number): Occupation {
  let occupation: Occupation = "own";
  for (const { outcome, asks, child, failedCall = 0 } of steps.values()) {
    if (outcome !== undefined) continue;
    if (!asks && child === undefined && failedCall <= since) return "own";
    if (child !== undefined) occupation = "children";
    else if (occupation === "own") occupation = "others";
  }
  return occupation;
}

import { isCutOff, lastDecisions } from "./cut-off.ts";
import type { StepRecord } from "./step-record.ts";

/**
 * What a run was at when its process died: something of its own; what others are to give alone, agents that it asked or models
 * that fail; or besides these its children.
 */
export type Occupation = "own" | "others" | "children";

interface Records {
  readonly steps: ReadonlyMap<string, StepRecord>;
  /** By group key. */
  readonly decisions: ReadonlyMap<string, { readonly seq: number }>;
}

/** @param since The `seq` of the beginning that its process died after. */
export function occupationOf({ steps, decisions }: Records, since: number): Occupation {
  const decided = lastDecisions(decisions);
  let occupation: Occupation = "own";
  for (const [key, { outcome, doubt, seq, asks, child, failedCall = 0 }] of steps) {
    if (outcome !== undefined || doubt === "abandoned" || isCutOff(key, seq, decided)) continue;
    if (!asks && child === undefined && failedCall <= since) return "own";
    if (child !== undefined) occupation = "children";
    else if (occupation === "own") occupation = "others";
  }
  return occupation;
}

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
  /** By the path of a scope: when branches in it decided last. */
  const decidedIn = new Map<string, number>();
  for (const [group, { seq }] of decisions) decidedIn.set(group.slice(0, group.lastIndexOf("/") + 1), seq);
  let occupation: Occupation = "own";
  for (const [key, { outcome, doubt, seq, asks, child, failedCall = 0 }] of steps) {
    if (outcome !== undefined || doubt === "abandoned" || isCutOff(key, seq, decidedIn)) continue;
    if (!asks && child === undefined && failedCall <= since) return "own";
    if (child !== undefined) occupation = "children";
    else if (occupation === "own") occupation = "others";
  }
  return occupation;
}

/** Whether branches have decided, since it began, in a scope around its own. A step that is cut off by that leaves no other record. */
function isCutOff(key: string, seq: number, decidedIn: ReadonlyMap<string, number>): boolean {
  let path = "";
  for (let end = key.indexOf("/"); end !== -1; end = key.indexOf("/", end + 1)) {
    if (seq < (decidedIn.get(path) ?? 0)) return true;
    path = key.slice(0, end + 1);
  }
  return false;
}

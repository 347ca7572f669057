import { escaped } from "./step-label.ts";

/** By which the other side knows a step: unique over all runs, and equal at each attempt. */
export function idempotencyKeyOf(run: string, key: string): string {
  return `${escaped(run)}/${key}`;
}

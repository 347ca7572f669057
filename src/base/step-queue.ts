import type { StepContext } from "./run.ts";

/** Attempts whose work waits for something and has not begun: whoever says so sees to it that it never does once they are aborted. */
const waiting = new WeakSet<StepContext>();

/** Says that the work of an attempt waits, or begins now. */
export function workWaits(step: StepContext, waits: boolean): void {
  if (waits) waiting.add(step);
  else waiting.delete(step);
}

/** Whether nothing of an attempt's work has happened: it ran out of time before it began. */
export function isWorkWaiting(step: StepContext): boolean {
  return waiting.has(step);
}

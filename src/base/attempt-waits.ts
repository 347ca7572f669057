import type { StepContext } from "./run.ts";

/** Attempts whose work waits for something and has not begun: whoever says so sees to it that it never does once they are aborted. */
const waiting = new WeakSet<StepContext>();

/** Says that the work of an attempt waits, or begins now. */
export function workWaits(step: StepContext, waits: boolean): void {
  if (waits) waiting.add(step);
  else waiting.delete(step);
}

/** Whether nothing of an attempt's work has happened: it ran out of time before it began. Known after the abort, which may find that out. */
export function isWorkWaiting(step: StepContext): boolean {
  return waiting.has(step);
}

/** What attempts wait for before their time-outs begin. */
const turns = new WeakMap<StepContext, Promise<unknown>>();

/** Says, while the function of an attempt is being called, that it waits for its turn: its time-out begins when that comes. */
export function waitsForTurn(step: StepContext, turn: Promise<unknown>): void {
  turns.set(step, turn);
}

/** What an attempt waits for; nothing where its time-out has begun with the call of its function. */
export function turnOf(step: StepContext): Promise<unknown> | undefined {
  return turns.get(step);
}

import type { Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { virtualClock, type VirtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import type { EngineEvent } from "./record/events.ts";

export interface Place {
  readonly journal: Journal;
  readonly clock: VirtualClock;
  readonly engine: EmbeddedEngine;
}

/** An engine on a journal, where time stands still until it is moved. A step in doubt fails. */
export function place(journal: Journal, options: EmbeddedEngineOptions = {}): Place {
  const clock = virtualClock();
  return { journal, clock, engine: new EmbeddedEngine({ journal, clock, inDoubt: "fail", ...options }) };
}

/** A definition of a body alone. */
export function body<Output>(execute: (run: Run) => Promise<Output>, name = "test"): Runnable<void, Output> {
  return { name, version: "1", execute };
}

/** Everything that has been recorded of a run. */
export async function recorded(journal: Journal, id: string): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of journal.read(id)) events.push(event as EngineEvent);
  return events;
}

/** Recorded events in short, such as `step-finished left/fetch`. */
export async function history(journal: Journal, id: string): Promise<string[]> {
  return (await recorded(journal, id)).map(({ type, key }) => `${type} ${key}`.trim());
}

/** A run's state, as its head tells it. */
export async function stateOf(journal: Journal, id: string): Promise<string | undefined> {
  for await (const head of journal.heads({ kind: "run" })) if (head.stream === id) return head.state;
  return undefined;
}

/** What a promise rejects with; an error where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** Never settles, whatever happens around it. */
export function forever(): Promise<never> {
  return new Promise(() => {});
}

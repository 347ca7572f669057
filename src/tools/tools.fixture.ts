import type { Run, Runnable } from "../base/index.ts";
import { EmbeddedEngine, type EmbeddedEngineOptions, type EngineEvent } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { virtualClock, type VirtualClock } from "../testing/index.ts";
import type { ToolFailure } from "./schema/tool-failure.ts";
import type { ToolResult } from "./tool/tool-result.ts";

export interface Place {
  readonly journal: Journal;
  readonly clock: VirtualClock;
  readonly engine: EmbeddedEngine;
}

/** An engine on a journal, where time stands still until it is moved. */
export function place(options: EmbeddedEngineOptions = {}, journal: Journal = memoryJournal()): Place {
  const clock = virtualClock();
  return { journal, clock, engine: new EmbeddedEngine({ journal, clock, ...options }) };
}

/** A definition of a body alone. */
export function body<Output>(execute: (run: Run) => Promise<Output>): Runnable<void, Output> {
  return { name: "test", version: "1", execute };
}

/** Everything that has been recorded of a run. */
export async function recorded(journal: Journal, id: string): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of journal.read(id)) events.push(event as EngineEvent);
  return events;
}

/** Recorded events in short, such as `step-finished add[1]`. */
export async function history(journal: Journal, id: string): Promise<string[]> {
  return (await recorded(journal, id)).map(({ type, key }) => `${type} ${key}`.trim());
}

export function valueOf<Value>(result: ToolResult<Value>): unknown {
  if (result.ok) return result.value;
  throw new Error(`it failed: ${result.error.message}`);
}

export function failureOf(result: ToolResult): ToolFailure {
  if (!result.ok) return result.error;
  throw new Error(`it did not fail: ${JSON.stringify(result.value)?.slice(0, 200)}`);
}

/** Never settles, whatever happens around it. */
export function forever(): Promise<never> {
  return new Promise(() => {});
}

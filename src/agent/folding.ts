import type { EventEnvelope } from "../base/index.ts";
import type { MemoryRules } from "./agent-behaviour.ts";

/** The events that are commit points. */
export const COMMITS: ReadonlySet<string> = new Set([
  "turn-finished",
  "loop-finished",
  "run-finished",
  "run-failed",
  "run-cancelled",
]);

/** The state after an event; as before where the fold cannot take it. */
export function fold(
  { fold: folding }: MemoryRules,
  state: unknown,
  event: EventEnvelope,
  failed: (event: EventEnvelope, thrown: unknown) => void,
): unknown {
  try {
    return folding?.apply(state, event) ?? state;
  } catch (thrown) {
    failed(event, thrown);
    return state;
  }
}

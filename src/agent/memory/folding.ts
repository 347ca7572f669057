import type { EventEnvelope } from "../../base/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";

/** The events that are commit points. */
export const COMMITS: ReadonlySet<string> = new Set([
  "turn-finished",
  "loop-finished",
  "run-finished",
  "run-failed",
  "run-cancelled",
]);

/** Stands in the record of a run that is executed again where the code committed; what came behind it counts behind that. */
export const COMMITTED = "committed";

/** What was committed there. */
export interface Committed {
  readonly type: string;
  readonly key: string;
}

/** The state after an event; as before where the fold cannot take it. */
export function fold(
  { fold: folding }: MemoryRules,
  state: unknown,
  event: EventEnvelope,
  failed: (event: EventEnvelope, thrown: unknown) => void,
): unknown {
  if (event.type === COMMITTED) return state;
  try {
    return folding?.apply(state, event) ?? state;
  } catch (thrown) {
    failed(event, thrown);
    return state;
  }
}

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

/** A fold took an event but for a part of memory that is a user's own; the state is memory with the part as it was. */
export class TakenInPart extends Error {
  readonly state: unknown;

  constructor(state: unknown, cause: unknown) {
    super("a part of memory could not take an event", { cause });
    this.state = state;
  }

  /**
   * @param thrown What `apply` of the part threw, which may have parts itself.
   * @param part As it was.
   * @param withPart Memory after the event, with a part.
   */
  static of(thrown: unknown, part: unknown, withPart: (part: unknown) => unknown): TakenInPart {
    const isInPart = thrown instanceof TakenInPart;
    return new TakenInPart(withPart(isInPart ? thrown.state : part), isInPart ? thrown.cause : thrown);
  }
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
    const next = folding?.apply(state, event);
    return next === undefined ? state : next;
  } catch (thrown) {
    const isInPart = thrown instanceof TakenInPart;
    failed(event, isInPart ? thrown.cause : thrown);
    return isInPart ? thrown.state : state;
  }
}

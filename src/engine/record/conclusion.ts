import { type AitorError, cancelledError, isAitorError } from "../../base/index.ts";
import { recordAdvised } from "./errors.ts";
import type { EventData, RunState } from "./events.ts";

/** How a run stops. */
export type Conclusion =
  | { readonly type: "run-finished"; readonly output: unknown }
  | { readonly type: "run-failed" | "run-cancelled" | "run-halted"; readonly error: unknown };

/** The one that leaves an ending on record. */
export type Ended = Exclude<Conclusion["type"], "run-halted">;

export const ENDED_STATES: Readonly<Record<Ended, Extract<RunState, "finished" | "failed" | "cancelled">>> = {
  "run-finished": "finished",
  "run-failed": "failed",
  "run-cancelled": "cancelled",
};

/** Whether an event of that type is the ending of its run. */
export function endsRun(type: string): boolean {
  return Object.hasOwn(ENDED_STATES, type);
}

export const EXPECTED = "the run to go on to its end";
export const SEE_CAUSE = "see the cause, then start the run again";
const RESUME = "see the cause, then resume the run";

/** What is recorded of it. */
export function conclusionData(conclusion: Conclusion, durationMs: number): EventData<Ended> {
  if (conclusion.type === "run-finished") return { output: conclusion.output, durationMs };
  return { error: recordAdvised(conclusion.error, EXPECTED, SEE_CAUSE), durationMs };
}

/** The error with which all that the run still has open is cut off. */
export function reasonOf(conclusion: Conclusion, run: string): AitorError {
  if (conclusion.type === "run-cancelled") return conclusion.error as AitorError;
  const error = conclusion.type === "run-finished" ? `run "${run}" has finished` : conclusion.error;
  return cancelledError(`run "${run}"`, error);
}

/**
 * What is recorded of a run that was stopped in good order, which is no crash; nothing where it was not.
 *
 * @param uncalled Its steps that must run once, and were not called.
 */
export function pauseData(error: unknown, uncalled: readonly string[]): EventData<"run-paused"> | undefined {
  const isClosed = isAitorError(error, "engine-closed");
  if (!isClosed && !isAitorError(error, "step-mismatch") && !isAitorError(error, "agent-halted")) return undefined;
  return { ...(!isClosed && haltData(error)), ...(uncalled.length > 0 && { uncalled }) };
}

/** What is told of a halt. */
export function haltData(error: unknown): EventData<"run-halted"> {
  return { error: recordAdvised(error, EXPECTED, RESUME) };
}

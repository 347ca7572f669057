import { checkJson } from "../../base/index.ts";
import type { Answer } from "../engine.ts";
import { recordFailure, type StepFailure, TerminalError } from "../record/errors.ts";
import type { Recordable } from "./run-context.ts";
import { answerMisfitError } from "../record/wait-errors.ts";

/** An answer as it came; `undefined` where it says nothing, or more than one thing. */
export function answerOf(given: unknown): Answer | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { value, fail, again } = given as { value?: unknown; fail?: unknown; again?: unknown };
  const says = ["value", "fail", "again"].filter((field) => field in given);
  if (says.length !== 1) return undefined;
  if ("value" in given) return { value };
  if (typeof fail === "string") return { fail };
  return again === true ? { again } : undefined;
}

/** A signal's answer, as an event. */
export type SignalAnswered = Extract<Recordable, { readonly type: "signal-received" | "signal-failed" }>;

/** What becomes of a step in doubt, as events. */
export interface StepAnswered {
  readonly events: readonly Recordable[];
  /** Where it fails. */
  readonly failed?: { readonly failure: StepFailure; readonly cause: TerminalError };
}

/**
 * What is recorded of a signal's answer, whether the run that waits takes it or nobody but its record is there.
 *
 * @param name What the signal is called in errors.
 * @param by The command that brings the answer.
 * @throws AitorError `not-json`; `invalid-value` where it does not fit a signal.
 */
export function signalAnswered(
  key: string,
  name: string,
  answer: Answer,
  by: string | undefined,
  freeze: boolean,
): SignalAnswered {
  const told = by === undefined ? {} : { by };
  if ("again" in answer) throw answerMisfitError(name);
  if ("fail" in answer) {
    const error = recordFailure(new TerminalError(answer.fail), key);
    return { type: "signal-failed", key, data: { error, ...told } };
  }
  checkJson(answer.value, `the answer to signal "${name}"`, freeze);
  return { type: "signal-received", key, data: { value: answer.value, ...told } };
}

/**
 * What is recorded of a step's, likewise.
 *
 * @param by The command that brings the answer.
 * @param caught Who began the step goes on with its failure.
 * @throws AitorError `not-json`.
 */
export function stepAnswered(
  key: string,
  answer: Answer,
  by: string | undefined,
  freeze: boolean,
  caught?: boolean,
): StepAnswered {
  const told = by === undefined ? {} : { by };
  if ("again" in answer) return { events: [{ type: "step-answered", key, data: { how: "again", ...told } }] };
  if ("fail" in answer) {
    const cause = new TerminalError(answer.fail);
    const failure = recordFailure(cause, key);
    return {
      events: [
        { type: "step-answered", key, data: { how: "fail", ...told } },
        { type: "step-failed", key, data: { error: failure, durationMs: 0, ...(caught === true && { caught }) } },
      ],
      failed: { failure, cause },
    };
  }
  checkJson(answer.value, `the result of step "${key}"`, freeze);
  return {
    events: [
      { type: "step-answered", key, data: { how: "value", ...told } },
      { type: "step-finished", key, data: { result: answer.value, durationMs: 0 } },
    ],
  };
}

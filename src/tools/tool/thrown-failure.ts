import { type AitorError, isAitorError, thrownProperty } from "../../base/index.ts";
import { failure, type ToolFailure, type ToolFailureCode, thrownText } from "../schema/tool-failure.ts";

/** The codes of errors that are not the tool's own. */
const CODES: ReadonlyMap<string, ToolFailureCode> = new Map([
  ["invalid-output", "invalid-output"],
  ["not-json", "invalid-output"],
  ["step-timeout", "tool-timeout"],
  ["tool-unavailable", "tool-unavailable"],
]);

/** Causes of causes that are looked at. */
const DEEPEST = 20;

/** A step's error, live or read back: its cause is what was thrown. */
export function isStepFailure(error: unknown): error is AitorError {
  return isAitorError(error) && typeof (error as { stepKey?: unknown }).stepKey === "string";
}

/** What a call's error means for the model. No stack and no step's name are in it. */
export function thrownFailure(tool: string, error: unknown): ToolFailure {
  const thrown = isStepFailure(error) ? error.cause : error;
  const code = typeof thrown === "object" && thrown !== null ? thrownProperty(thrown, "code") : undefined;
  const kind = isInDoubt(thrown) ? "in-doubt" : isAitorError(thrown) ? CODES.get(thrown.code) : undefined;
  const text = thrownText(thrown);
  const advice = isAitorError(thrown) ? adviceOf(thrown) : {};
  switch (kind) {
    case "invalid-output":
      return failure(kind, text, { ...advice, fix: "do not call it again for this: what it does has been done" });
    case "in-doubt":
      return failure(kind, `tool "${tool}" must not run twice: ${text}`, {
        fix: "find out whether it happened before anything repeats it",
      });
    case "tool-timeout":
      return failure(kind, `tool "${tool}" took too long: ${text}`, { fix: "ask it for less, or go on without it" });
    case "tool-unavailable":
      return failure(kind, text, advice);
    default:
      return failure("tool-failed", `tool "${tool}" failed: ${text}`, {
        ...advice,
        ...(typeof code === "string" && { thrown: code }),
      });
  }
}

/** It came of a step that must run once and may have happened, be it in a flow or in another run. */
function isInDoubt(thrown: unknown): boolean {
  let error = thrown;
  for (let depth = 0; depth < DEEPEST && typeof error === "object" && error !== null; depth++) {
    if (isAitorError(error, "step-in-doubt")) return true;
    error = thrownProperty(error, "cause");
  }
  return false;
}

/** A step's own advice is for developers. */
function adviceOf(error: AitorError): Pick<ToolFailure, "expected" | "got" | "fix"> {
  if (isStepFailure(error)) return {};
  const { expected, got, fix } = error;
  return {
    ...(expected !== undefined && { expected: thrownText(expected) }),
    ...(got !== undefined && { got: thrownText(got) }),
    ...(fix !== undefined && { fix: thrownText(fix) }),
  };
}

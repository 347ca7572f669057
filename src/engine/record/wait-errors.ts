import { AitorError, describe } from "../../base/index.ts";

/** What an answer may be, in words. */
export const ANSWERS = "{ value }, { fail: text } or { again: true }";

export function notWaitingError(id: string, key: string, waitsFor: readonly string[]): AitorError<"not-waiting"> {
  const keys = waitsFor.map((each) => `"${each}"`).join(", ");
  return new AitorError({
    code: "not-waiting",
    message: `run "${id}" does not wait for an answer to "${key}"`,
    expected: keys === "" ? "a run that waits for an answer" : `the key, or the unambiguous name, of one of ${keys}`,
    got: keys === "" ? "one that waits for none now" : `"${key}"`,
    fix: "look at what it waits for (aitor show), and answer that; what has been answered or has expired is done",
    data: { id, key, waitsFor },
  });
}

export function signalExpiredError(name: string, ms: number): AitorError<"signal-expired"> {
  return new AitorError({
    code: "signal-expired",
    message: `nobody answered signal "${name}" in time`,
    expected: `an answer within ${ms} ms`,
    got: "none by then",
    fix: "catch this error and go on without an answer, or give the signal a longer deadline",
    retryable: false,
    data: { name, deadlineMs: ms },
  });
}

export function answerMisfitError(name: string): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `signal "${name}" cannot be done again`,
    expected: "a value, or the text of a failure",
    got: "again, which is for steps in doubt",
    fix: "answer with a value",
  });
}

export function noAnswerError(key: string, given: unknown): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `what is given as the answer to "${key}" is none`,
    expected: `one of ${ANSWERS}`,
    got: describe(given),
    fix: "put what was answered into value: engine.answer(run, key, { value })",
  });
}

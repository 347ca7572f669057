import { AitorError } from "./errors.ts";

/** Creates the error to throw from a step that must run once, if nobody can say whether it happened. */
export function stepInDoubtError(key: string, why: string): AitorError<"step-in-doubt"> {
  return new AitorError({
    code: "step-in-doubt",
    message: `it may or may not have happened: ${why}`,
    expected: "a recorded outcome of a step that must not run twice",
    got: "its intent alone",
    fix: "find out from the other side whether it happened (by its idempotency key) before anything repeats it",
    retryable: false,
    data: { key, why },
  });
}

import { AitorError } from "../../base/index.ts";

/** Arguments that fit their schema, and still ask for what there is not. @param fix What the model is to do. */
export function wrongArguments(
  message: string,
  expected: string,
  got: string,
  fix: string,
  cause?: unknown,
): AitorError<"invalid-value"> {
  return new AitorError({ code: "invalid-value", message, expected, got, fix, retryable: false, cause });
}

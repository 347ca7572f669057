import {
  AitorError,
  type AitorErrorOptions,
  cancelledError,
  clipped,
  isAitorError,
  isBudgetExceeded,
  redact,
} from "../../base/index.ts";
import type { Candidate } from "../model/candidate.ts";
import type { ModelErrorCode, ModelFailure } from "../format/errors.ts";
import type { Failure, FailureKind } from "../format/failure.ts";

const CODES: Readonly<Record<FailureKind, ModelErrorCode>> = {
  server: "model-unavailable",
  network: "model-unavailable",
  timeout: "model-unavailable",
  interrupted: "model-unavailable",
  "bad-reply": "model-unavailable",
  "rate-limited": "rate-limited",
  quota: "key-refused",
  "key-refused": "key-refused",
  "context-overflow": "context-overflow",
  refused: "model-refused",
};

const EXPECTED: Readonly<Partial<Record<ModelErrorCode, string>>> = {
  "model-unavailable": "an answer within the attempts and the time for them",
  "rate-limited": "room for one more request within the time for attempts",
  "key-refused": "a key that the provider accepts, and an account with something left",
  "context-overflow": "a history that fits into the model's context window",
  "model-refused": "a request that the provider accepts",
};

const FIXES: Readonly<Partial<Record<ModelErrorCode, string>>> = {
  "model-unavailable": "try again later, or give the manager another model to fail over to",
  "rate-limited": "try again later, give more keys, or lower concurrency",
  "key-refused": "check the key and its account",
  "context-overflow": "shorten the history, or fail over to a model with a larger context window",
  "model-refused": "see what the provider says, and correct the request",
};

/** No model answered. */
export function noAnswerError(candidates: readonly Candidate[], data: ModelFailure): AitorError<ModelErrorCode> {
  const asked = candidates.filter(({ failure }) => failure !== undefined);
  // Where one of them may answer later, that is what counts.
  const deciding = asked.find(({ failure }) => failure?.retryable) ?? asked.at(-1);
  const failure = deciding?.failure;
  const code = failure === undefined ? "model-unavailable" : CODES[failure.kind];
  const parts = asked.map(({ model, tried, failure: last }) => {
    const said = `: ${saying(last as Failure)}`;
    if (tried === 0) return `"${model.name}" could not be asked${said}`;
    return `"${model.name}" was asked ${tried === 1 ? "once" : `${tried} times`}, at last${said}`;
  });
  const advice = adviceOf(failure?.cause);
  return new AitorError({
    code,
    message: `no answer of a model: ${parts.join("; ") || "none could be asked"}`,
    expected: advice.expected ?? EXPECTED[code] ?? "an answer",
    got: advice.got ?? (parts.join("; ") || "no model that could be asked in time"),
    fix: advice.fix ?? FIXES[code] ?? "try again later",
    retryable: failure === undefined || failure.retryable,
    data,
    cause: failure?.cause,
  });
}

/** What an error of Aitor's own says beside its message: it knows better what is wrong than the kind of the failure does. */
function adviceOf(cause: unknown): Pick<AitorErrorOptions, "expected" | "got" | "fix"> {
  if (!isAitorError(cause)) return {};
  const { expected, got, fix } = cause;
  return {
    ...(expected !== undefined && { expected: redact(expected) }),
    ...(got !== undefined && { got: redact(got) }),
    ...(fix !== undefined && { fix: redact(fix) }),
  };
}

/** It was aborted, or its budget's time was over. */
export function abortedError(reason: unknown, data: ModelFailure): AitorError<ModelErrorCode> {
  const error = isBudgetExceeded(reason) ? reason : cancelledError("the call of a model", reason);
  return withFailure(error, data);
}

/** The error with what came and what was spent. */
export function withFailure<Code extends string>(error: AitorError<Code>, failure: ModelFailure): AitorError<Code> {
  const { code, expected, got, fix, retryable, cause } = error;
  const [message = ""] = error.message.split("\n  expected: ", 1);
  const excess = isBudgetExceeded(error) ? error.data : {};
  return new AitorError({
    code,
    message,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
    ...(fix !== undefined && { fix }),
    ...(retryable !== undefined && { retryable }),
    data: { ...excess, ...failure },
    cause,
  });
}

/** @param issues Without secrets. */
export function outputInvalidError(
  rounds: number,
  issues: string,
  text: string,
  data: ModelFailure,
): AitorError<"output-invalid"> {
  const shown = redact(text);
  return new AitorError({
    code: "output-invalid",
    message: `the model's answer is not what was asked for, also after ${rounds} ${rounds === 1 ? "repair" : "repairs"}`,
    expected: issues,
    got: shown === "" ? "no text" : JSON.stringify(clipped(shown, 200)),
    fix: "make the schema simpler, describe its fields, allow more repairs or a larger maxOutputTokens, or take a stronger model",
    retryable: false,
    data,
  });
}

function saying({ message, status, retryAfterMs }: Failure): string {
  const facts: string[] = [];
  if (status !== undefined) facts.push(`HTTP ${status}`);
  if (retryAfterMs !== undefined) facts.push(`asks to wait for ${retryAfterMs} ms`);
  return facts.length === 0 ? message : `${message} (${facts.join(", ")})`;
}

import { AitorError, describe, isAitorError } from "../../base/index.ts";
import type { AssistantMessage } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import type { RejectedAnswer } from "./model-events.ts";
import type { Usage } from "./usage.ts";

/** The error codes of `llm`. `budget-exceeded`, `cancelled` and `invalid-option` come from here, too. */
export type LLMErrorCode =
  /** The input is longer than the model reads. */
  | "context-overflow"
  | "invalid-message"
  | "key-missing"
  /** No key of the model is accepted, or none has anything left to spend. */
  | "key-refused"
  /** The model does not accept the request as it is. */
  | "model-refused"
  /** There was no answer, for reasons that pass: try again later. */
  | "model-unavailable"
  | "model-unknown"
  /** The answer is not the requested object, after all rounds of repair. */
  | "output-invalid"
  /** The budget has a limit in dollars, but the price of the model is not known. */
  | "price-unknown"
  | "provider-missing"
  /** As `model-unavailable`, because there are too many requests. */
  | "rate-limited";

/** The error codes of a call that reached a model, or would have. */
export type ModelErrorCode =
  | "budget-exceeded"
  | "cancelled"
  | "context-overflow"
  | "key-refused"
  | "model-refused"
  | "model-unavailable"
  | "output-invalid"
  | "rate-limited";

/** The `data` of a failed or aborted call: what exists of the answer, and what was used. A JSON value. */
export interface ModelFailure {
  /** The part of the answer that came, if any. Tool calls in it are complete. */
  readonly partial?: AssistantMessage;
  /** Earlier answers that did not match the requested `output`; absent if there are none. */
  readonly rejected?: readonly RejectedAnswer[];
  /** The usage of all requests that were made. */
  readonly usage: Usage;
  /** In US dollars; absent if not known. */
  readonly cost?: number;
  /** Each request to a provider. */
  readonly calls: readonly ModelCall[];
}

const MODEL_CODES: readonly string[] = [
  "budget-exceeded",
  "cancelled",
  "context-overflow",
  "key-refused",
  "model-refused",
  "model-unavailable",
  "output-invalid",
  "rate-limited",
] satisfies ModelErrorCode[];

/** Returns whether an error ended a call of a model. Its `data` contains what came and what was spent. */
export function isModelError(error: unknown): error is AitorError<ModelErrorCode> & { readonly data: ModelFailure } {
  return (
    isAitorError(error) &&
    MODEL_CODES.includes(error.code) &&
    Array.isArray((error.data as Partial<ModelFailure> | undefined)?.calls)
  );
}

/** Returns whether trying again later can help: `model-unavailable` or `rate-limited`. */
export function isModelUnavailable(error: unknown): error is AitorError<"model-unavailable" | "rate-limited"> {
  return isAitorError(error, "model-unavailable") || isAitorError(error, "rate-limited");
}

/** Returns whether the history is too long for the model. */
export function isContextOverflow(error: unknown): error is AitorError<"context-overflow"> {
  return isAitorError(error, "context-overflow");
}

/** A message that is not of Aitor's format. */
export function invalidMessageError(at: string, expected: string, got: string): AitorError<"invalid-message"> {
  return new AitorError({
    code: "invalid-message",
    message: `this is not a message: ${at} is wrong`,
    expected,
    got,
    fix: "make messages with userMessage, assistantMessage, toolMessage and systemMessage, or migrate what was kept",
    retryable: false,
    data: { at },
  });
}

export function modelUnknownError(name: unknown, expected: string, fix: string): AitorError<"model-unknown"> {
  return new AitorError({
    code: "model-unknown",
    message: typeof name === "string" ? `there is no model "${name}"` : "there is no model",
    expected,
    got: describe(name),
    fix,
    retryable: false,
  });
}

export function providerMissingError(name: string, packages: string, cause: unknown): AitorError<"provider-missing"> {
  return new AitorError({
    code: "provider-missing",
    message: `the package of the model "${name}" is not installed`,
    expected: `the package ${packages}, an optional peer of aitor`,
    got: "no such package",
    fix: `npm install ${packages} zod`,
    retryable: false,
    cause,
  });
}

export function keyMissingError(name: string, variable: string): AitorError<"key-missing"> {
  return new AitorError({
    code: "key-missing",
    message: `there is no API key for the model "${name}"`,
    expected: `a key in the environment variable ${variable}, or in the option "keys" of the model`,
    got: "neither",
    fix: `set ${variable}, or give the key: { model: "${name}", keys: [new Secret(…)] }`,
    retryable: false,
    data: { variable },
  });
}

export function priceUnknownError(names: readonly string[]): AitorError<"price-unknown"> {
  return new AitorError({
    code: "price-unknown",
    message: `a limit in US dollars cannot be kept: what ${names.map((name) => `"${name}"`).join(", ")} costs is not known`,
    expected: 'models whose price is in the price data or in the option "price"',
    got: `no price of ${names.join(", ")}`,
    fix: `give the price: { model: "${names[0]}", price: { input: 0.25, output: 2 } } (US dollars for a million tokens), or limit tokens`,
    retryable: false,
    data: { models: names },
  });
}

export function noBlobsError(ref: { readonly blob: string }): AitorError<"invalid-option"> {
  return new AitorError({
    code: "invalid-option",
    message: "a message has a file in a blob store, and the manager was given none",
    expected: "blobs of LLMManager, such as journal.blobs",
    got: `the blob ${ref.blob}`,
    fix: "new LLMManager({ blobs: journal.blobs, … }), or give the file as base64 or as a URL",
    retryable: false,
  });
}

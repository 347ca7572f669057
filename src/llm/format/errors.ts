import { AitorError, describe, isAitorError } from "../../base/index.ts";
import type { AssistantMessage } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import type { RejectedAnswer } from "./model-events.ts";
import type { Usage } from "./usage.ts";

/** Codes of `llm`. `budget-exceeded`, `cancelled` and `invalid-option` come from here too. */
export type LLMErrorCode =
  /** More input than the model reads. */
  | "context-overflow"
  | "invalid-message"
  | "key-missing"
  /** No key of the model is accepted, or none has anything left to spend. */
  | "key-refused"
  /** The model does not take the request as it is. */
  | "model-refused"
  /** Nothing was answered, for reasons that pass: try again later. */
  | "model-unavailable"
  | "model-unknown"
  /** Not what was asked for, after all rounds of repair. */
  | "output-invalid"
  /** A limit in dollars and a model whose price is not known. */
  | "price-unknown"
  | "provider-missing"
  /** As `model-unavailable`: there are too many requests. */
  | "rate-limited";

/** Codes with which a call ends that reached a model, or would have. */
export type ModelErrorCode =
  | "budget-exceeded"
  | "cancelled"
  | "context-overflow"
  | "key-refused"
  | "model-refused"
  | "model-unavailable"
  | "output-invalid"
  | "rate-limited";

/** `data` of a failed or aborted call: what there is of it. A JSON value. */
export interface ModelFailure {
  /** What had come of the answer, if anything. Calls of tools in it are whole. */
  readonly partial?: AssistantMessage;
  /** The answers before that which were not what was asked for with `output`; absent where there are none. */
  readonly rejected?: readonly RejectedAnswer[];
  /** Of all requests that were made. */
  readonly usage: Usage;
  /** US dollars; absent where it is not known. */
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

/** Whether it ended a call of a model; `data` has what came, and what was spent. */
export function isModelError(error: unknown): error is AitorError<ModelErrorCode> & { readonly data: ModelFailure } {
  return (
    isAitorError(error) &&
    MODEL_CODES.includes(error.code) &&
    Array.isArray((error.data as Partial<ModelFailure> | undefined)?.calls)
  );
}

/** Whether trying again later can help: `model-unavailable` or `rate-limited`. */
export function isModelUnavailable(error: unknown): error is AitorError<"model-unavailable" | "rate-limited"> {
  return isAitorError(error, "model-unavailable") || isAitorError(error, "rate-limited");
}

/** Whether the history is too long for the model. */
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

import { AitorError, checkJson, describe, isAitorError, messageOf } from "../../base/index.ts";
import { type Failure, failure } from "../format/failure.ts";
import { isMetadata } from "../format/parse-message.ts";
import type { FinishReason, ProviderEvent } from "../format/provider.ts";

/** Of each type of event, the fields that are texts in it. */
const TEXTS: Readonly<Record<ProviderEvent["type"], readonly string[]>> = {
  "text-delta": ["text"],
  "reasoning-delta": ["text"],
  "tool-call-delta": ["name", "text"],
  "part-metadata": ["kind"],
  "tool-call": ["id", "name"],
  "tool-result": ["id", "name"],
  file: ["mediaType"],
  opaque: ["kind"],
  warning: ["message"],
  response: [],
  ping: [],
  finish: ["reason"],
};

/** The fields that are texts where they are there. */
const OPTIONAL_TEXTS: Readonly<Partial<Record<ProviderEvent["type"], readonly string[]>>> = {
  file: ["base64", "url"],
  warning: ["setting"],
  response: ["id", "model"],
};

const ADDING: ReadonlySet<ProviderEvent["type"]> = new Set([
  "text-delta",
  "reasoning-delta",
  "tool-call-delta",
  "tool-call",
  "tool-result",
  "file",
  "opaque",
]);

/** Whether it makes an answer longer. */
export function addsToAnswer({ type }: ProviderEvent): boolean {
  return ADDING.has(type);
}

/** Of parts that have metadata of their own. */
const KINDS: readonly unknown[] = ["text", "reasoning"];

const REASONS: readonly FinishReason[] = ["stop", "length", "tool-calls", "filtered", "other"];

export function hasEvents(streamed: unknown): streamed is AsyncIterable<ProviderEvent> {
  const { [Symbol.asyncIterator]: iterate } = (streamed ?? {}) as Partial<AsyncIterable<ProviderEvent>>;
  return typeof iterate === "function";
}

/** What a provider's `stream` gave is nothing to read: its code is wrong, and the next request would go as this one. */
export function noEventsError(streamed: unknown): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: "`stream` of the provider gave no stream of events",
    expected: "an async iterable of events, or a promise of one",
    got: describe(streamed),
    fix: 'write it as a generator: async *stream(call) { yield { type: "text-delta", text }; … }',
    retryable: false,
  });
}

/** Why what a provider gave is none of the events that it may give. */
export function eventFault(event: ProviderEvent): Failure | undefined {
  const none = noEvent(event);
  if (none !== undefined) return none;
  const given: Readonly<Record<string, unknown>> = event;
  const type = given["type"];
  if (!isType(type)) return wrongField(event, "type");
  const wrong =
    TEXTS[type].find((field) => typeof given[field] !== "string") ??
    OPTIONAL_TEXTS[type]?.find((field) => typeof (given[field] ?? "") !== "string");
  if (wrong !== undefined) return wrongField(event, wrong);
  if (type === "finish" && !REASONS.some((reason) => reason === given["reason"])) return wrongField(event, "reason");
  if (type === "part-metadata" && !KINDS.includes(given["kind"])) return wrongField(event, "kind");
  const { headers = {} } = given;
  if (type === "response" && (typeof headers !== "object" || headers === null)) return wrongField(event, "headers");
  const metadata = given["metadata"] ?? undefined;
  if (metadata !== undefined || type === "part-metadata") {
    const fault = isMetadata(metadata)
      ? jsonFault(metadata, `the metadata of "${type}"`)
      : wrongField(event, "metadata");
    if (fault !== undefined) return fault;
  }
  if (type === "tool-call") return jsonFault(given["input"], `the input of the call of "${String(given["name"])}"`);
  if (type === "tool-result") return jsonFault(given["value"], `the result of "${String(given["name"])}"`);
  return undefined;
}

/** Why what is no object is no event. */
export function noEvent(event: unknown): Failure | undefined {
  if (typeof event === "object" && event !== null) return undefined;
  return badReply(
    "the provider gave what is no event",
    'an event, such as { type: "text-delta", text: "Hello" }',
    event,
  );
}

function isType(type: unknown): type is ProviderEvent["type"] {
  return typeof type === "string" && Object.hasOwn(TEXTS, type);
}

/** The failure of an event in which one field is not what it has to be. */
export function wrongField(event: object, field: string): Failure {
  const { type, [field]: got } = event as Readonly<Record<string, unknown>>;
  const named = field === "type" ? "an event" : `an event ${describe(type)}`;
  return badReply(`the provider gave a wrong "${field}" of ${named}`, expectedOf(field), got);
}

function expectedOf(field: string): string {
  if (field === "type") return `one of ${Object.keys(TEXTS).join(", ")}`;
  if (field === "reason") return `one of ${REASONS.join(", ")}`;
  if (field === "kind") return `one of ${KINDS.join(", ")}`;
  if (field === "metadata") return 'objects by provider, such as { openai: { itemId: "1" } }';
  return field === "headers" ? "an object, or `Headers`" : "a text, which may be empty";
}

function badReply(message: string, expected: string, got: unknown): Failure {
  return failureBy(
    new AitorError({
      code: "invalid-value",
      message,
      expected,
      got: describe(got),
      fix: "correct `stream` of the provider: what has nothing to say is no event",
    }),
  );
}

function jsonFault(value: unknown, what: string): Failure | undefined {
  try {
    checkJson(value, what, false);
    return undefined;
  } catch (error) {
    if (!isAitorError(error, "not-json")) throw error;
    return failureBy(error);
  }
}

function failureBy(error: AitorError): Failure {
  return failure("bad-reply", messageOf(error), error);
}

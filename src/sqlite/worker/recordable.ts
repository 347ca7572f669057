import { AitorError, describe, type EventEnvelope, invalidOption, messageOf } from "../../base/index.ts";
import type { HeadChange, HeadFilter } from "../../journal/index.ts";
import type { HeadEntry } from "./protocol.ts";
import { jsonText } from "../format/stored-data.ts";

/*
 * Checks what the worker is given before it is sent: what the worker cannot record would stop the journal for everybody.
 */

/** SQLite takes values of a billion bytes; a character may be three. */
const MOST_CHARACTERS = 300_000_000;
const MOST_BYTES = 900_000_000;

/** @throws AitorError `invalid-value`. */
export function recordableEvent(event: EventEnvelope): EventEnvelope {
  const { stream, seq, at, run, key, type } = event;
  const texts =
    typeof stream === "string" && typeof run === "string" && typeof key === "string" && typeof type === "string";
  if (!texts || !Number.isFinite(at)) {
    throw invalid("an event", "stream, run, key and type as texts, and at as a finite number", event);
  }
  try {
    setSeq(event, seq);
  } catch {
    throw invalid("an event", "an object whose seq can be written: it is given its number there", event);
  }
  return event;
}

/** @throws TypeError where it is frozen. */
export function setSeq(event: EventEnvelope, seq: number): void {
  (event as { seq: number }).seq = seq;
}

export function recordableHead(change: HeadChange): HeadEntry {
  const { stream, kind, state, ended = false, about, keepUntil } = change;
  const texts = typeof stream === "string" && typeof kind === "string" && typeof state === "string";
  if (!texts || typeof ended !== "boolean") throw invalid("a head", "stream, kind and state as texts", change);
  if (keepUntil !== undefined && (typeof keepUntil !== "number" || Number.isNaN(keepUntil))) {
    throw invalid(`keepUntil of stream "${stream}"`, "milliseconds since 1970", keepUntil);
  }
  const text = about === undefined ? undefined : recordableJson(about, `what is said about stream "${stream}"`);
  return { stream, kind, state, ended, about: text, keepUntil };
}

export function recordableStream(stream: string): string {
  if (typeof stream === "string") return stream;
  throw invalid("a stream's name", "a text", stream);
}

/** @param last That a stream is expected to end with. */
export function recordableEnd(last: number | undefined, stream: string): number {
  if (typeof last === "number") return last;
  throw invalid(`the expected end of stream "${stream}"`, "the seq of its last event, 0 where there is none", last);
}

/** @throws AitorError `invalid-option`. */
export function checkHeadFilter(filter: HeadFilter): void {
  for (const name of ["stream", "kind", "state"] as const) {
    const value = filter[name];
    if (value !== undefined && typeof value !== "string") throw invalidOption(`${name} of heads`, "a text", value);
  }
  const { ended } = filter;
  if (ended !== undefined && typeof ended !== "boolean") throw invalidOption("ended of heads", "true or false", ended);
}

export function recordableSeq(seq: number): number {
  if (Number.isSafeInteger(seq)) return seq;
  throw invalid("an event's seq", "a whole number", seq);
}

/** A copy. */
export function recordableBytes(bytes: Uint8Array): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw invalid("a blob", "a Uint8Array", bytes);
  if (bytes.length <= MOST_BYTES) return Uint8Array.from(bytes);
  throw invalid("a blob", `at most ${MOST_BYTES} bytes`, bytes.length);
}

/**
 * @param what Is told where it cannot be recorded; of an event, its data.
 * @returns JSON; nothing at all for `undefined`.
 * @throws AitorError `not-json`, `invalid-value`.
 */
export function recordableJson(value: unknown, what: string | EventEnvelope): string {
  let text: string;
  try {
    text = jsonText(value);
  } catch (error) {
    throw new AitorError({
      code: "not-json",
      message: `${told(what)} cannot be recorded`,
      expected: "a JSON value",
      got: `${describe(typeof what === "string" ? value : what.data)}: ${messageOf(error)}`,
      fix: "record plain data",
      retryable: false,
      cause: error,
    });
  }
  if (text.length <= MOST_CHARACTERS) return text;
  throw invalid(told(what), `at most ${MOST_CHARACTERS} characters of JSON`, text.length);
}

function told(what: string | EventEnvelope): string {
  return typeof what === "string" ? what : `the data of a "${what.type}" event`;
}

function invalid(what: string, expected: string, got: unknown): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `${what} cannot be recorded`,
    expected,
    got: describe(got),
    fix: "correct the value; nothing of the call was recorded",
    retryable: false,
  });
}

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

import { hashJson, invalidOptionGot, isError } from "../base/index.ts";
import {
  asProvider,
  failureOf,
  type FamilyName,
  type LanguageModel,
  type LLMProvider,
  type Price,
  type PromptFamily,
  type ProviderCall,
  type ProviderEvent,
  type SettingName,
} from "../llm/index.ts";
import { driftError, type PromptPart, promptParts } from "./cassette-drift.ts";
import { guarded, guardedEvents } from "./cassette-guard.ts";

/*
 * A cassette is a file with one line of JSON for each request: the hashes of what was sent, part by part, the parts as a
 * reader may want to see them, and what came back. Headers are not kept, except for how long a provider asks to wait. Secrets,
 * and what looks like a key, are redacted.
 */

interface Recorded {
  readonly hash: string;
  readonly parts: readonly PromptPart[];
  readonly events?: readonly ProviderEvent[];
  /** The error that the request failed with. */
  readonly error?: RecordedError;
}

/** An error, or whatever was thrown instead of one: what a provider says in its stream is often no `Error`. */
type RecordedError =
  | { readonly thrown: unknown }
  | {
      readonly name: string;
      readonly message: string;
      readonly status?: number;
      readonly retryable?: boolean;
      /** What the provider wrote. It tells the kind of failure if the status does not. */
      readonly body?: string;
      readonly code?: string;
      readonly cause?: { readonly message: string; readonly code?: string };
      readonly retryAfterMs?: number;
    };

/** The largest number of characters that are kept of what a provider wrote with an error. */
const MOST_BODY = 2_000;

interface CassetteHead {
  readonly cassette: 1;
  readonly provider: string;
  readonly model: string;
  readonly family?: FamilyName;
  readonly takes?: readonly SettingName[];
  readonly nativeOutput?: boolean;
  readonly toolCalls?: boolean;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly price?: Price | "listed";
}

/**
 * Returns the same model, and adds its requests and answers to a file. To record anew, remove the file first. Nothing is written
 * about a request that is aborted.
 *
 * @throws AitorError `invalid-option` if the file exists and is not a cassette, or is a cassette of another model.
 */
export function record(model: LanguageModel | LLMProvider, file: string): LLMProvider {
  const inner = asProvider(model);
  const head = line(headOf(inner));
  if (!existsSync(file)) writeFileSync(file, head);
  else if (line(read(file).head) !== head) throw otherModelError(file, head);
  return {
    ...described(inner),
    ...(inner.takesFile && { takesFile: inner.takesFile.bind(inner) }),
    stream: (call) => recording(inner, call, file),
  };
}

/**
 * Returns a model that answers from a file. Each request gets what was recorded for the same prompt, in the order of recording.
 * The model needs no key and no network. If the recorded provider had a `takesFile`, pass it again: `{ ...replay(file), takesFile
 * }`.
 *
 * @throws AitorError `invalid-option` if the file is not a cassette. A request that was not recorded is refused
 *   (`model-refused`): the error says which part of the prompt has changed, as does its cause, `cassette-drift`.
 */
export function replay(file: string): LLMProvider {
  const { head, recorded } = read(file);
  const byHash = Map.groupBy(recorded, ({ hash }) => hash);
  let asked = 0;
  const used = new Map<string, number>();
  const { cassette: _, ...about } = head;
  return {
    price: "listed",
    ...about,
    async *stream(call) {
      const parts = promptParts(call);
      const hash = hashJson(parts.map((part) => part.hash));
      const same = byHash.get(hash);
      const number = used.get(hash) ?? 0;
      const found = same?.[number];
      asked++;
      if (found === undefined) throw driftError(file, asked, parts, same?.length ?? 0, recorded);
      used.set(hash, number + 1);
      for (const event of found.events ?? []) yield event;
      if (found.error !== undefined) throw rebuilt(found.error);
    },
  };
}

async function* recording(inner: LLMProvider, call: ProviderCall, file: string): AsyncGenerator<ProviderEvent, void> {
  const parts = promptParts(call);
  const hash = hashJson(parts.map((part) => part.hash));
  const events: ProviderEvent[] = [];
  const keep = (error?: RecordedError): void => {
    appendFileSync(file, line({ hash, parts, events: guardedEvents(events), ...(error && { error }) }));
  };
  try {
    for await (const event of await inner.stream(call)) {
      events.push(event);
      yield event;
    }
  } catch (error) {
    if (!call.abortSignal.aborted) keep(recordedError(error));
    throw error;
  }
  keep();
}

function recordedError(error: unknown): RecordedError {
  if (!isError(error)) return { thrown: error === undefined ? "undefined" : error };
  const { statusCode, status, isRetryable, retryable, responseBody, code, cause } = error as unknown as Record<
    string,
    unknown
  >;
  const { retryAfterMs } = failureOf(error, Date.now());
  const again = isRetryable ?? retryable;
  return {
    name: error.name,
    message: error.message,
    ...known("status", statusCode ?? status, "number"),
    ...known("retryable", again, "boolean"),
    ...known("code", code, "string"),
    ...(typeof responseBody === "string" && { body: guarded(responseBody).slice(0, MOST_BODY) }),
    ...(isError(cause) && { cause: { message: cause.message, ...known("code", (cause as Coded).code, "string") } }),
    ...known("retryAfterMs", retryAfterMs, "number"),
  };
}

type Coded = Error & { readonly code?: unknown };

function known(name: string, value: unknown, type: "string" | "number" | "boolean"): object {
  return typeof value === type ? { [name]: value } : {};
}

function rebuilt(recorded: RecordedError): unknown {
  if ("thrown" in recorded) return recorded.thrown;
  const { message, name, status, retryable, body, code, cause, retryAfterMs } = recorded;
  const { message: why, ...rest } = cause ?? {};
  return Object.assign(new Error(message, why === undefined ? {} : { cause: Object.assign(new Error(why), rest) }), {
    name,
    ...(status !== undefined && { statusCode: status }),
    ...(retryable !== undefined && { isRetryable: retryable }),
    ...(body !== undefined && { responseBody: body }),
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { responseHeaders: { "retry-after-ms": String(retryAfterMs) } }),
  });
}

function headOf(inner: LLMProvider): CassetteHead {
  const { family, ...about } = described(inner);
  const name = typeof family === "object" ? (family.name as FamilyName) : family;
  return { cassette: 1, ...about, ...(name && { family: name }) };
}

function described(inner: LLMProvider): Omit<LLMProvider, "stream"> & { family?: FamilyName | PromptFamily } {
  const { provider, model, family, takes, nativeOutput, toolCalls, contextWindow, maxOutputTokens, price } = inner;
  return {
    provider,
    model,
    ...(family && { family }),
    ...(takes && { takes }),
    ...(nativeOutput !== undefined && { nativeOutput }),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(price && { price }),
  };
}

function read(file: string): { head: CassetteHead; recorded: Recorded[] } {
  const refuse = (got: string): Error =>
    invalidOptionGot(`the cassette ${file}`, "a file that record(model, file) wrote", got, "record it");
  if (!existsSync(file)) throw refuse("no such file");
  try {
    const [head, ...recorded] = readFileSync(file, "utf8")
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => JSON.parse(text) as unknown);
    if ((head as CassetteHead | undefined)?.cassette !== 1) throw refuse("another file");
    return { head: head as CassetteHead, recorded: recorded as Recorded[] };
  } catch (error) {
    throw error instanceof SyntaxError ? refuse("a line that is no JSON") : error;
  }
}

function otherModelError(file: string, head: string): Error {
  return invalidOptionGot(
    `the cassette ${file}`,
    `what was recorded of this model: ${head.trim()}`,
    readFileSync(file, "utf8").split("\n", 1)[0] as string,
    "record into another file, or remove this one and record anew",
  );
}

function line(value: unknown): string {
  return `${guarded(JSON.stringify(value))}\n`;
}

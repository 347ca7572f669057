import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

import { AitorError, hashJson, invalidOption, redact } from "../base/index.ts";
import {
  asProvider,
  type FamilyName,
  type LanguageModel,
  type LLMProvider,
  type PromptFamily,
  type PromptMessage,
  type ProviderCall,
  type ProviderEvent,
  type SettingName,
} from "../llm/index.ts";

/*
 * A cassette is a file with one line of JSON for each request: the hashes of what was sent, part by part, the parts as a
 * reader may want to see them, and what came back. Headers are not kept; secrets, and what looks like a key, are redacted.
 */

/** A request that is not in the cassette. */
export type CassetteErrorCode = "cassette-drift";

interface Recorded {
  readonly hash: string;
  readonly parts: readonly PromptPart[];
  readonly events?: readonly ProviderEvent[];
  /** What the request failed with. */
  readonly error?: RecordedError;
}

interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
  readonly retryable?: boolean;
}

/** One part of a prompt, for a report of what has changed. */
interface PromptPart {
  /** Such as `message 3 (user)`, `tool "search"`, `settings`. */
  readonly name: string;
  readonly hash: string;
  readonly begins: string;
}

interface CassetteHead {
  readonly cassette: 1;
  readonly provider: string;
  readonly model: string;
  readonly family?: FamilyName;
  readonly takes?: readonly SettingName[];
  readonly nativeOutput?: boolean;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
}

/**
 * The same model, and what it is asked and answers is added to a file. A new recording begins with the file's removal.
 * Nothing is written of a request that is aborted.
 */
export function record(model: LanguageModel | LLMProvider, file: string): LLMProvider {
  const inner = asProvider(model);
  if (!existsSync(file)) writeFileSync(file, line(headOf(inner)));
  return {
    ...described(inner),
    stream: (call) => recording(inner, call, file),
  };
}

/**
 * A model that answers from a file: each request with what was recorded for the same prompt, in the order of recording. It
 * needs no key and no network.
 *
 * @throws AitorError `invalid-option` where the file is no cassette. A request that was not recorded fails with
 *   `cassette-drift`, which says which part of the prompt is another.
 */
export function replay(file: string): LLMProvider {
  const { head, recorded } = read(file);
  const byHash = new Map<string, Recorded[]>();
  for (const each of recorded) byHash.set(each.hash, [...(byHash.get(each.hash) ?? []), each]);
  let asked = 0;
  const used = new Map<string, number>();
  const { cassette: _, ...about } = head;
  return {
    ...about,
    price: "listed",
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
    const told = events.map((event) => (event.type === "response" ? { ...event, headers: undefined } : event));
    appendFileSync(file, line({ hash, parts, events: told, ...(error && { error }) }));
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

/** In the order in which a reader looks for what has changed. */
function promptParts(call: ProviderCall): PromptPart[] {
  const { prompt, tools = [], output, ...rest } = call;
  const settings = Object.entries(rest).filter(([name]) => name !== "abortSignal" && name !== "headers");
  return [
    ...prompt.map((entry, index) => part(`message ${index + 1} (${entry.role})`, bytesHashed(entry))),
    ...tools.map((tool) => part(`tool "${tool.name}"`, tool)),
    ...(output === undefined ? [] : [part("output", output)]),
    part("settings", Object.fromEntries(settings)),
  ];
}

/** Bytes as their hash: a cassette is to be read by people. */
function bytesHashed(entry: PromptMessage): unknown {
  return JSON.parse(
    JSON.stringify(entry, (_key, value: unknown) =>
      value instanceof Uint8Array ? `bytes ${hashJson([...value])}` : value,
    ),
  );
}

function part(name: string, value: unknown): PromptPart {
  // What is hashed is what can be seen: a key that differs between machines must not make another prompt.
  const text = guarded(JSON.stringify(value));
  return { name, hash: hashJson(text), begins: text.length > 120 ? `${text.slice(0, 119)}…` : text };
}

function driftError(
  file: string,
  asked: number,
  parts: readonly PromptPart[],
  times: number,
  recorded: readonly Recorded[],
): AitorError<CassetteErrorCode> {
  const nearest = times > 0 ? undefined : nearestOf(parts, recorded);
  const { expected, got } =
    times > 0
      ? { expected: `at most ${times} requests with this prompt`, got: "one more" }
      : differences(parts, nearest?.parts ?? []);
  return new AitorError({
    code: "cassette-drift",
    message: `request ${asked} is not in the cassette ${file}`,
    expected,
    got,
    fix: "if the change is meant, remove the file and record again",
    retryable: false,
    data: { request: asked, recorded: recorded.length },
  });
}

/** The recorded request that has most parts in common. */
function nearestOf(parts: readonly PromptPart[], recorded: readonly Recorded[]): Recorded | undefined {
  let nearest: Recorded | undefined;
  let most = -1;
  for (const each of recorded) {
    const hashes = new Set(each.parts.map(({ name, hash }) => `${name} ${hash}`));
    const common = parts.filter(({ name, hash }) => hashes.has(`${name} ${hash}`)).length;
    const score = common - Math.abs(each.parts.length - parts.length) / 2;
    if (score > most || nearest === undefined) {
      most = score;
      nearest = each;
    }
  }
  return nearest;
}

function differences(now: readonly PromptPart[], then: readonly PromptPart[]): { expected: string; got: string } {
  const before = new Map(then.map((each) => [each.name, each]));
  const after = new Map(now.map((each) => [each.name, each]));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((name) => before.get(name)?.hash !== after.get(name)?.hash);
  const tell = (side: ReadonlyMap<string, PromptPart>): string =>
    changed.map((name) => `${name}: ${around(side.get(name), (side === after ? before : after).get(name))}`).join("; ");
  if (then.length === 0) return { expected: "a recorded request", got: "an empty cassette" };
  return { expected: tell(before), got: tell(after) };
}

function around(own: PromptPart | undefined, other: PromptPart | undefined): string {
  if (own === undefined) return "none";
  let same = 0;
  while (other !== undefined && same < own.begins.length && own.begins[same] === other.begins[same]) same++;
  const from = Math.max(0, same - 20);
  return (from > 0 ? "…" : "") + own.begins.slice(from, from + 80);
}

function recordedError(error: unknown): RecordedError {
  const { name, message, statusCode, status, isRetryable, retryable } = error as Record<string, unknown>;
  const code = statusCode ?? status;
  const again = isRetryable ?? retryable;
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : JSON.stringify(error),
    ...(typeof code === "number" && { status: code }),
    ...(typeof again === "boolean" && { retryable: again }),
  };
}

function rebuilt({ message, name, status, retryable }: RecordedError): Error {
  return Object.assign(new Error(message), {
    name,
    ...(status !== undefined && { statusCode: status }),
    ...(retryable !== undefined && { isRetryable: retryable }),
  });
}

function headOf(inner: LLMProvider): CassetteHead {
  const { family, price: _, ...about } = described(inner);
  const name = typeof family === "object" ? (family.name as FamilyName) : family;
  return { cassette: 1, ...about, ...(name && { family: name }) };
}

function described(inner: LLMProvider): Omit<LLMProvider, "stream"> & { family?: FamilyName | PromptFamily } {
  const { provider, model, family, takes, nativeOutput, contextWindow, maxOutputTokens, price } = inner;
  return {
    provider,
    model,
    ...(family && { family }),
    ...(takes && { takes }),
    ...(nativeOutput !== undefined && { nativeOutput }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(price && { price }),
  };
}

function read(file: string): { head: CassetteHead; recorded: Recorded[] } {
  const refuse = (got: string): Error =>
    invalidOption(`the cassette ${file}`, "a file that record(model, file) wrote", got, "record it");
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

function line(value: unknown): string {
  return `${guarded(JSON.stringify(value))}\n`;
}

/** What looks like a key of a provider, also where nobody registered it. */
const KEY = /\b(?:sk|pk|rk|xai|gsk|key|ghp|gho|AKIA|AIza)[-_]?[A-Za-z0-9_-]{20,}|\bBearer [A-Za-z0-9._~+/-]{16,}/g;

function guarded(json: string): string {
  return redact(json).replace(KEY, "[secret]");
}

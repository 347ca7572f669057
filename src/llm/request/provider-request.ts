import {
  AitorError,
  type BlobRef,
  type Clock,
  describe,
  type Draft,
  isAitorError,
  messageOf,
  redact,
} from "../../base/index.ts";
import { noBlobsError } from "../format/errors.ts";
import type { Message } from "../format/message.ts";
import { familyOf, type Model } from "../model/model.ts";
import { outputInstructions } from "../output/output-instructions.ts";
import { holdsBlob, type PromptFile, type PromptMessage, type PromptRepair } from "../format/prompt.ts";
import type { PromptFamily } from "../format/prompt-family.ts";
import { promptHash } from "../prompt/prompt-hash.ts";
import type { LLMProvider, OutputSpec, ProviderCall, ToolSpec } from "../format/provider.ts";
import { mergeOptions, type ModelSettings, SETTING_NAMES, type SettingName, timeoutsOf } from "../format/settings.ts";
import { within } from "../model/wait.ts";
import type { RequestLedger } from "./request-ledger.ts";

/** The store of the bytes of files and images, such as `journal.blobs`. */
export interface BlobSource {
  /**
   * Returns the bytes, and rejects if there are none. Called for each request to a provider. A rejection ends the whole
   * request: with the error itself if it is one of Aitor's own, otherwise with `model-unavailable`. A call that takes longer
   * than `timeout.total` or `timeout.firstToken`, or whose request is aborted, is abandoned.
   */
  get(ref: BlobRef): Promise<Uint8Array>;
}

/** Where blobs are loaded, and what their loading is bounded by. */
export interface BlobPlace {
  readonly blobs: BlobSource | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Ledger = Pick<RequestLedger, "failure">;

export interface RequestPrompt {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolSpec[];
  readonly output?: OutputSpec;
  /** @default the provider's own way where it has one */
  readonly outputMode?: "native" | "prompt";
}

export interface ProviderRequest {
  readonly call: Omit<ProviderCall, "abortSignal">;
  /** The prompt's, a list of its own. */
  readonly entries: PromptMessage[];
  /** Whether bytes of the blob store have to be put in: `fillBlobs`. */
  readonly blobs: boolean;
  readonly repairs: readonly PromptRepair[];
  readonly hash: string;
  /** Settings that the provider does not take. */
  readonly dropped: readonly SettingName[];
}

/** The request for one provider: a legal prompt, the settings that it takes, and its own way to answer after a schema. */
export function providerRequest(
  model: Model,
  provider: LLMProvider,
  prompt: RequestPrompt,
  settings: ModelSettings,
  maxOutputTokens: number | undefined,
): ProviderRequest {
  const family = familyOf(provider);
  const { tools, output, messages } = prompt;
  const compiled = model.prompts(provider).compile(messages);
  const { entries } = compiled;
  const native = output !== undefined && nativeOutput(provider, family, output, prompt);
  let { systems } = compiled;
  if (output !== undefined && !native) systems = instruct(entries, systems, family, output);
  if (family.cacheBreakpoint !== undefined && isKept(settings, prompt)) {
    markKept(entries, systems, family.cacheBreakpoint(settings.cache === "1h" ? "1h" : "5m"));
  }
  const call: Draft<ProviderRequest["call"]> = { prompt: entries };
  if (tools !== undefined && tools.length > 0) call.tools = tools;
  if (native) call.output = output;
  return {
    call,
    entries,
    blobs: compiled.blobs,
    repairs: compiled.repairs,
    hash: promptHash(compiled.hash, tools, output),
    dropped: giveSettings(call, provider, settings, maxOutputTokens),
  };
}

function nativeOutput(
  provider: LLMProvider,
  family: PromptFamily,
  { jsonSchema }: OutputSpec,
  { tools, outputMode }: RequestPrompt,
): boolean {
  if (outputMode !== undefined) return outputMode === "native";
  // Providers answer with objects: a list, or one of several, is asked for by instructions.
  if ((jsonSchema as { readonly type?: unknown }).type !== "object") return false;
  if (provider.nativeOutput !== undefined) return provider.nativeOutput;
  return family.nativeOutput === "always" || (family.nativeOutput === "without-tools" && !tools?.length);
}

/** Says what to answer with, at the end of what the system says. */
function instruct(entries: PromptMessage[], systems: number, family: PromptFamily, output: OutputSpec): number {
  const content = outputInstructions(output);
  const last = entries[systems - 1];
  if (family.system === "single" && last?.role === "system") {
    entries[systems - 1] = { ...last, content: `${last.content}\n\n${content}` };
    return systems;
  }
  entries.splice(systems, 0, { role: "system", content });
  return systems + 1;
}

/** What is written to the provider's cache costs more; it pays where the same beginning is sent again: in a loop. */
function isKept({ cache }: ModelSettings, { messages, tools }: RequestPrompt): boolean {
  if (cache !== undefined) return cache !== "off";
  return (tools !== undefined && tools.length > 0) || messages.some(({ role }) => role === "assistant");
}

/** Up to the system's end, up to what the request before this one ended with, and up to this one's end. */
function markKept(
  entries: PromptMessage[],
  systems: number,
  options: NonNullable<PromptMessage["providerOptions"]>,
): void {
  const at = new Set([systems - 1]);
  for (let index = entries.length - 1; index >= systems && at.size < 3; index--) {
    const role = entries[index]?.role;
    if (role === "user" || role === "tool") at.add(index);
  }
  for (const index of at) {
    const entry = entries[index];
    if (entry === undefined) continue;
    entries[index] = { ...entry, providerOptions: mergeOptions(options, entry.providerOptions ?? {}) };
  }
}

/**
 * Puts the bytes of blobs in their place, in entries of this request alone.
 *
 * @throws The signal's reason; AitorError `model-unavailable`, `invalid-value`, `invalid-option`; one that the source rejects with.
 */
export function fillBlobs(
  entries: PromptMessage[],
  { blobs, clock, signal }: BlobPlace,
  settings: ModelSettings,
  ledger: Ledger,
): Promise<void> {
  const { total, firstToken } = timeoutsOf(settings);
  const ms = Math.min(total, firstToken);
  const late = (): Error => unreadError(`a file did not come within ${ms} ms`, undefined, ledger);
  return within(filledAll(entries, blobs, ledger), { clock, ms, signal, late });
}

async function filledAll(entries: PromptMessage[], blobs: BlobSource | undefined, ledger: Ledger): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    if (holdsBlob(entry)) entries[index] = await filled(entry, blobs, ledger);
  }
}

async function filled(entry: PromptMessage, blobs: BlobSource | undefined, ledger: Ledger): Promise<PromptMessage> {
  if (entry.role === "system") return entry;
  const file = async <Part extends { readonly type: string }>(part: Part | PromptFile): Promise<Part | PromptFile> => {
    if (part.type !== "file" || !("data" in part) || part.data.type !== "blob") return part;
    const data = await bytesOf(part.data.blob, blobs, ledger);
    return { ...part, data: { type: "data", data } };
  };
  const content = await Promise.all(
    entry.content.map(async (part) => {
      if (part.type !== "tool-result" || part.output.type !== "content") return file(part);
      const value = await Promise.all(part.output.value.map((inner) => file(inner)));
      return { ...part, output: { ...part.output, value } };
    }),
  );
  return { ...entry, content } as PromptMessage;
}

async function bytesOf(ref: BlobRef, blobs: BlobSource | undefined, ledger: Ledger): Promise<Uint8Array> {
  if (blobs === undefined) throw noBlobsError(ref);
  let bytes: unknown;
  try {
    bytes = await blobs.get(ref);
  } catch (error) {
    if (isAitorError(error)) throw error;
    throw unreadError(`a file could not be read: ${messageOf(error)}`, error, ledger);
  }
  if (!(bytes instanceof Uint8Array)) throw noBytesError(ref, bytes);
  return bytes;
}

function unreadError(why: string, cause: unknown, ledger: Ledger): AitorError<"model-unavailable"> {
  return new AitorError({
    code: "model-unavailable",
    message: `no model could be asked: ${redact(why)}`,
    expected: "the bytes of a message's file from the blobs of LLMManager",
    got: redact(why),
    fix: "see what the store of the blobs says; try again later, or give the file as base64 or as a URL",
    retryable: true,
    data: ledger.failure(),
    cause,
  });
}

function noBytesError(ref: BlobRef, got: unknown): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: "what the blobs of LLMManager gave for a file are no bytes",
    expected: `a Uint8Array for the blob ${ref.blob}`,
    got: describe(got),
    fix: "let get resolve with the bytes, and reject where there are none",
    retryable: false,
  });
}

/** Gives the call the settings that its provider takes. @returns Those that it does not take. */
function giveSettings(
  call: Draft<ProviderRequest["call"]>,
  { takes }: LLMProvider,
  settings: ModelSettings,
  maxOutputTokens: number | undefined,
): readonly SettingName[] {
  let dropped: SettingName[] | undefined;
  for (const name of SETTING_NAMES) {
    const value = name === "maxOutputTokens" ? maxOutputTokens : settings[name];
    if (value === undefined) continue;
    if (takes === undefined || takes.includes(name)) (call as Record<string, unknown>)[name] = value;
    else (dropped ??= []).push(name);
  }
  if (settings.headers !== undefined) call.headers = settings.headers;
  if (settings.providerOptions !== undefined) call.providerOptions = settings.providerOptions;
  return dropped ?? NONE_DROPPED;
}

const NONE_DROPPED: readonly SettingName[] = [];

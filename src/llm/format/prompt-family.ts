import type { ProviderMetadata, ReasoningPart } from "./message.ts";
import type { TakesFile } from "./prompt.ts";

/**
 * What the providers of one kind demand of a prompt, and offer. Each family declares its own answers; shared code asks
 * them and never which family it is.
 */
export interface PromptFamily {
  readonly name: string;
  /** Where system messages may stand: one at the front, several at the front, or anywhere. */
  readonly system: "single" | "front" | "anywhere";
  /** Neighbours of one role are put together. */
  readonly alternates: boolean;
  /** A conversation begins and ends with the user, or with results of tools. */
  readonly userFrames: boolean;
  /** What ids of calls look like, and one made from any number. */
  readonly callId: RegExp;
  readonly makeCallId: (number: number) => string;
  /** What names of tools look like. */
  readonly toolName: RegExp;
  /** Whether reasoning of this provider may be sent back to it: an unsigned one is refused by some. */
  readonly takesReasoning: (part: ReasoningPart) => boolean;
  /** Which files it can be sent. A file that another provider's model wrote is sent to none. @default all */
  readonly takesFile?: TakesFile;
  /** A call under another id than its provider's keeps its metadata. */
  readonly keepsMetadataOfRenamed: boolean;
  /** Options of the entry up to which the provider keeps the prompt for later calls, where that must be said. */
  readonly cacheBreakpoint?: (ttl: "5m" | "1h") => ProviderMetadata;
  /** Whether it makes JSON after a schema by itself. */
  readonly nativeOutput: "always" | "without-tools" | "never";
}

const strict: PromptFamily = {
  name: "generic",
  system: "single",
  alternates: true,
  userFrames: true,
  callId: /^[A-Za-z0-9_-]{1,40}$/,
  makeCallId: (number) => `call_${number}`,
  toolName: /^[A-Za-z0-9_-]{1,64}$/,
  takesReasoning: () => true,
  keepsMetadataOfRenamed: true,
  nativeOutput: "never",
};

export const allFiles: TakesFile = () => true;

/** What has no place for files that a model writes. */
export const butAssistants: TakesFile = ({ role }) => role !== "assistant";

export type FamilyName = "anthropic" | "generic" | "google" | "mistral" | "openai";

const families: Readonly<Record<FamilyName, PromptFamily>> = {
  /** What is not known to take more: the chat templates of open models are strict. */
  generic: strict,
  anthropic: {
    ...strict,
    name: "anthropic",
    system: "front",
    callId: /^[A-Za-z0-9_-]{1,64}$/,
    takesFile: butAssistants,
    takesReasoning: ({ metadata }) => {
      const anthropic = metadata?.["anthropic"];
      return typeof anthropic?.["signature"] === "string" || typeof anthropic?.["redactedData"] === "string";
    },
    cacheBreakpoint: (ttl) => ({
      anthropic: { cacheControl: { type: "ephemeral", ...(ttl !== "5m" && { ttl }) } },
    }),
    // Models without a mode of their own answer by a tool that they are forced to call, and then call no other.
    nativeOutput: "without-tools",
  },
  openai: {
    ...strict,
    name: "openai",
    system: "anywhere",
    alternates: false,
    userFrames: false,
    takesFile: butAssistants,
    takesReasoning: ({ metadata }) => typeof (metadata?.["openai"] ?? metadata?.["azure"])?.["itemId"] === "string",
    // It keeps calls under its own id.
    keepsMetadataOfRenamed: false,
    nativeOutput: "always",
  },
  google: {
    ...strict,
    name: "google",
    system: "front",
    takesFile: ({ role, given }) => role !== "assistant" || given === "bytes",
    nativeOutput: "without-tools",
  },
  mistral: {
    ...strict,
    name: "mistral",
    takesFile: butAssistants,
    callId: /^[A-Za-z0-9]{9}$/,
    makeCallId: (number) => `c${String(number).padStart(8, "0")}`,
  },
};

export const familyNames: readonly string[] = Object.keys(families);

export function familyNamed(name: FamilyName): PromptFamily {
  return families[name];
}

/** The family of a provider, by the AI SDK's name of it, such as `openai.responses` or `google.vertex.chat`. */
export function aiSdkFamily(provider: string): PromptFamily {
  const name = provider.split(".", 1)[0] as string;
  if (/anthropic/i.test(provider)) return families.anthropic;
  if (name === "openai" || name === "azure") return families.openai;
  if (name === "google" || name === "vertex") return families.google;
  if (name === "mistral") return families.mistral;
  return families.generic;
}

import type { ProviderMetadata, ReasoningPart } from "./message.ts";
import type { TakesFile } from "./prompt.ts";

/**
 * What the providers of one kind require of a prompt, and what they offer. Each family declares its own answers. Shared code
 * asks for these and never which family it is.
 */
export interface PromptFamily {
  readonly name: string;
  /** Where system messages may be: one at the front, several at the front, or anywhere. */
  readonly system: "single" | "front" | "anywhere";
  /** Whether neighbouring messages of one role are merged. */
  readonly alternates: boolean;
  /** Whether a conversation must begin and end with the user, or with results of tools. */
  readonly userFrames: boolean;
  /** The pattern of call ids. */
  readonly callId: RegExp;
  readonly makeCallId: (number: number) => string;
  /** The pattern of tool names. */
  readonly toolName: RegExp;
  /** Whether reasoning of this provider may be sent back to it. Some providers refuse unsigned reasoning. */
  readonly takesReasoning: (part: ReasoningPart) => boolean;
  /** Which files it takes. A file that another provider's model wrote is sent to none. @default all */
  readonly takesFile?: TakesFile;
  /** Whether a call keeps its metadata under an id that is not its provider's. */
  readonly keepsMetadataOfRenamed: boolean;
  /** The options of the entry up to which the provider keeps the prompt for later calls, if it must be told. */
  readonly cacheBreakpoint?: (ttl: "5m" | "1h") => ProviderMetadata;
  /** Whether the provider can itself make JSON that follows a schema. */
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

import type { BlobRef } from "../../base/index.ts";
import type { ProviderMetadata } from "./message.ts";

/*
 * What a provider is sent: a legal prompt in the form of the AI SDK's `LanguageModelV4Prompt`, so that its models take it
 * as it is. Entries are shared between calls: a provider must not change them.
 */

export type PromptMessage = PromptSystem | PromptUser | PromptAssistant | PromptTool;

export interface PromptSystem {
  readonly role: "system";
  readonly content: string;
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptUser {
  readonly role: "user";
  readonly content: readonly (PromptText | PromptFile)[];
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptAssistant {
  readonly role: "assistant";
  readonly content: readonly PromptAssistantPart[];
  readonly providerOptions?: ProviderMetadata;
}

/** The results of all calls of the assistant's entry right before it, in their order. */
export interface PromptTool {
  readonly role: "tool";
  readonly content: readonly PromptToolResult[];
  readonly providerOptions?: ProviderMetadata;
}

export type PromptAssistantPart =
  | PromptText
  | PromptReasoning
  | PromptFile
  | PromptToolCall
  | PromptToolResult
  | PromptCustom;

export interface PromptText {
  readonly type: "text";
  readonly text: string;
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptReasoning {
  readonly type: "reasoning";
  readonly text: string;
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptCustom {
  readonly type: "custom";
  readonly kind: `${string}.${string}`;
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptFile {
  readonly type: "file";
  readonly filename?: string;
  readonly mediaType: string;
  readonly data: PromptData;
  readonly providerOptions?: ProviderMetadata;
}

/** Bytes or base64, or a place. A blob is replaced by its bytes before a provider sees the prompt. */
export type PromptData =
  | { readonly type: "data"; readonly data: Uint8Array | string }
  | { readonly type: "url"; readonly url: URL }
  | { readonly type: "blob"; readonly blob: BlobRef };

/** What tells whether a model takes a file. */
export interface FileKind {
  /** In whose message it stands: what a tool gave is the tool's, what a model of this provider wrote the assistant's. */
  readonly role: "user" | "assistant" | "tool";
  /** Such as `image/png`. */
  readonly mediaType: string;
  /** As bytes, or as an address where the provider is to get it. */
  readonly given: "bytes" | "url";
}

export type TakesFile = (file: FileKind) => boolean;

export function fileKind({ mediaType, data }: PromptFile, role: FileKind["role"]): FileKind {
  return { role, mediaType, given: data.type === "url" ? "url" : "bytes" };
}

export interface PromptToolCall {
  readonly type: "tool-call";
  readonly toolCallId: string;
  readonly toolName: string;
  /** A JSON object. */
  readonly input: unknown;
  readonly providerExecuted?: boolean;
  readonly providerOptions?: ProviderMetadata;
}

export interface PromptToolResult {
  readonly type: "tool-result";
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: PromptToolOutput;
  readonly providerOptions?: ProviderMetadata;
}

export type PromptToolOutput =
  | { readonly type: "text" | "error-text"; readonly value: string }
  | { readonly type: "json" | "error-json"; readonly value: unknown }
  | { readonly type: "execution-denied"; readonly reason?: string }
  | { readonly type: "content"; readonly value: readonly (PromptText | PromptFile)[] };

/** What was changed in a history to make it legal. */
export interface PromptRepair {
  readonly kind: RepairKind;
  /** The id of the message. */
  readonly message: string;
  /** Such as the id of a call. */
  readonly about?: string;
}

export type RepairKind =
  /** A call without a result was given one that says so. */
  | "call-answered"
  /** A call without a name, or one that its provider had begun itself and that has no result. */
  | "call-removed"
  /** A result without a call, or a second one. */
  | "result-removed"
  /** A result that stood apart from its calls stands behind them. */
  | "result-moved"
  /** An empty part, a file without bytes or with an address that is none, or a message that had no other. */
  | "empty-removed"
  /** A file that another provider's model wrote, or this one's, where it does not take it back. */
  | "file-removed"
  /** Another file that the model does not take: words say that it was there. */
  | "file-told"
  /** A system message where the provider takes none: told as the user's. */
  | "system-told"
  /** An id that was used before, or that the provider does not take. */
  | "id-changed"
  /** The name of a tool that the provider does not take. */
  | "name-changed"
  /** An input that is no object: given as `{ input }`. */
  | "input-wrapped"
  /** What only another provider can read. */
  | "foreign-removed"
  /** Reasoning that is unfinished, or followed by nothing. */
  | "reasoning-removed"
  /** A user's message put in where the provider wants one. */
  | "user-added"
  /** Half of a character, from a text that was cut off. */
  | "text-mended";

/** Whether bytes of the blob store have to be put into it. */
export function holdsBlob(entry: PromptMessage): boolean {
  if (entry.role === "system") return false;
  return entry.content.some((part) => {
    if (part.type === "file") return part.data.type === "blob";
    if (part.type !== "tool-result" || part.output.type !== "content") return false;
    return part.output.value.some((inner) => inner.type === "file" && inner.data.type === "blob");
  });
}

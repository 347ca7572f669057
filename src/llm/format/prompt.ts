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

/** The results of all calls in the assistant's entry directly before it, in the order of the calls. */
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

/** The bytes, as such or as base64, or a place. A blob is replaced by its bytes before a provider sees the prompt. */
export type PromptData =
  | { readonly type: "data"; readonly data: Uint8Array | string }
  | { readonly type: "url"; readonly url: URL }
  | { readonly type: "blob"; readonly blob: BlobRef };

/** The facts that decide whether a model takes a file. */
export interface FileKind {
  /** Whose message contains the file. A tool's output is the tool's; a file from a model of this provider is the assistant's. */
  readonly role: "user" | "assistant" | "tool";
  /** The media type, such as `image/png`. */
  readonly mediaType: string;
  /** As bytes, or as an address from which the provider gets it. */
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

/** A change to a history that made it legal. */
export interface PromptRepair {
  readonly kind: RepairKind;
  /** The id of the message. */
  readonly message: string;
  /** What the change is about, such as the id of a call. */
  readonly about?: string;
}

export type RepairKind =
  /** A call without a result got one that says so. */
  | "call-answered"
  /** A call without a name, or one that its provider had begun itself and that has no result. */
  | "call-removed"
  /** A result without a call, or a second one. */
  | "result-removed"
  /** A result that was separated from its calls was moved behind them. */
  | "result-moved"
  /** An empty part, a file without bytes or with an invalid address, or a message that had no other part. */
  | "empty-removed"
  /** A file that another provider's model wrote, or one of this provider's that it does not take back. */
  | "file-removed"
  /** Another file that the model does not take. Words say that it was there. */
  | "file-told"
  /** A system message for a provider that takes none here. It became a user's message. */
  | "system-told"
  /** An id that was used before, or that the provider does not take. */
  | "id-changed"
  /** The name of a tool that the provider does not take. */
  | "name-changed"
  /** An input that is not an object. It is passed as `{ input }`. */
  | "input-wrapped"
  /** What only another provider can read. */
  | "foreign-removed"
  /** Reasoning that is unfinished, or followed by nothing. */
  | "reasoning-removed"
  /** A user's message that was inserted because the provider requires one. */
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

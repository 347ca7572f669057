import { type BlobRef, invalidOption, randomUuid } from "../../base/index.ts";

/*
 * Aitor's own message format. A message is a JSON value that never changes once it is made: histories only grow, and what
 * was converted or hashed once is known by the message itself.
 */

/** The version of the format. `parseMessage` refuses messages of other versions. */
export const MESSAGE_VERSION = 1;

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

interface Identified {
  readonly v: typeof MESSAGE_VERSION;
  /** The message's id, unique in its history. */
  readonly id: string;
}

export interface SystemMessage extends Identified {
  readonly role: "system";
  readonly text: string;
}

export interface UserMessage extends Identified {
  readonly role: "user";
  readonly parts: readonly (TextPart | FilePart)[];
}

/** The answer of a model. The `parts` are in the order in which it wrote them. */
export interface AssistantMessage extends Identified {
  readonly role: "assistant";
  readonly parts: readonly AssistantPart[];
  /** The model that wrote it, under its provider's name for it. What only that provider can read is sent to no other. */
  readonly from?: ModelOrigin;
}

/** Results of the tool calls of the turn before it. They may be in one message or in several. */
export interface ToolMessage extends Identified {
  readonly role: "tool";
  readonly parts: readonly ToolResultPart[];
}

export interface ModelOrigin {
  /** The provider, such as `openai`. */
  readonly provider: string;
  /** The model, such as `gpt-5-mini`. */
  readonly model: string;
}

export type AssistantPart = TextPart | ReasoningPart | FilePart | ToolCallPart | ToolResultPart | OpaquePart;

/** Data that a provider wants back with a part exactly as it returned it, by the name of the provider. */
export type ProviderMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Part {
  /** The provider's data, kept verbatim for the next call. */
  readonly metadata?: ProviderMetadata;
}

export interface TextPart extends Part {
  readonly type: "text";
  readonly text: string;
}

export interface ReasoningPart extends Part {
  readonly type: "reasoning";
  readonly text: string;
}

/** An image or another file. It has one of `blob`, `base64` and `url`, and that one is not empty. */
export interface FilePart extends Part {
  readonly type: "file";
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly name?: string;
  /** Bytes in the blob store of the manager. */
  readonly blob?: BlobRef;
  readonly base64?: string;
  readonly url?: string;
}

export interface ToolCallPart extends Part {
  readonly type: "tool-call";
  /** The provider's id of the call. Providers reuse ids in later turns. */
  readonly id: string;
  readonly name: string;
  /** A JSON value, usually an object. */
  readonly input: unknown;
  /** The text that the model wrote, if it is not JSON or cannot be recorded. `input` is `{}` then. */
  readonly broken?: string;
  /** Set if the provider itself executes the call. Its result follows in the same message. */
  readonly remote?: true;
}

export interface ToolResultPart extends Part {
  readonly type: "tool-result";
  /** The id of the call. */
  readonly id: string;
  readonly name: string;
  readonly output: ToolOutput;
  /** Set if the provider itself executed the call. */
  readonly remote?: true;
}

/** The output of a tool call. */
export type ToolOutput =
  | { readonly type: "text"; readonly text: string; readonly error?: true }
  | { readonly type: "json"; readonly value: unknown; readonly error?: true }
  /** Somebody decided that the call must not be executed. */
  | { readonly type: "denied"; readonly reason?: string }
  | { readonly type: "parts"; readonly parts: readonly (TextPart | FilePart)[] };

/** A part that only its provider understands. */
export interface OpaquePart extends Part {
  readonly type: "opaque";
  /** The provider's name for the kind, such as `openai.compaction`. */
  readonly kind: string;
}

type Content = string | readonly (TextPart | FilePart)[];

/** Creates a system message. @param id @default a random UUID */
export function systemMessage(text: string, id: string = randomUuid()): SystemMessage {
  return { v: MESSAGE_VERSION, id, role: "system", text };
}

/**
 * Creates a user message.
 *
 * @param id @default a random UUID
 * @throws AitorError `invalid-option` for a file without bytes, or with an address that is not a URL.
 */
export function userMessage(content: Content, id: string = randomUuid()): UserMessage {
  if (Array.isArray(content)) requireData(content);
  return recordedUserMessage(content, id);
}

/** Of what is on record already: what it holds is not checked. */
export function recordedUserMessage(content: Content, id: string): UserMessage {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  return { v: MESSAGE_VERSION, id, role: "user", parts };
}

/** Creates an assistant message. @param id @default a random UUID */
export function assistantMessage(
  content: string | readonly AssistantPart[],
  id: string = randomUuid(),
): AssistantMessage {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  return { v: MESSAGE_VERSION, id, role: "assistant", parts };
}

/** Creates a tool message, which contains results of calls. @param id @default a random UUID */
export function toolMessage(results: readonly Omit<ToolResultPart, "type">[], id: string = randomUuid()): ToolMessage {
  const parts = results.map((result) => Object.assign({ type: "tool-result" as const }, result));
  return { v: MESSAGE_VERSION, id, role: "tool", parts };
}

/** Returns the text parts of a message, joined. */
export function textOf(message: Message): string {
  if (message.role === "system") return message.text;
  let text = "";
  for (const part of message.parts) if (part.type === "text") text += part.text;
  return text;
}

/** Returns the calls in a message that need an answer. Calls that the provider itself executes are not among them. */
export function toolCallsOf({ parts }: AssistantMessage): readonly ToolCallPart[] {
  // Asked several times a turn: most replies are nothing but calls, or have none.
  if (parts.every(isOwnCall)) return parts;
  return parts.some(isOwnCall) ? parts.filter(isOwnCall) : NO_CALLS;
}

const NO_CALLS: readonly ToolCallPart[] = [];

function isOwnCall(part: AssistantPart): part is ToolCallPart {
  return part.type === "tool-call" && part.remote !== true;
}

/** Whether there is something in it to send. */
export function hasData({ blob, base64, url }: FilePart): boolean {
  if (blob !== undefined) return blob.size !== 0;
  if (url !== undefined && URL.canParse(url)) return true;
  return base64 !== undefined && /\S/.test(base64);
}

/** Providers refuse an empty file, and with it each later request of the history that it stands in. */
function requireData(parts: readonly unknown[]): void {
  const empty = parts.find((part): part is FilePart => isFile(part) && !hasData(part));
  if (empty === undefined) return;
  const { mediaType, url, base64, blob } = empty;
  const expected =
    url === undefined ? "one of base64, url and blob, not empty" : "a URL, such as https://example.com/a.png";
  const got = url ?? base64 ?? blob ?? empty;
  throw invalidOption(`the file of ${mediaType} in a message`, expected, got, "give the bytes of the file, or its URL");
}

function isFile(part: unknown): part is FilePart {
  return (part as Partial<FilePart> | null | undefined)?.type === "file";
}

/** Throws `invalid-option` for what is no message at all. What comes from outside is checked by `parseMessage`. */
export function requireMessage(message: Message): void {
  const { role, text, parts } = (message ?? {}) as { role?: unknown; text?: unknown; parts?: unknown };
  const isOne = role === "system" ? typeof text === "string" : ROLES.has(role) && Array.isArray(parts);
  if (isOne) return;
  const expected = "userMessage(…), systemMessage(…), assistantMessage(…) or toolMessage(…)";
  throw invalidOption(
    "a message",
    expected,
    message,
    "make it by one of these; parseMessage checks one from elsewhere",
  );
}

const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "tool"]);

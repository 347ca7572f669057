import { type BlobRef, invalidOption, randomUuid } from "../../base/index.ts";

/*
 * Aitor's own message format. A message is a JSON value that never changes once it is made: histories only grow, and what
 * was converted or hashed once is known by the message itself.
 */

/** Version of the format; messages of other versions are refused by `parseMessage`. */
export const MESSAGE_VERSION = 1;

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

interface Identified {
  readonly v: typeof MESSAGE_VERSION;
  /** Unique in its history. */
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

/** What a model answered; `parts` stand in the order in which it wrote them. */
export interface AssistantMessage extends Identified {
  readonly role: "assistant";
  readonly parts: readonly AssistantPart[];
  /** Which model wrote it, as its provider calls it: what only that provider can read is sent to no other. */
  readonly from?: ModelOrigin;
}

/** Results of tool calls: of the turn before it, several in one message or in several. */
export interface ToolMessage extends Identified {
  readonly role: "tool";
  readonly parts: readonly ToolResultPart[];
}

export interface ModelOrigin {
  /** Such as `openai`. */
  readonly provider: string;
  /** Such as `gpt-5-mini`. */
  readonly model: string;
}

export type AssistantPart = TextPart | ReasoningPart | FilePart | ToolCallPart | ToolResultPart | OpaquePart;

/** What a provider wants to get back with a part exactly as it gave it: by the provider's name. */
export type ProviderMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Part {
  /** Kept verbatim for the next call. */
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

/** An image or another file: one of `blob`, `base64` and `url`, and not an empty one. */
export interface FilePart extends Part {
  readonly type: "file";
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly name?: string;
  /** Bytes in the blob store that the manager was given. */
  readonly blob?: BlobRef;
  readonly base64?: string;
  readonly url?: string;
}

export interface ToolCallPart extends Part {
  readonly type: "tool-call";
  /** As the provider gave it; providers use one again in a later turn. */
  readonly id: string;
  readonly name: string;
  /** A JSON value, an object as a rule. */
  readonly input: unknown;
  /** What the model wrote, where that is no JSON, or cannot be recorded; `input` is `{}` then. */
  readonly broken?: string;
  /** The provider itself carries it out, and its result follows in the same message. */
  readonly remote?: true;
}

export interface ToolResultPart extends Part {
  readonly type: "tool-result";
  /** The id of the call. */
  readonly id: string;
  readonly name: string;
  readonly output: ToolOutput;
  /** The provider itself carried it out. */
  readonly remote?: true;
}

/** What a tool gave. */
export type ToolOutput =
  | { readonly type: "text"; readonly text: string; readonly error?: true }
  | { readonly type: "json"; readonly value: unknown; readonly error?: true }
  /** It was not carried out, by somebody's decision. */
  | { readonly type: "denied"; readonly reason?: string }
  | { readonly type: "parts"; readonly parts: readonly (TextPart | FilePart)[] };

/** Something that only its provider understands. */
export interface OpaquePart extends Part {
  readonly type: "opaque";
  /** As its provider calls it: `openai.compaction`. */
  readonly kind: string;
}

type Content = string | readonly (TextPart | FilePart)[];

/** @param id @default a random UUID */
export function systemMessage(text: string, id: string = randomUuid()): SystemMessage {
  return { v: MESSAGE_VERSION, id, role: "system", text };
}

/**
 * @param id @default a random UUID
 * @throws AitorError `invalid-option` for a file without bytes, or with an address that is none.
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

/** @param id @default a random UUID */
export function assistantMessage(
  content: string | readonly AssistantPart[],
  id: string = randomUuid(),
): AssistantMessage {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  return { v: MESSAGE_VERSION, id, role: "assistant", parts };
}

/** @param id @default a random UUID */
export function toolMessage(results: readonly Omit<ToolResultPart, "type">[], id: string = randomUuid()): ToolMessage {
  const parts = results.map((result) => Object.assign({ type: "tool-result" as const }, result));
  return { v: MESSAGE_VERSION, id, role: "tool", parts };
}

/** The text parts of a message, joined. */
export function textOf(message: Message): string {
  if (message.role === "system") return message.text;
  let text = "";
  for (const part of message.parts) if (part.type === "text") text += part.text;
  return text;
}

/** The calls in a message that somebody must answer: none that the provider carries out itself. */
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

import type { GivenHeaders } from "./headers.ts";
import type { ProviderMetadata } from "./message.ts";
import type { Price } from "./price.ts";
import type { FileKind, PromptMessage } from "./prompt.ts";
import type { FamilyName, PromptFamily } from "./prompt-family.ts";
import type { ReasoningEffort, SettingName, ToolChoice } from "./settings.ts";
import type { Usage } from "./usage.ts";

/**
 * One model of one provider. Aitor has one for every model of the AI SDK. Write another one for a model with a different
 * interface.
 *
 * It makes one request and never repeats it: only `LLMManager` decides what to try again, where and when.
 */
export interface LLMProvider {
  /** The provider's name, such as `openai`. What it returns in `metadata` is sent back to this provider only. */
  readonly provider: string;
  /** The provider's name for the model, such as `gpt-5-mini`. */
  readonly model: string;
  /** What the provider requires of prompts. @default "generic", the strictest */
  readonly family?: FamilyName | PromptFamily;
  /** The settings that it supports. Any other setting is left out, with a warning. @default all */
  readonly takes?: readonly SettingName[];
  /**
   * Whether the model takes files of a kind. Other files are replaced by words. Files that its own models wrote, if it does
   * not take them, are left out; those that models of other providers wrote always are. Called when a prompt is made; must not
   * throw.
   * @default the family's
   */
  takesFile?(file: FileKind): boolean;
  /** Whether it can itself answer with an object that follows a JSON Schema (`ProviderCall.output`). @default the family's */
  readonly nativeOutput?: boolean;
  /** Whether it takes tools. @default true */
  readonly toolCalls?: boolean;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  /** The price. `"listed"` looks it up in the price data, by `provider` and `model`. @default not known */
  readonly price?: Price | "listed";
  /**
   * Asks the model once. The answer ends with `finish`. A stream that ends without one counts as broken off. Events after
   * `finish` add nothing to the answer and cause a warning. The exceptions are `usage` of another `finish`, `response` and
   * `part-metadata`: for these, the end of the stream is awaited for a second. The stream may be abandoned at any moment:
   * `return` of the iterator is called, and `abortSignal` aborts. A value that is not a `ProviderEvent` is never ignored: the
   * request has failed (`bad-reply`), and may be made again.
   *
   * What it throws is judged by the first of these rules that applies:
   * 1. `retryable: false` or `isRetryable: false`: it is not tried again. Always believed, except for the `isRetryable` of the
   *    AI SDK's `APICallError`, which is derived from its status.
   * 2. `status` or `statusCode` of 400 and more (HTTP): 408, 409, 425, 429 and 5xx are tried again. `responseHeaders`, an
   *    object or `Headers`, give the time to wait (`retry-after`) and limits.
   * 3. Its name, its code and its words, as `fetch`, undici and providers' packages use them: a time-out, a reply that cannot
   *    be read, a lost connection and a limit are tried again; a prompt that is too long, an empty account and a key that is
   *    missing are not.
   * 4. `retryable: true` or `isRetryable: true`: it is tried again.
   * 5. A value that is not an `Error`, such as the error that a provider sent within its stream, is tried again. An `Error` is
   *    tried again only if its words are those of an overloaded provider ("overloaded", "unavailable", "internal server
   *    error", "try again"), and it is none of Aitor's.
   */
  stream(call: ProviderCall): AsyncIterable<ProviderEvent> | Promise<AsyncIterable<ProviderEvent>>;
}

/** A tool as a model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description?: string;
  /** A JSON Schema of an object. */
  readonly inputSchema: object;
}

/** The object that the model should answer with. */
export interface OutputSpec {
  /** A JSON Schema. */
  readonly jsonSchema: object;
  readonly name?: string;
  readonly description?: string;
}

/** Everything in one request. */
export interface ProviderCall {
  /** A prompt that is legal for the family. It is shared with later calls and must not be changed. */
  readonly prompt: readonly PromptMessage[];
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
  /** Set only if the provider can itself answer according to a schema. */
  readonly output?: OutputSpec;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly reasoning?: ReasoningEffort;
  readonly headers?: Readonly<Record<string, string>>;
  readonly providerOptions?: ProviderMetadata;
  readonly abortSignal: AbortSignal;
}

/** What a provider yields while it answers. */
export type ProviderEvent =
  /** A piece of text. `part` distinguishes consecutive parts. @default the part before, if it is of this kind */
  | { readonly type: "text-delta"; readonly text: string; readonly part?: string }
  | { readonly type: "reasoning-delta"; readonly text: string; readonly part?: string }
  /** What a text or reasoning part carries back to the provider; may come before, with or after its text. */
  | {
      readonly type: "part-metadata";
      readonly kind: "text" | "reasoning";
      readonly part?: string;
      readonly metadata: ProviderMetadata;
    }
  /** A piece of a call's input, while it is being written. */
  | { readonly type: "tool-call-delta"; readonly id: string; readonly name: string; readonly text: string }
  /** A whole call. A text as `input` is JSON as the model wrote it. */
  | {
      readonly type: "tool-call";
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
      readonly remote?: boolean;
      readonly metadata?: ProviderMetadata;
    }
  /** The result of a call that the provider carried out itself. */
  | {
      readonly type: "tool-result";
      readonly id: string;
      readonly name: string;
      readonly value: unknown;
      readonly error?: boolean;
      readonly metadata?: ProviderMetadata;
    }
  | {
      readonly type: "file";
      readonly mediaType: string;
      readonly base64?: string;
      readonly url?: string;
      readonly metadata?: ProviderMetadata;
    }
  | { readonly type: "opaque"; readonly kind: string; readonly metadata?: ProviderMetadata }
  /** Something was left out or understood otherwise. */
  | { readonly type: "warning"; readonly message: string; readonly setting?: string }
  /** About the response; headers, an object or `Headers`, tell limits. May come more than once. */
  | {
      readonly type: "response";
      readonly id?: string;
      readonly model?: string;
      readonly headers?: GivenHeaders;
    }
  /** It is still there. */
  | { readonly type: "ping" }
  | { readonly type: "finish"; readonly reason: FinishReason; readonly usage?: Usage };

/** Why a model ended: `length` when it reached the most it may write, `filtered` when its provider stopped it. */
export type FinishReason = "stop" | "length" | "tool-calls" | "filtered" | "other";

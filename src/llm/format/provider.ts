import type { GivenHeaders } from "./headers.ts";
import type { ProviderMetadata } from "./message.ts";
import type { Price } from "./price.ts";
import type { FileKind, PromptMessage } from "./prompt.ts";
import type { FamilyName, PromptFamily } from "./prompt-family.ts";
import type { ReasoningEffort, SettingName, ToolChoice } from "./settings.ts";
import type { Usage } from "./usage.ts";

/**
 * One model of one provider. Aitor has one for every model of the AI SDK; write another for what speaks differently.
 *
 * It makes one request and never repeats it: `LLMManager` alone decides what is tried again, where and when.
 */
export interface LLMProvider {
  /** Whose model it is, such as `openai`: what it gave in `metadata` is sent back to this provider only. */
  readonly provider: string;
  /** As the provider calls it, such as `gpt-5-mini`. */
  readonly model: string;
  /** What the provider demands of prompts. @default "generic", the strictest */
  readonly family?: FamilyName | PromptFamily;
  /** The settings that it takes; another one is left out, with a warning. @default all */
  readonly takes?: readonly SettingName[];
  /**
   * Whether it takes files of a kind. Words stand in place of others, and what its own models wrote is left out; what those of
   * other providers wrote always is. Asked when a prompt is made, and must not throw. @default the family's
   */
  takesFile?(file: FileKind): boolean;
  /** Whether it answers with an object after a JSON Schema by itself (`ProviderCall.output`). @default the family's */
  readonly nativeOutput?: boolean;
  /** Whether it takes tools. @default true */
  readonly toolCalls?: boolean;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  /** `"listed"` looks it up in the price data, by `provider` and `model`. @default not known */
  readonly price?: Price | "listed";
  /**
   * Asks the model once. It ends after `finish`; a stream that ends without one counts as broken off. What comes behind it
   * adds nothing to the answer, and is told as a warning, but for `usage` of another `finish`, `response` and
   * `part-metadata`, for which the end of the stream is waited for a second. It may be abandoned
   * at any moment: `return` of the iterator is called, and `abortSignal` aborts. What it gives that is not a
   * `ProviderEvent` is never passed over: the request has failed (`bad-reply`), and may be made again.
   *
   * What it throws is judged by the first of these that says something:
   * 1. `retryable: false` or `isRetryable: false`: it is not tried again. Always believed, but for the
   *    `isRetryable` of the AI SDK's `APICallError`, which is worked out from its status.
   * 2. `status` or `statusCode` of 400 and more (HTTP): 408, 409, 425, 429 and 5xx are tried again. `responseHeaders`, an
   *    object or `Headers`, tell what to wait (`retry-after`) and limits.
   * 3. Its name, its code and its words, as `fetch`, undici and providers' packages have them: a time-out, a reply that
   *    cannot be read, a lost connection and a limit are tried again; a prompt that is too long, an empty account and a key
   *    that is missing are not.
   * 4. `retryable: true` or `isRetryable: true`: it is tried again.
   * 5. What is no `Error`, such as the error that a provider sent within its stream, is tried again; an `Error` only where
   *    its words are those of a provider that is overloaded ("overloaded", "unavailable", "internal server error",
   *    "try again"), and none of Aitor's.
   */
  stream(call: ProviderCall): AsyncIterable<ProviderEvent> | Promise<AsyncIterable<ProviderEvent>>;
}

/** A tool, as a model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description?: string;
  /** A JSON Schema of an object. */
  readonly inputSchema: object;
}

/** What the model is to answer with. */
export interface OutputSpec {
  /** A JSON Schema. */
  readonly jsonSchema: object;
  readonly name?: string;
  readonly description?: string;
}

/** Everything of one request. */
export interface ProviderCall {
  /** Legal for the family. Shared with later calls, and not to be changed. */
  readonly prompt: readonly PromptMessage[];
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
  /** Only where the provider answers after a schema by itself. */
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

/** What a provider tells while it answers. */
export type ProviderEvent =
  /** `part` tells parts apart that follow each other. @default the part before, where it is of this kind */
  | { readonly type: "text-delta"; readonly text: string; readonly part?: string }
  | { readonly type: "reasoning-delta"; readonly text: string; readonly part?: string }
  /** What a text or reasoning part carries back to the provider; may come before, with or after its text. */
  | {
      readonly type: "part-metadata";
      readonly kind: "text" | "reasoning";
      readonly part?: string;
      readonly metadata: ProviderMetadata;
    }
  /** A piece of a call's input, as it is being written. */
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

/**
 * A model of the AI SDK (https://ai-sdk.dev): a `LanguageModelV4` or `LanguageModelV3` of any of its provider packages. Only
 * what Aitor uses of it is written down here, so that no version of `@ai-sdk/provider` is needed to compile.
 */
export interface LanguageModel {
  readonly specificationVersion: "v3" | "v4";
  readonly provider: string;
  readonly modelId: string;
  doStream(options: never): PromiseLike<{
    readonly stream: { getReader(): unknown };
    readonly response?: { readonly headers?: Record<string, string> };
  }>;
}

export function isLanguageModel(value: unknown): value is LanguageModel {
  const { specificationVersion, doStream } = value as Partial<Record<keyof LanguageModel, unknown>>;
  return typeof doStream === "function" && (specificationVersion === "v4" || specificationVersion === "v3");
}

/** What a model streams; parts that are not named here are passed over, for the specification gains some between patches. */
export type AiSdkPart =
  | {
      readonly type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end";
      readonly id: string;
      readonly providerMetadata?: Metadata;
    }
  | {
      readonly type: "text-delta" | "reasoning-delta";
      readonly id: string;
      readonly delta: string;
      readonly providerMetadata?: Metadata;
    }
  | { readonly type: "tool-input-start"; readonly id: string; readonly toolName: string }
  | { readonly type: "tool-input-delta"; readonly id: string; readonly delta: string }
  | {
      readonly type: "tool-call";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly input: string;
      readonly providerExecuted?: boolean;
      readonly providerMetadata?: Metadata;
    }
  | {
      readonly type: "tool-result";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly result: unknown;
      readonly isError?: boolean;
      readonly preliminary?: boolean;
      readonly providerMetadata?: Metadata;
    }
  | { readonly type: "custom"; readonly kind: string; readonly providerMetadata?: Metadata }
  | {
      readonly type: "file" | "reasoning-file";
      readonly mediaType: string;
      /** v3: bytes or base64; v4: tagged. */
      readonly data:
        | Uint8Array
        | string
        | { readonly type: "data"; readonly data: Uint8Array | string }
        | { readonly type: "url"; readonly url: URL };
      readonly providerMetadata?: Metadata;
    }
  | { readonly type: "stream-start"; readonly warnings: readonly AiSdkWarning[] }
  | { readonly type: "response-metadata"; readonly id?: string; readonly modelId?: string }
  | { readonly type: "finish"; readonly finishReason: { readonly unified: string }; readonly usage: AiSdkUsage }
  | { readonly type: "ping" }
  | { readonly type: "error"; readonly error: unknown };

type Metadata = Record<string, Record<string, unknown>>;

export interface AiSdkWarning {
  readonly type: string;
  readonly feature?: string;
  readonly setting?: string;
  readonly details?: string;
  readonly message?: string;
}

export interface AiSdkUsage {
  readonly inputTokens?: {
    readonly total?: number | undefined;
    readonly cacheRead?: number | undefined;
    readonly cacheWrite?: number | undefined;
  };
  readonly outputTokens?: { readonly total?: number | undefined; readonly reasoning?: number | undefined };
}

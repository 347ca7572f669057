import type { LanguageModel } from "./ai-sdk.ts";
import type { LLMProvider } from "../format/provider.ts";

/** What a model is made with. */
export interface ProviderFactoryOptions {
  /** The API key. @default none: the provider needs none */
  readonly key?: string;
  /** @default the provider's own */
  readonly baseURL?: string;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Makes the model of that name; called once for each key, and again where it threw, or did not answer within the time-outs
 * `total` and `firstToken`. What it throws is a failure like that of a request, by its `status` or its words: it is tried
 * again, or another key or model is asked.
 */
export type ProviderFactory = (
  model: string,
  options: ProviderFactoryOptions,
) => LanguageModel | LLMProvider | Promise<LanguageModel | LLMProvider>;

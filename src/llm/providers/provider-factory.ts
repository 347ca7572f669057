import type { LanguageModel } from "./ai-sdk.ts";
import type { LLMProvider } from "../format/provider.ts";

/** What a factory receives to make a model. */
export interface ProviderFactoryOptions {
  /** The API key. @default none: the provider needs no key */
  readonly key?: string;
  /** The base URL. @default the provider's own */
  readonly baseURL?: string;
  /** The `fetch` function. @default the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Makes the model of that name. Called once for each key, and again if it threw, or did not answer within the time-outs
 * `total` and `firstToken`. What it throws is a failure like that of a request, judged by its `status` or its words: the
 * factory is tried again, or another key or model is asked.
 */
export type ProviderFactory = (
  model: string,
  options: ProviderFactoryOptions,
) => LanguageModel | LLMProvider | Promise<LanguageModel | LLMProvider>;

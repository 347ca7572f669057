import { invalidOption, isSecret, Secret } from "../../base/index.ts";
import type { LanguageModel } from "./ai-sdk.ts";
import type { Price } from "../format/price.ts";
import type { LLMProvider } from "../format/provider.ts";
import { asProvider, createNamed, environmentKeys, modelNamed, requiredKeys } from "./provider-registry.ts";
import type { ModelSettings } from "../format/settings.ts";

/** A model by name, an instance of the AI SDK, a custom provider, or one of these with options. */
export type ModelSource = string | LanguageModel | LLMProvider | ModelOptions;

/** A model with options. */
export interface ModelOptions {
  /** The model. With `keys`, it can also be a function that makes the model for a key. */
  readonly model: string | LanguageModel | LLMProvider | ((key: string) => LanguageModel | LLMProvider);
  /** The name of the model in the manager. @default `<provider>/<model>` */
  readonly name?: string;
  /**
   * A pool of keys. Requests take turns. A key with too many requests rests, and a key that is refused is taken out.
   *
   * @default the keys in the environment
   */
  readonly keys?: readonly (string | Secret)[];
  /** The base URL, for a model by name. @default the provider's */
  readonly baseURL?: string;
  /** The `fetch` function, for a model by name. @default the platform's, which keeps connections alive */
  readonly fetch?: typeof globalThis.fetch;
  /** Settings for this model. Those of the agent and the call take precedence. */
  readonly settings?: ModelSettings;
  /** The price of the model. @default from the price data, if it is there */
  readonly price?: Price;
  /** Whether it takes tools. @default what the provider says, else true */
  readonly toolCalls?: boolean;
  /** In tokens. @default from the price data, if it is there */
  readonly contextWindow?: number;
  /** The most tokens that the model can write in one call. @default the provider's, if it says so */
  readonly maxOutputTokens?: number;
  /** The number of simultaneous requests, and so connections, under one key. @default 16 */
  readonly concurrency?: number;
  /** The limit for one key, in addition to what the provider's headers say. @default no limit */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

export type OwnFacts = Pick<LLMProvider, "contextWindow" | "maxOutputTokens" | "price" | "toolCalls">;

/** A model that was named or given, before it is asked. */
export interface OpenedModel {
  readonly origin: { readonly provider: string; readonly model: string };
  /** What the model says of itself; nothing where it has to be made to know. */
  readonly own: OwnFacts | undefined;
  readonly keys: () => readonly (Secret | undefined)[];
  readonly provider: (key: Secret | undefined) => Promise<LLMProvider>;
}

/** @throws AitorError `model-unknown`, `invalid-option`. */
export function openModel(model: ModelOptions["model"], options: Omit<ModelOptions, "model">): OpenedModel {
  const keys = options.keys?.map((key) => (isSecret(key) ? key : new Secret(key)));
  if (keys?.length === 0) throw invalidOption("keys of a model", "at least one key", options.keys);
  if (typeof model === "string") {
    const named = modelNamed(model);
    const { baseURL, fetch } = options;
    // Known to the redactor from now on, though the environment is asked for them again when one is needed.
    if (keys === undefined) environmentKeys(named.known);
    const shared = { ...(baseURL !== undefined && { baseURL }), ...(fetch && { fetch }) };
    return {
      origin: { provider: named.prefix, model: named.model },
      own: named.known.packages === undefined ? undefined : { price: "listed" },
      keys: () => keys ?? requiredKeys(model, named.known),
      provider: (key) => createNamed(named, { ...(key !== undefined && { key: key.reveal() }), ...shared }),
    };
  }
  if (typeof model === "function") {
    const [firstKey] = keys ?? [];
    if (keys === undefined || firstKey === undefined)
      throw invalidOption("model", "keys beside a function that makes the model for a key", model);
    const first = asProvider(model(firstKey.reveal()));
    return {
      ...instance(first),
      keys: () => keys,
      provider: async (key) => (key === firstKey || key === undefined ? first : asProvider(model(key.reveal()))),
    };
  }
  if (keys !== undefined) {
    throw invalidOption("keys of a model", "a model by name, or a function that makes it for a key", model);
  }
  const only = asProvider(model);
  return { ...instance(only), keys: () => [undefined], provider: async () => only };
}

function instance(first: LLMProvider): Pick<OpenedModel, "origin" | "own"> {
  return { origin: { provider: first.provider, model: first.model }, own: first };
}

export function isModelOptions(source: ModelSource): source is ModelOptions {
  return (
    typeof source === "object" && source !== null && "model" in source && !("stream" in source || "doStream" in source)
  );
}

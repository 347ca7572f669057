import { invalidOption, loaded } from "../../base/index.ts";
import type { ModelSettings } from "./settings.ts";
import type { Usage } from "./usage.ts";

/** A price in US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** @default `input` */
  readonly cachedInput?: number;
  /** The price of writing to the cache, for as long as the setting `cache` says. @default `input` */
  readonly cacheWrite?: number;
}

/** What is known of a model besides what it answers. */
export interface ModelFacts {
  /** Tokens that it can read and write in one call. */
  readonly contextWindow: number | undefined;
  /** Tokens that it can write in one call. */
  readonly maxOutputTokens: number | undefined;
  /**
   * What usage costs in US dollars; nothing where its price, or the usage, is not known. What was written to the provider's
   * cache costs more where that keeps it for an hour.
   */
  readonly cost: ((usage: Usage, cache?: ModelSettings["cache"]) => number | undefined) | undefined;
}

const MILLION = 1_000_000;

/** @throws AitorError `invalid-option`. */
export function checkPrice(price: Price, what: string): void {
  for (const name of ["input", "output", "cachedInput", "cacheWrite"] as const) {
    const value: unknown = price[name];
    if (value === undefined && name !== "input" && name !== "output") continue;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) continue;
    throw invalidOption(`price.${name} of ${what}`, "US dollars for a million tokens, a number ≥ 0", value);
  }
}

/** What usage costs at a price of the user's own. */
export function priced(price: Price): (usage: Usage) => number | undefined {
  return ({ inputTokens, outputTokens, cachedTokens = 0, cacheWriteTokens = 0 }) => {
    if (inputTokens === undefined || outputTokens === undefined) return undefined;
    const plain = Math.max(0, inputTokens - cachedTokens - cacheWriteTokens);
    return (
      (plain * price.input +
        cachedTokens * (price.cachedInput ?? price.input) +
        cacheWriteTokens * (price.cacheWrite ?? price.input) +
        outputTokens * price.output) /
      MILLION
    );
  };
}

/** How providers are called in the price data, where that differs. */
const PROVIDERS: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws",
  bedrock: "aws",
  togetherai: "together",
  vertex: "google",
  xai: "x-ai",
};

/** Of providers whose prices are in the data; another one's model of the same name may cost anything. */
export async function listedFacts(
  provider: string,
  model: string,
  at: number,
): Promise<Pick<ModelFacts, "contextWindow" | "cost">> {
  const { calcPrice, findProvider } = await loaded(import("@pydantic/genai-prices"));
  const providerId = PROVIDERS[provider] ?? provider;
  if (findProvider({ providerId }) === undefined) return { contextWindow: undefined, cost: undefined };
  const timestamp = new Date(at);
  const cost: ModelFacts["cost"] = (usage, cache) => {
    if (usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
    // The data refuses a part that is larger than the whole.
    const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens);
    const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
    const tokens = {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: cached,
      cache_write_tokens: written,
      ...(cache === "1h" && { cache_write_1h_tokens: written }),
    };
    return calcPrice(tokens, model, { providerId, timestamp })?.total_price;
  };
  const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId, timestamp });
  return { contextWindow: found?.model.context_window, cost: found === null ? undefined : cost };
}

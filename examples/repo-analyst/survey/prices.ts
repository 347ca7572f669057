import { LLMManager } from "aitor";

import type { Tokens } from "./recovery.ts";

/** Models that a survey could be made with, the cheapest first. */
const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4-5", "openai/gpt-5", "anthropic/claude-sonnet-4-5"];

export interface Price {
  readonly model: string;
  /** US dollars. */
  readonly whole: number;
  /** What of it was not paid a second time. */
  readonly kept: number;
}

/** What so many tokens cost, by the price data that comes with the library. Nobody is asked. */
export async function pricesOf(whole: Tokens, kept: Tokens): Promise<Price[]> {
  const llm = new LLMManager({ models: MODELS });
  const prices = MODELS.map(async (model): Promise<Price[]> => {
    const [all, part] = await Promise.all([llm.cost(whole, model), llm.cost(kept, model)]);
    return all === undefined || part === undefined ? [] : [{ model, whole: all, kept: part }];
  });
  return (await Promise.all(prices)).flat();
}

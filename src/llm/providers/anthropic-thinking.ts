// A Claude up to 4.5 thinks within a budget of tokens, which Anthropic counts as part of `max_tokens`. `@ai-sdk/anthropic`
// takes a share of the most that the model can write as the budget, and sends the sum of `maxOutputTokens` and the budget
// as `max_tokens`. Here the budget is a part of `maxOutputTokens`, so that no more is written than was reserved. Later
// models decide for themselves how much of `max_tokens` they think.
import type { AiSdkOptions } from "./ai-sdk-options.ts";
import type { LanguageModel } from "./ai-sdk.ts";
import type { ProviderEvent } from "../format/provider.ts";
import type { ReasoningEffort } from "../format/settings.ts";

/** The least that Anthropic takes as a budget; as much is left for the answer. */
const LEAST = 1_024;

/** Of what may be written, as `@ai-sdk/anthropic` has them. */
const SHARES: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.95,
};

interface Thinking {
  readonly type?: string;
  readonly budgetTokens?: number;
}

/** What was asked for: by `thinking` in the options of that name, or by `reasoning`. */
interface Asked {
  readonly name: string;
  readonly thinking: Thinking | undefined;
  /** Tokens. */
  readonly budget: number;
  readonly most: number;
}

export function thinkWithinMaximum(options: AiSdkOptions, model: LanguageModel): ProviderEvent | undefined {
  const { maxOutputTokens, providerOptions } = options;
  const asked = maxOutputTokens === undefined ? undefined : askedOf(options, model, maxOutputTokens);
  if (asked === undefined) return undefined;
  const { name, thinking, budget, most } = asked;
  const fitting = most - LEAST;
  const think = (how: Thinking): void => {
    options.providerOptions = { ...providerOptions, [name]: { ...providerOptions?.[name], thinking: how } };
  };
  // Its package would make another budget of it.
  if (thinking === undefined) delete options.reasoning;
  if (fitting >= LEAST) {
    const budgetTokens = Math.min(budget, fitting);
    think({ ...thinking, type: "enabled", budgetTokens });
    options.maxOutputTokens = most - budgetTokens;
    if (thinking === undefined || budgetTokens === budget) return undefined;
  } else if (thinking !== undefined) {
    think({ type: "disabled" });
  }
  const message =
    fitting < LEAST
      ? `does not think: with its answer that takes at least ${2 * LEAST} tokens, and it may write ${most}`
      : `thinks within ${fitting} tokens, not ${budget}: of the ${most} that it may write, ${LEAST} are left for the answer`;
  return { type: "warning", message: `${model.modelId} ${message}`, setting: "reasoning" };
}

function askedOf(
  { reasoning = "none", providerOptions }: AiSdkOptions,
  { provider, modelId }: LanguageModel,
  maxOutputTokens: number,
): Asked | undefined {
  // Its package reads the provider's own name before Anthropic's.
  const names = [provider.split(".", 1)[0] as string, "anthropic"];
  const given = (option: string): string | undefined =>
    names.find((name) => providerOptions?.[name]?.[option] !== undefined);
  const name = given("thinking");
  if (name !== undefined) {
    const thinking = providerOptions?.[name]?.["thinking"] as Thinking | null;
    if (thinking?.type !== "enabled") return undefined;
    return { name, thinking, budget: thinking.budgetTokens ?? LEAST, most: Math.floor(maxOutputTokens) };
  }
  // An effort takes the place of `reasoning`.
  if (reasoning === "none" || given("effort") !== undefined || !thinksByBudget(modelId)) return undefined;
  const most = Math.floor(Math.min(maxOutputTokens, canWrite(modelId)));
  const budget = Math.max(LEAST, Math.round(most * SHARES[reasoning]));
  return { name: "anthropic", thinking: undefined, budget, most };
}

/** Claude up to 4.5, and what others offer behind Anthropic's interface. */
function thinksByBudget(modelId: string): boolean {
  return !modelId.includes("claude-") || /claude-(?:3|(?:opus|sonnet|haiku)-4(?!-[6-9](?!\d)))/.test(modelId);
}

/** A budget has to be smaller. */
function canWrite(modelId: string): number {
  if (!modelId.includes("claude-")) return Infinity;
  return /claude-opus-4(?!-5)/.test(modelId) ? 32_000 : 64_000;
}

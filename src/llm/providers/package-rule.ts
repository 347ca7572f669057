import { type AiSdkOptions, openaiDefaults } from "./ai-sdk-options.ts";
import type { LanguageModel } from "./ai-sdk.ts";
import { thinkWithinMaximum } from "./anthropic-thinking.ts";
import type { ProviderEvent } from "../format/provider.ts";

/** Changes what a model is called with, where its package would do something else than was asked for; may warn. */
export type PackageRule = (options: AiSdkOptions, model: LanguageModel) => ProviderEvent | undefined;

/** By the AI SDK's name of the provider, such as `openai.responses` or `googleVertex.anthropic.messages`. */
export function packageRule(provider: string): PackageRule | undefined {
  if (provider.endsWith(".responses")) return storeNothing;
  return /anthropic/i.test(provider) ? thinkWithinMaximum : undefined;
}

/** OpenAI's Responses refer to what an account stored; what another account stored, or an abort cut off, is not there. */
function storeNothing(options: AiSdkOptions, { provider }: LanguageModel): undefined {
  const given = options.providerOptions;
  const own = (provider.includes("azure") ? given?.["azure"] : undefined) ?? given?.["openai"];
  // These go on with what was stored before.
  if (own?.["conversation"] ?? own?.["previousResponseId"]) return;
  options.providerOptions = openaiDefaults(given, { store: false });
}

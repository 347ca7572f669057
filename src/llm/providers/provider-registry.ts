import {
  atLeast,
  environment,
  invalidOption,
  isAitorError,
  isError,
  nonEmpty,
  oneOf,
  optionsOf,
  Secret,
} from "../../base/index.ts";
import { isLanguageModel, type LanguageModel } from "./ai-sdk.ts";
import { AiSdkProvider } from "./ai-sdk-provider.ts";
import { keyMissingError, modelUnknownError, providerMissingError } from "../format/errors.ts";
import { type KnownProvider, knownProviders } from "./known-providers.ts";
import { checkPrice } from "../format/price.ts";
import { familyNames, type PromptFamily } from "../format/prompt-family.ts";
import type { LLMProvider } from "../format/provider.ts";
import type { ProviderFactory, ProviderFactoryOptions } from "./provider-factory.ts";

export interface RegisterProviderOptions {
  /** The environment variable that contains the key. @default none: the provider needs no key */
  readonly keyVariable?: string;
}

const registered = new Map<string, KnownProvider>();

/**
 * Registers a provider in this process, so that texts such as `"<prefix>/<model>"` name its models. If the prefix is known
 * already, the new provider replaces the old one from then on.
 *
 * @throws AitorError `invalid-option`.
 */
export function registerProvider(
  prefix: string,
  factory: ProviderFactory,
  options: RegisterProviderOptions = {},
): void {
  if (!/^[a-z][\w-]*$/.test(prefix)) {
    throw invalidOption("the prefix of a provider", 'a word in lower case, such as "acme"', prefix);
  }
  if (typeof factory !== "function") {
    throw invalidOption(`the factory of provider "${prefix}"`, "a function that makes the model of a name", factory);
  }
  const { keyVariable } = optionsOf(options, ["keyVariable"], `an option of provider "${prefix}"`);
  if (keyVariable !== undefined) nonEmpty(keyVariable, `keyVariable of provider "${prefix}"`);
  registered.set(prefix, { create: factory, ...(keyVariable !== undefined && { keyVariable }) });
}

export interface ModelName {
  readonly prefix: string;
  readonly model: string;
  readonly known: KnownProvider;
}

/** @throws AitorError `model-unknown`. */
export function modelNamed(name: string): ModelName {
  const slash = name.indexOf("/");
  const prefix = name.slice(0, Math.max(0, slash));
  const known = registered.get(prefix) ?? (Object.hasOwn(knownProviders, prefix) ? knownProviders[prefix] : undefined);
  const model = name.slice(slash + 1);
  if (known !== undefined && model !== "") return { prefix, model, known };
  const prefixes = [...new Set([...Object.keys(knownProviders), ...registered.keys()])].sort();
  throw modelUnknownError(
    name,
    `"<provider>/<model>" with one of ${prefixes.join(", ")}`,
    "correct the name, give an instance of a model, or make the prefix known: registerProvider(prefix, factory)",
  );
}

/** The keys that the environment has for a provider, several with commas between them. */
export function environmentKeys(known: KnownProvider): Secret[] {
  const variable = known.keyVariable;
  const value = variable === undefined ? undefined : environment().variable(variable);
  const keys = (value ?? "").split(",").flatMap((key) => (key.trim() === "" ? [] : [key.trim()]));
  return keys.map((key, index) => new Secret(key, keys.length === 1 ? variable : `${variable} ${index + 1}`));
}

/**
 * What `AITOR_MODELS` names, else a model of each provider whose key is set and which has one to take.
 *
 * @throws AitorError `model-unknown` where there are none.
 */
export function offeredModels(): readonly string[] {
  const named = environment().models ?? [];
  if (named.length > 0) return named;
  const keyed = Object.entries(knownProviders).filter(([, known]) => environmentKeys(known).length > 0);
  const offered = keyed.flatMap(([prefix, { defaultModel }]) => (defaultModel ? [`${prefix}/${defaultModel}`] : []));
  if (offered.length > 0) return offered;
  throw modelUnknownError(
    undefined,
    "names in AITOR_MODELS, or the key of a provider in the environment",
    keyed.length === 0
      ? "set OPENAI_API_KEY, ANTHROPIC_API_KEY or another provider's key; docs/models.md lists them"
      : `say which: ${keyed.map(([prefix, { keyVariable }]) => `AITOR_MODELS=${prefix}/<model>, as ${keyVariable} is set`).join("; or ")}`,
  );
}

/** @throws AitorError `key-missing` where it needs a key and the environment has none. */
export function requiredKeys(name: string, known: KnownProvider): (Secret | undefined)[] {
  if (known.keyVariable === undefined) return [undefined];
  const keys = environmentKeys(known);
  if (keys.length === 0) throw keyMissingError(name, known.keyVariable);
  return keys;
}

/** @throws AitorError `provider-missing` where its package is not installed. */
export async function createNamed(
  { prefix, model, known }: ModelName,
  options: ProviderFactoryOptions,
): Promise<LLMProvider> {
  try {
    return asProvider(await known.create(model, options));
  } catch (error) {
    if (!isAitorError(error) && known.packages !== undefined && isMissing(error, known.packages)) {
      throw providerMissingError(`${prefix}/${model}`, known.packages, error);
    }
    throw error;
  }
}

/**
 * Turns a model of the AI SDK, or a custom provider, into a provider.
 *
 * @throws AitorError `invalid-option` for anything else, and if the facts that it states about itself are of no use.
 */
export function asProvider(model: LanguageModel | LLMProvider): LLMProvider {
  const given: unknown = model;
  if (typeof given === "object" && given !== null) {
    if (isLanguageModel(given)) return new AiSdkProvider(given);
    const { provider, model: name, stream } = given as Partial<Record<keyof LLMProvider, unknown>>;
    if (typeof provider === "string" && typeof name === "string" && typeof stream === "function") {
      checkFacts(given as LLMProvider);
      return given as LLMProvider;
    }
  }
  throw invalidOption(
    "a model",
    'a name such as "openai/gpt-5-mini", a LanguageModelV4 or V3 of the AI SDK, or an LLMProvider',
    given,
  );
}

/** @throws AitorError `invalid-option` where what it says of itself is of no use, such as a family that there is not. */
function checkFacts({ provider, model, family, price, contextWindow, maxOutputTokens }: LLMProvider): void {
  const of = `of "${provider}/${model}"`;
  if (typeof family === "string") oneOf(familyNames, family, `family ${of}`);
  else if (family !== undefined) checkCallIds(family, of);
  if (price !== undefined && price !== "listed") checkPrice(price, `"${provider}/${model}"`);
  if (contextWindow !== undefined) atLeast(1, contextWindow, `contextWindow ${of}`);
  if (maxOutputTokens !== undefined) atLeast(1, maxOutputTokens, `maxOutputTokens ${of}`);
}

/** A prompt would be made for ever where no new id could be found. */
function checkCallIds(family: PromptFamily, of: string): void {
  const { callId } = family;
  const ids = [family.makeCallId(1), family.makeCallId(2)];
  if (ids[0] !== ids[1] && ids.every((id) => callId.test(id))) return;
  throw invalidOption(`makeCallId ${of}`, `another id for each number, which callId takes: ${callId}`, ids.join(", "));
}

function isMissing(error: unknown, name: string): boolean {
  const { code } = error as { code?: unknown };
  const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  return (
    isError(error) && error.message.includes(name) && (missing || /cannot find|failed to resolve/i.test(error.message))
  );
}

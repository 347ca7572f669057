import { atLeast, type Clock, flag, messageOf, nonEmpty, onlyOptions } from "../../base/index.ts";
import { KeyPool } from "./key-pool.ts";
import { KeySlot, type KeyState, type SlotOptions } from "./key-slot.ts";
import {
  isModelOptions,
  type ModelOptions,
  type ModelSource,
  openModel,
  type OwnFacts,
} from "../providers/model-source.ts";
import { checkPrice, listedFacts, type ModelFacts, priced } from "../format/price.ts";
import { PromptCache } from "../prompt/prompt-cache.ts";
import type { FileKind } from "../format/prompt.ts";
import { familyNamed, type PromptFamily } from "../format/prompt-family.ts";
import type { LLMProvider } from "../format/provider.ts";
import { checkSettings, mergeSettings, type ModelSettings, timeoutsOf } from "../format/settings.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "name",
  "keys",
  "baseURL",
  "fetch",
  "settings",
  "price",
  "toolCalls",
  "contextWindow",
  "maxOutputTokens",
  "concurrency",
  "requestsPerMinute",
  "tokensPerMinute",
] satisfies (keyof ModelOptions)[]);

/** What holds for all models of a manager. */
export interface SharedOptions extends Pick<SlotOptions, "breaker" | "concurrency"> {
  readonly settings: ModelSettings | undefined;
}

const MOST_WARNED = 100;

/** A model with its keys. */
export class Model {
  readonly name: string;
  readonly settings: ModelSettings | undefined;
  readonly keys: KeyPool;
  readonly #options: Omit<ModelOptions, "model">;
  readonly #clock: Clock;
  readonly #caches = new Map<string, PromptCache>();
  readonly #warned = new Set<string>();
  /** The one of the last request. */
  #cache: PromptCache | undefined;
  /** Kinds of files that its package refused. */
  readonly #refused = new Set<string>();
  /** Whose model it is, for the price data. */
  readonly #origin: { readonly provider: string; readonly model: string };
  #own: OwnFacts | undefined;
  #facts: Promise<ModelFacts> | undefined;
  /** Once they are loaded. */
  knownFacts: ModelFacts | undefined;

  /** @throws AitorError `model-unknown`, `invalid-option`, `invalid-duration`. */
  constructor(source: ModelSource, clock: Clock, shared: SharedOptions) {
    const options: ModelOptions = isModelOptions(source) ? source : { model: source };
    const { model, ...rest } = options;
    onlyOptions(rest, KNOWN, "an option of a model");
    const opened = openModel(model, rest);
    this.#options = rest;
    this.#clock = clock;
    this.#origin = opened.origin;
    this.#own = opened.own;
    this.name = nonEmpty(rest.name ?? `${opened.origin.provider}/${opened.origin.model}`, "name of a model");
    this.settings = rest.settings;
    this.#check(rest);
    const slotOptions: SlotOptions = {
      breaker: shared.breaker,
      timeouts: timeoutsOf(mergeSettings(shared.settings, rest.settings)),
      concurrency: atLeast(1, rest.concurrency ?? shared.concurrency, `concurrency of "${this.name}"`),
      ...(rest.requestsPerMinute && { requestsPerMinute: rest.requestsPerMinute }),
      ...(rest.tokensPerMinute && { tokensPerMinute: rest.tokensPerMinute }),
    };
    let slots: readonly KeySlot[] | undefined;
    // The environment is asked for keys when the model is first used.
    const all = (): readonly KeySlot[] =>
      (slots ??= opened.keys().map((key, index) => {
        const label = key?.label ?? (key === undefined ? "default" : `key ${index + 1}`);
        return new KeySlot(label, clock, () => opened.provider(key), slotOptions);
      }));
    this.keys = new KeyPool(all, clock);
  }

  /** Prompts for that provider, which know what they were made of. */
  prompts(provider: LLMProvider): PromptCache {
    const family = familyOf(provider);
    if (this.#cache?.family === family && this.#cache.provider === provider.provider) return this.#cache;
    const key = `${family.name} ${provider.provider}`;
    let cache = this.#caches.get(key);
    if (cache === undefined) {
      cache = new PromptCache(
        family,
        provider.provider,
        (file) => !this.#refused.has(keyOf(file)) && (provider.takesFile?.(file) ?? family.takesFile?.(file) ?? true),
      );
      this.#caches.set(key, cache);
    }
    this.#cache = cache;
    return cache;
  }

  /** Files that it turned out not to take: prompts are made without them from now on. */
  leaveOut(files: readonly FileKind[]): void {
    for (const file of files) this.#refused.add(keyOf(file));
    this.#caches.clear();
    this.#cache = undefined;
  }

  /** The most that it may write in one call, as far as that is known, once it was described. */
  get maxOutput(): number | undefined {
    return this.#options.maxOutputTokens ?? this.#own?.maxOutputTokens;
  }

  get limitsTokens(): boolean {
    return this.#options.tokensPerMinute !== undefined;
  }

  get described(): boolean {
    return this.#own !== undefined;
  }

  describedBy(provider: LLMProvider): void {
    this.#own ??= provider;
  }

  /** Learns what it says of itself. One that cannot be made says nothing. */
  async describe(): Promise<OwnFacts> {
    try {
      this.#own ??= await this.keys.slots()[0]?.provider();
    } catch {
      // Whoever asks it is told why.
    }
    return this.#own ?? {};
  }

  /** Whether it is not among the last hundred warnings: an agent's settings are the same in every turn. */
  warns(message: string): boolean {
    if (this.#warned.has(message)) return false;
    if (this.#warned.size === MOST_WARNED) this.#warned.clear();
    this.#warned.add(message);
    return true;
  }

  async takesTools(): Promise<boolean> {
    return this.#options.toolCalls ?? (await this.describe()).toolCalls ?? true;
  }

  /** Loads the price data, where nothing of the user's own says it. */
  facts(): Promise<ModelFacts> {
    this.#facts ??= this.#load()
      .then((facts) => {
        if (this.#own !== undefined) this.knownFacts = facts;
        return facts;
      })
      .finally(() => {
        // What could not be loaded, or made, has more to say once it can.
        if (this.knownFacts === undefined) this.#facts = undefined;
      });
    return this.#facts;
  }

  get state(): ModelState {
    const shared = { model: this.name, waiting: this.keys.waiting };
    try {
      return { ...shared, keys: this.keys.slots().map(({ state }) => state) };
    } catch (error) {
      return { ...shared, keys: [], fault: messageOf(error) };
    }
  }

  async #load(): Promise<ModelFacts> {
    const said = await this.describe();
    const { price = said.price, contextWindow = said.contextWindow } = this.#options;
    const { maxOutputTokens = said.maxOutputTokens } = this.#options;
    const own = price === undefined || price === "listed" ? undefined : priced(price);
    if (price === undefined || (own !== undefined && contextWindow !== undefined)) {
      return { contextWindow, maxOutputTokens, cost: own };
    }
    const { provider, model } = this.#origin;
    const listed = await listedFacts(provider, model, this.#clock.now());
    return { contextWindow: contextWindow ?? listed.contextWindow, maxOutputTokens, cost: own ?? listed.cost };
  }

  #check({
    settings,
    price,
    toolCalls,
    contextWindow,
    maxOutputTokens,
    requestsPerMinute,
    tokensPerMinute,
  }: Omit<ModelOptions, "model">): void {
    const of = `of "${this.name}"`;
    if (settings !== undefined) checkSettings(settings, `of "${this.name}"`);
    if (price !== undefined) checkPrice(price, `"${this.name}"`);
    if (toolCalls !== undefined) flag(toolCalls, `toolCalls ${of}`);
    for (const [name, value] of Object.entries({
      contextWindow,
      maxOutputTokens,
      requestsPerMinute,
      tokensPerMinute,
    })) {
      if (value !== undefined) atLeast(1, value, `${name} ${of}`);
    }
  }
}

function keyOf({ role, mediaType, given }: FileKind): string {
  return `${role} ${given} ${mediaType}`;
}

/** The state of a model. A JSON value. */
export interface ModelState {
  readonly model: string;
  /** The number of requests that wait for a key. */
  readonly waiting: number;
  readonly keys: readonly KeyState[];
  /** Why the model cannot be asked at all, for example because its key is missing. */
  readonly fault?: string;
}

export function familyOf(provider: LLMProvider): PromptFamily {
  const { family = "generic" } = provider;
  return typeof family === "string" ? familyNamed(family) : family;
}

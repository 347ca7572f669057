import { atLeast, type Clock, messageOf, nextTurn, nonEmpty, onlyOptions, type Timer } from "../../base/index.ts";
import type { Failure } from "../format/failure.ts";
import { type Hindrance, KeySlot, type KeyState, type SlotOptions } from "./key-slot.ts";
import {
  isModelOptions,
  type ModelOptions,
  type ModelSource,
  openModel,
  type OwnFacts,
} from "../providers/model-source.ts";
import { checkPrice, listedFacts, type ModelFacts, priced } from "../format/price.ts";
import { PromptCache } from "../prompt/prompt-cache.ts";
import { familyNamed, type PromptFamily } from "../format/prompt-family.ts";
import type { LLMProvider } from "../format/provider.ts";
import { checkSettings, type ModelSettings } from "../format/settings.ts";

interface Waiter {
  /** With nothing where waiting here makes no sense any more. */
  readonly resolve: (slot: KeySlot | undefined) => void;
}

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

/** A model with its keys. */
export class Model {
  readonly name: string;
  readonly settings: ModelSettings | undefined;
  readonly #options: Omit<ModelOptions, "model">;
  readonly #clock: Clock;
  readonly #slots: () => readonly KeySlot[];
  readonly #waiters = new Set<Waiter>();
  readonly #caches = new Map<string, PromptCache>();
  /** The one of the last request. */
  #cache: PromptCache | undefined;
  /** Whose model it is, for the price data. */
  readonly #origin: { readonly provider: string; readonly model: string };
  #own: OwnFacts | undefined;
  #facts: Promise<ModelFacts> | undefined;
  /** Once they are loaded. */
  knownFacts: ModelFacts | undefined;
  #turn = 0;
  #timer: Timer | undefined;

  /** @throws AitorError `model-unknown`, `invalid-option`, `invalid-duration`. */
  constructor(source: ModelSource, clock: Clock, shared: Pick<SlotOptions, "breaker"> & { concurrency: number }) {
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
      concurrency: atLeast(1, rest.concurrency ?? shared.concurrency, `concurrency of "${this.name}"`),
      ...(rest.requestsPerMinute && { requestsPerMinute: rest.requestsPerMinute }),
      ...(rest.tokensPerMinute && { tokensPerMinute: rest.tokensPerMinute }),
      ...(shared.breaker !== undefined && { breaker: shared.breaker }),
    };
    let slots: readonly KeySlot[] | undefined;
    // The environment is asked for keys when the model is first used.
    const all = (): readonly KeySlot[] =>
      (slots ??= opened.keys().map((key, index) => {
        const label = key?.label ?? (key === undefined ? "default" : `key ${index + 1}`);
        return new KeySlot(label, clock, () => opened.provider(key), slotOptions);
      }));
    this.#slots = all;
  }

  /** @throws AitorError `key-missing`. */
  slots(): readonly KeySlot[] {
    return this.#slots();
  }

  /** Prompts for that provider, which know what they were made of. */
  prompts(provider: LLMProvider): PromptCache {
    const family = familyOf(provider);
    if (this.#cache?.family === family && this.#cache.provider === provider.provider) return this.#cache;
    const key = `${family.name} ${provider.provider}`;
    let cache = this.#caches.get(key);
    if (cache === undefined) {
      cache = new PromptCache(family, provider.provider);
      this.#caches.set(key, cache);
    }
    this.#cache = cache;
    return cache;
  }

  /** The most that it may write in one call, as far as that is known, once it was described. */
  get maxOutput(): number | undefined {
    return this.#options.maxOutputTokens ?? this.#own?.maxOutputTokens;
  }

  get described(): boolean {
    return this.#own !== undefined;
  }

  /** Learns what it says of itself. One that cannot be made says nothing. */
  async describe(): Promise<OwnFacts> {
    try {
      this.#own ??= await this.slots()[0]?.provider();
    } catch {
      // Whoever asks it is told why.
    }
    return this.#own ?? {};
  }

  async takesTools(): Promise<boolean> {
    return this.#options.toolCalls ?? (await this.describe()).toolCalls ?? true;
  }

  /** Loads the price data, where nothing of the user's own says it. */
  facts(): Promise<ModelFacts> {
    this.#facts ??= this.#load().then((facts) => (this.knownFacts = facts));
    return this.#facts;
  }

  /** What keeps it from taking a request now; of its keys, the one that is ready first. */
  get hindrance(): Hindrance | undefined {
    if (this.#waiters.size > 0) return this.#first() ?? { why: "busy", ms: Infinity };
    return this.#first();
  }

  /** Why no key is left, where none is. */
  get lost(): Failure | undefined {
    const slots = this.slots();
    if (slots.some(({ hindrance }) => hindrance?.why !== "removed")) return undefined;
    return slots.at(-1)?.lastFailure;
  }

  /** A key that is ready, the one after the last among those with the fewest requests. To be given back. */
  take(): KeySlot | undefined {
    const slots = this.slots();
    let best: KeySlot | undefined;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[(this.#turn + index) % slots.length] as KeySlot;
      if (slot.hindrance === undefined && (best === undefined || slot.inFlight < best.inFlight)) best = slot;
    }
    if (best === undefined) return undefined;
    this.#turn = slots.indexOf(best) + 1;
    best.take();
    return best;
  }

  /**
   * Waits for a key while all are busy or at a limit, behind those who wait already. Gives nothing once they all are down
   * or resting: somebody else may be asked then. Rejects with the signal's reason.
   */
  wait(signal: AbortSignal): Promise<KeySlot | undefined> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        resolve: (slot) => {
          signal.removeEventListener("abort", abort);
          resolve(slot);
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#waiters.add(waiter);
      this.#serve();
    });
  }

  /** Where all its places were taken, one turn later: Node's fetch opens a new connection before the old one is free. */
  giveBack(slot: KeySlot): void {
    const free = (): void => {
      slot.giveBack();
      this.#serve();
    };
    if (slot.hindrance?.why === "busy") nextTurn(free);
    else free();
  }

  get state(): ModelState {
    const shared = { model: this.name, waiting: this.#waiters.size };
    try {
      return { ...shared, keys: this.slots().map(({ state }) => state) };
    } catch (error) {
      return { ...shared, keys: [], fault: messageOf(error) };
    }
  }

  #serve(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const waiter of this.#waiters) {
      const slot = this.take();
      if (slot === undefined) break;
      this.#waiters.delete(waiter);
      waiter.resolve(slot);
    }
    if (this.#waiters.size === 0) return;
    const { why, ms } = this.#first() ?? { why: "busy", ms: 0 };
    if (worthWaiting(why, ms)) {
      const next = Math.min(...this.slots().map(({ hindrance }) => hindrance?.ms ?? 0));
      if (next !== Infinity) this.#timer = this.#clock.timer(next, () => this.#serve());
      return;
    }
    for (const waiter of this.#waiters) waiter.resolve(undefined);
    this.#waiters.clear();
  }

  /** Nothing while a key is ready. A key that has only too much to do is waited for, however long others are left alone. */
  #first(): Hindrance | undefined {
    let first: Hindrance | undefined;
    let busy: Hindrance | undefined;
    for (const { hindrance } of this.slots()) {
      if (hindrance === undefined) return undefined;
      if (first === undefined || hindrance.ms < first.ms) first = hindrance;
      // One that is at work will come back, nobody knows when; one at its limit says when.
      if (worthWaiting(hindrance.why, hindrance.ms) && busy?.ms !== Infinity) busy = hindrance;
    }
    if (busy === undefined || busy.ms === Infinity) return busy ?? first;
    return { why: busy.why, ms: Math.min(busy.ms, first?.ms ?? Infinity) };
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
    contextWindow,
    maxOutputTokens,
    requestsPerMinute,
    tokensPerMinute,
  }: Omit<ModelOptions, "model">): void {
    const of = `of "${this.name}"`;
    if (settings !== undefined) checkSettings(settings, `of "${this.name}"`);
    if (price !== undefined) checkPrice(price, `"${this.name}"`);
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

/** Whether the model is well and only has too much to do: a breaker without a time is one that is being tried. */
export function worthWaiting(why: Hindrance["why"], ms: number): boolean {
  return why === "busy" || why === "limit" || (why === "breaker" && ms === Infinity);
}

/** How a model stands. A JSON value. */
export interface ModelState {
  readonly model: string;
  /** Requests that wait for a key. */
  readonly waiting: number;
  readonly keys: readonly KeyState[];
  /** Why it cannot be asked at all, such as that its key is missing. */
  readonly fault?: string;
}

export function familyOf(provider: LLMProvider): PromptFamily {
  const { family = "generic" } = provider;
  return typeof family === "string" ? familyNamed(family) : family;
}

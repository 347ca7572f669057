import {
  atLeast,
  type Budget,
  type BudgetLimits,
  type Clock,
  clockOf,
  invalidOption,
  listOf,
  milliseconds,
  onlyOptions,
} from "../base/index.ts";
import { modelUnknownError, priceUnknownError } from "./format/errors.ts";
import { breakerLimits } from "./model/breaker.ts";
import { Model, type ModelState, type SharedOptions } from "./model/model.ts";
import type { ModelInfo } from "./model/model-info.ts";
import type { ModelReply } from "./format/model-events.ts";
import { EventQueue, type ModelStream } from "./output/model-stream.ts";
import type { ModelSource } from "./providers/model-source.ts";
import { type OutputOptions, outputOf } from "./output/output.ts";
import { offeredModels } from "./providers/provider-registry.ts";
import type { LLMManagerOptions, ModelRequestOptions } from "./request/request-options.ts";
import { requestRetry } from "./request/request-retry.ts";
import { answerRequest, type RequestPolicy } from "./request/request-run.ts";
import { checkSettings, mergeSettings, NO_SETTINGS } from "./format/settings.ts";
import { toldFigures, type Usage } from "./format/usage.ts";
import { UsageMeter, type UsageReport } from "./format/usage-meter.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "models",
  "default",
  "failover",
  "patience",
  "retry",
  "breaker",
  "concurrency",
  "settings",
  "blobs",
  "clock",
] satisfies (keyof LLMManagerOptions)[]);

/**
 * Asks models. It alone retries, fails over, waits for rate limits, counts usage and pays. Make one for a process, or one for
 * each group of keys, and share it, so that limits and breakers are learnt once.
 */
export class LLMManager {
  readonly #models = new Map<string, Model>();
  readonly #clock: Clock;
  readonly #policy: RequestPolicy;
  readonly #shared: SharedOptions;
  readonly #meter = new UsageMeter();
  #default: string | undefined;
  #failover: readonly string[] | false | undefined;
  /** By the name that is asked for, the models that are asked in turn; made anew when what they follow from changes. */
  readonly #lists = new Map<string | undefined, readonly Model[]>();
  #version = 0;

  /** @throws AitorError `invalid-option`, `invalid-duration`, `model-unknown`. */
  constructor(options: LLMManagerOptions = {}) {
    onlyOptions(options, KNOWN, "an option of the manager");
    const { models = [], retry = 3, settings, breaker, concurrency = 16 } = options;
    const clock = (this.#clock = clockOf(options.clock, "clock of the manager"));
    this.#shared = {
      concurrency: atLeast(1, concurrency, "concurrency of the manager"),
      breaker: breakerLimits(breaker),
      settings,
    };
    if (settings !== undefined && settings !== NO_SETTINGS) checkSettings(settings, "of the manager");
    const { policy, time } = requestRetry(retry);
    this.#policy = {
      clock,
      retry: policy,
      time,
      patience: milliseconds(options.patience ?? "5s", "patience of the manager"),
      settings,
      blobs: options.blobs,
    };
    for (const model of listOf(models, "models of the manager")) this.add(model);
    if (options.default !== undefined) this.default = options.default;
    if (options.failover !== undefined) this.failover = options.failover;
  }

  /**
   * Creates a manager with the models that the environment offers: those named in `AITOR_MODELS`, otherwise one model of each
   * provider whose key is set.
   *
   * @throws AitorError `model-unknown` if there are none.
   */
  static fromEnv(options: Omit<LLMManagerOptions, "models"> = {}): LLMManager {
    return new LLMManager({ ...options, models: offeredModels() });
  }

  /** Adds a model. It replaces a model of the same name. @returns The name of the model. */
  add(source: ModelSource): string {
    const model = new Model(source, this.#clock, this.#shared);
    this.#models.set(model.name, model);
    this.#change();
    return model.name;
  }

  /** The names of the models, in the order in which they were added. */
  get models(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The model for requests that name none. @throws AitorError `model-unknown` */
  get default(): string {
    const name = this.#default ?? this.#models.keys().next().value;
    if (name === undefined) {
      throw modelUnknownError(
        undefined,
        "a manager with a model",
        'add one: new LLMManager({ models: ["openai/gpt-5-mini"] })',
      );
    }
    return name;
  }

  set default(name: string) {
    this.#default = this.#model(name).name;
    this.#change();
  }

  /** A number that changes whenever the models, or their order, change. @internal */
  get version(): number {
    return this.#version;
  }

  /** The models to ask next, in this order. */
  get failover(): readonly string[] {
    return this.#failover === false ? [] : (this.#failover ?? this.models);
  }

  set failover(names: readonly string[] | false) {
    const list: unknown = names;
    if (names !== false && !Array.isArray(list)) throw invalidOption("failover", "an array of names, or false", names);
    this.#failover = names === false ? false : names.map((name) => this.#model(name).name);
    this.#change();
  }

  /**
   * Asks a model and streams events as they happen.
   *
   * @throws AitorError `model-unknown`, `invalid-option`, `invalid-duration` at once. If no answer comes, the stream ends with
   *   an error of `isModelError`, or with a set-up error, such as `key-missing`, `provider-missing`, `price-unknown`.
   */
  stream<Output = unknown>(request: ModelRequestOptions<Output>): ModelStream<Output> {
    const { models, output } = this.#prepared(request);
    return new EventQueue((emit) =>
      answerRequest(request, models, output, this.#policy, this.#meter, emit),
    ) as ModelStream<Output>;
  }

  /** Asks a model as `stream` does, and returns only the reply. */
  generate<Output = unknown>(request: ModelRequestOptions<Output>): Promise<ModelReply & { readonly object?: Output }> {
    try {
      const { models, output } = this.#prepared(request);
      const reply = answerRequest(request, models, output, this.#policy, this.#meter, undefined);
      return reply as Promise<ModelReply & { readonly object?: Output }>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Asks a model as `generate` does, for an object that the schema checks. */
  async generateObject<Output>(
    request: Omit<ModelRequestOptions<Output>, "output" | "tools"> & OutputOptions<Output>,
  ): Promise<ModelReply & { readonly object: Output }> {
    const { schema, jsonSchema, name, description, repairs, mode, ...rest } = request;
    const output: OutputOptions<Output> = {
      schema,
      ...(jsonSchema && { jsonSchema }),
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(repairs !== undefined && { repairs }),
      ...(mode && { mode }),
    };
    return (await this.generate({ ...rest, output })) as ModelReply & { readonly object: Output };
  }

  /** Returns what this process has used through this manager, by model and key. Unknown costs are not counted as 0. */
  usage(): UsageReport {
    return this.#meter.report();
  }

  /** Returns the current state of each model and key. */
  state(): ModelState[] {
    return [...this.#models.values()].map(({ state }) => state);
  }

  /**
   * Returns what is known of a model. Loads the price data if no option gives the facts.
   *
   * @throws AitorError (rejects with) `model-unknown`.
   */
  async info(name: string = this.default): Promise<ModelInfo> {
    const { contextWindow, maxOutputTokens, cost } = await this.#model(name).facts();
    return {
      name,
      ...(contextWindow !== undefined && { contextWindow }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      priced: cost !== undefined,
      toolCalls: await this.#model(name).takesTools(),
    };
  }

  /**
   * Returns what usage costs on a model, in US dollars, by the model's own price or the price data; nothing if that is not
   * known. It makes no request and needs no key.
   *
   * @param model @default the default model
   * @throws AitorError (rejects with) `model-unknown`.
   */
  async cost(usage: Usage, model: string = this.default): Promise<number | undefined> {
    const asked = this.#model(model);
    const { cache } = mergeSettings(this.#policy.settings, asked.settings);
    return (await asked.facts()).cost?.(toldFigures(usage), cache);
  }

  /**
   * Checks that a model can be asked: that its keys and its package are there. It makes no request to the model.
   *
   * @param model @default the default model
   * @throws AitorError (rejects with) `model-unknown`, `key-missing`, `provider-missing`; what a custom factory throws; a
   *   `TimeoutError` if the factory does not answer within the time-outs.
   */
  async check(model: string = this.default): Promise<void> {
    await this.#model(model).keys.slots()[0]?.provider();
  }

  /**
   * Checks whether a budget can be kept with the models that would be asked. For code that opens an agent.
   *
   * @param model @default the default model
   * @throws AitorError (rejects with) `price-unknown` for a limit in dollars and a model without a price.
   */
  async checkBudget(limits: BudgetLimits | Budget, model: string = this.default): Promise<void> {
    const dollars = "limited" in limits ? limits.limited("usd") : limits.usd !== undefined;
    if (!dollars) return;
    const infos = await Promise.all(this.#listOf(model).map(({ name }) => this.info(name)));
    const unpriced = infos.filter(({ priced }) => !priced).map(({ name }) => name);
    if (unpriced.length > 0) throw priceUnknownError(unpriced);
  }

  #prepared({ model, settings, output, messages }: ModelRequestOptions): {
    models: readonly Model[];
    output: ReturnType<typeof outputOf> | undefined;
  } {
    if (!Array.isArray(messages)) throw invalidOption("messages of a request", "an array of messages", messages);
    if (settings !== undefined) checkSettings(settings, "of a request");
    return { models: this.#listOf(model), output: output && outputOf(output) };
  }

  #change(): void {
    this.#version++;
    this.#lists.clear();
  }

  #listOf(first: string | undefined): readonly Model[] {
    const known = this.#lists.get(first);
    if (known !== undefined) return known;
    const names = new Set([this.#model(first ?? this.default).name, ...this.failover]);
    const list = [...names].map((name) => this.#model(name));
    this.#lists.set(first, list);
    return list;
  }

  #model(name: string): Model {
    const model = this.#models.get(name);
    if (model !== undefined) return model;
    const names = this.models.map((each) => `"${each}"`).join(", ");
    throw modelUnknownError(
      name,
      names === "" ? "a model that was added" : `one of ${names}`,
      "correct the name, or add the model: manager.add(…)",
    );
  }
}

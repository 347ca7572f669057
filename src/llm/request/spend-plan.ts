import type { Amounts, Budget, Reservation, Spend } from "../../base/index.ts";
import type { Candidate } from "../model/candidate.ts";
import type { Message } from "../format/message.ts";
import type { Model } from "../model/model.ts";
import { priceUnknownError } from "../format/errors.ts";
import type { ModelFacts } from "../format/price.ts";
import type { RequestPrompt } from "./provider-request.ts";
import type { ModelSettings } from "../format/settings.ts";
import { estimateInput, tokenCounter } from "../format/token-estimate.ts";

/** Of what was cut off with its process. */
const NOTHING_TOLD = { tokens: 0, usd: 0 };
/** What a model may write where nothing says how much it can: a reservation must have an end. */
const UNKNOWN_OUTPUT = 16_384;
/** An answer of fewer tokens is none. */
const LEAST_OUTPUT = 16;
const MILLION = 1_000_000;

interface Planned {
  readonly model: Model;
  /** Most tokens that it may write. */
  readonly most: number;
  /** Nothing where the budget limits no dollars. */
  readonly priced: ((inputTokens: number) => RequestPrice) | undefined;
  /** Of the next request. */
  price: RequestPrice | undefined;
}

/** US dollars, at most. */
interface RequestPrice {
  readonly input: number;
  /** For each token of it. */
  readonly output: number;
}

/** What a request may cost at most, whichever of its models answers. */
export class SpendPlan {
  readonly #budget: Budget;
  readonly #inputOf: (messages: readonly Message[]) => number;
  readonly #planned: readonly Planned[];
  #input = 0;
  #interrupted: number;
  #reservation: Reservation | undefined;

  private constructor(
    budget: Budget,
    inputOf: (messages: readonly Message[]) => number,
    messages: readonly Message[],
    planned: readonly Planned[],
    interrupted: number,
  ) {
    this.#budget = budget;
    this.#inputOf = inputOf;
    this.#planned = planned;
    this.#interrupted = interrupted;
    this.sends(messages);
  }

  /**
   * @param interrupted How often it was asked before and cut off.
   * @throws AitorError `price-unknown` where the budget limits dollars and a model's price is not known.
   */
  static async make(
    budget: Budget,
    candidates: readonly Candidate[],
    prompt: RequestPrompt,
    interrupted: number,
  ): Promise<SpendPlan> {
    const dollars = budget.limited("usd");
    const planned = await Promise.all(
      candidates.map(async ({ model, settings }): Promise<Planned> => {
        const cost = dollars ? (await model.facts()).cost : undefined;
        if (!model.described) await model.describe();
        const limit = Math.min(settings.maxOutputTokens ?? Infinity, model.maxOutput ?? Infinity);
        return {
          model,
          most: limit === Infinity ? UNKNOWN_OUTPUT : limit,
          priced: cost && ((inputTokens) => highestPrice(cost, inputTokens, settings.cache)),
          price: undefined,
        };
      }),
    );
    const unpriced = planned.filter(({ priced }) => dollars && priced === undefined);
    if (unpriced.length > 0) throw priceUnknownError(unpriced.map(({ model }) => model.name));
    const limited = dollars || budget.limited("tokens");
    const counter = limited ? await tokenCounter() : undefined;
    const inputOf = (messages: readonly Message[]): number =>
      counter === undefined ? 0 : estimateInput(counter, messages, prompt.tools, prompt.output?.jsonSchema);
    return new SpendPlan(budget, inputOf, prompt.messages, limited ? planned : [], interrupted);
  }

  /** What the next requests are sent: an answer that was not what was asked for, and what is wrong with it, are input then. */
  sends(messages: readonly Message[]): void {
    this.#input = this.#inputOf(messages);
    for (const each of this.#planned) each.price = each.priced?.(this.#input);
  }

  /** Takes what the next request may cost, behind those that were cut off. @throws AitorError `budget-exceeded`, `cancelled`. */
  async reserve(signal: AbortSignal): Promise<void> {
    if (this.#reservation !== undefined) return;
    if (this.#interrupted > 0) {
      this.#interrupted--;
      await this.reserve(signal);
      this.settle(NOTHING_TOLD, false);
    }
    this.#budget.checkTime();
    if (this.#planned.length === 0) return;
    const most = Math.max(...this.#planned.map((planned) => planned.most));
    this.#reservation = await this.#budget.reserve(this.#amount(most), {
      signal,
      shrink: (available) => {
        const output = Math.min(most, this.#fitting(available));
        return output < Math.min(LEAST_OUTPUT, most) ? undefined : this.#amount(output);
      },
    });
  }

  /** The most that a model may write now; nothing where the budget sets no limit. */
  mostFor(model: Model): number | undefined {
    const planned = this.#planned.find((each) => each.model === model);
    if (this.#reservation === undefined || planned === undefined) return undefined;
    return Math.max(1, Math.floor(Math.min(planned.most, this.#reservation.amount.tokens - this.#input)));
  }

  /**
   * Counts what was spent; the next request reserves anew. Where it is not known, what was reserved counts in its place, or
   * what is told, for a measure of which nothing was reserved. Both are marked as estimates.
   */
  settle({ tokens, usd }: { readonly tokens: number; readonly usd: number }, known: boolean): void {
    const reservation = this.#reservation;
    this.#reservation = undefined;
    if (known) {
      if (reservation === undefined) this.#budget.spend({ tokens, usd });
      else reservation.settle({ tokens, usd });
      return;
    }
    const reserved = reservation?.amount;
    const estimated = { steps: 0, tokens: reserved?.tokens ?? tokens, usd: reserved?.usd || usd };
    if (reservation === undefined) this.#budget.count({ spent: estimated, estimated });
    else reservation.settle(estimated, estimated);
  }

  /** Gives back what is reserved: no request was made. */
  giveBack(): void {
    this.#reservation?.settle({});
    this.#reservation = undefined;
  }

  #amount(output: number): Amounts {
    const usd = this.#planned.map(({ price, most }) => {
      return price === undefined ? 0 : price.input + Math.min(output, most) * price.output;
    });
    return { tokens: this.#input + output, usd: Math.max(...usd) };
  }

  #fitting({ tokens, usd }: Spend): number {
    const byPrice = this.#planned.map(({ price, most }) => {
      const fitting = affordable(price, usd);
      return fitting >= most ? Infinity : fitting;
    });
    return Math.floor(Math.min(tokens - this.#input, ...byPrice));
  }
}

/** What of the input is written to the provider's cache nobody knows before: none or all of it, whichever is dearer. */
function highestPrice(
  cost: NonNullable<ModelFacts["cost"]>,
  inputTokens: number,
  cache: ModelSettings["cache"],
): RequestPrice {
  const read = cost({ inputTokens, outputTokens: 0 }) ?? 0;
  const written = cost({ inputTokens, cacheWriteTokens: inputTokens, outputTokens: 0 }, cache) ?? 0;
  // Prices rise with the tokens of output alone.
  const output = ((cost({ inputTokens, outputTokens: MILLION }) ?? 0) - read) / MILLION;
  return { input: Math.max(read, written), output };
}

/** How many tokens of output a sum pays for, beside the input. */
function affordable(price: RequestPrice | undefined, usd: number): number {
  if (price === undefined) return Infinity;
  if (price.output === 0) return price.input <= usd ? Infinity : -1;
  return (usd - price.input) / price.output;
}

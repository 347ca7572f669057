import { activeLog, isAitorError, randomUuid } from "../../base/index.ts";
import { Attempt } from "./attempt.ts";
import type { Candidate } from "../model/candidate.ts";
import type { Chosen } from "../model/candidates.ts";
import { completed, estimatedUsage, factsOf, promptTokens, toldUsage } from "./call-accounting.ts";
import { attemptFailed } from "./failed-attempt.ts";
import { failureOf } from "../format/failure.ts";
import { type AssistantMessage, MESSAGE_VERSION } from "../format/message.ts";
import type { ModelCall } from "../format/model-call.ts";
import type { LLMProvider } from "../format/provider.ts";
import { fillBlobs, providerRequest, type ProviderRequest, type RequestPrompt } from "./provider-request.ts";
import type { Answered, RequestContext } from "./request-context.ts";
import { RequestLedger } from "./request-ledger.ts";
import { abortedError, noAnswerError, withFailure } from "./request-errors.ts";
import { timeoutsOf } from "../format/settings.ts";
import { tokensOf } from "../format/usage.ts";
import { NEVER } from "../model/wait.ts";

type TextReader = () => (text: string) => void;

/**
 * Gets one answer, from whichever model gives it. All that is tried again or elsewhere is decided here, and here alone:
 *
 * 1. The first model that can be asked soon is asked, with one of its keys (`Candidates`).
 * 2. A failure that may pass is tried again with the same model, as often as it has attempts, after the wait that its
 *    provider asks for or one that grows and is random. "Too many requests" makes the key rest, which the choice respects.
 * 3. What cannot pass, or has no attempts left, goes to the next model.
 * 4. What had been shown of an answer that broke off is taken back by `reset` when the next begins.
 */
export class ModelRequest {
  readonly ledger: RequestLedger = new RequestLedger();
  readonly #id = randomUuid();
  readonly #context: RequestContext;
  #shown = false;
  #last: Candidate | undefined;
  /** Monotonic milliseconds when the last request ended, or this one began. */
  #idleSince: number;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#idleSince = context.clock.monotonic();
  }

  /**
   * @param reader Called for each request to a provider; what it gives is told all text so far, whenever there is more.
   * @throws AitorError of {@link ModelErrorCode}; what a broken set-up throws, such as `key-missing`.
   */
  async answer(prompt: RequestPrompt, reader: TextReader | undefined): Promise<Answered> {
    const { candidates, signal, plan } = this.#context;
    try {
      for (;;) {
        if (plan !== undefined) await plan.reserve(signal);
        if (candidates.limitTokens) candidates.prompt = await promptTokens(prompt);
        signal.throwIfAborted();
        const chosen = candidates.takeFirst() ?? (await candidates.choose(signal));
        if (chosen === undefined) {
          signal.throwIfAborted();
          throw noAnswerError(candidates.list, this.ledger.failure());
        }
        const answered = await this.#ask(chosen, prompt, reader);
        if (answered !== undefined) return answered;
      }
    } catch (error) {
      plan?.giveBack();
      if (signal.aborted && error === signal.reason) throw abortedError(error, this.ledger.failure());
      const isOver = isAitorError(error, "budget-exceeded") || isAitorError(error, "cancelled");
      throw isOver ? withFailure(error, this.ledger.failure()) : error;
    }
  }

  /** The next answer replaces what was shown of this one. */
  startOver(): void {
    this.#shown = true;
  }

  /** One request to a provider. Gives nothing where another one may answer. */
  async #ask(chosen: Chosen, prompt: RequestPrompt, reader: TextReader | undefined): Promise<Answered | undefined> {
    const { candidate, place } = chosen;
    const { slot, period } = place;
    const { clock, plan, signal } = this.#context;
    const { model, settings } = candidate;
    let attempt: Attempt | undefined;
    let call: ModelCall | undefined;
    let endedAt: number | undefined;
    let isJudged = false;
    candidate.tried++;
    try {
      const provider = slot.loaded ?? (await this.#made(chosen));
      isJudged = provider === undefined;
      if (provider === undefined) return undefined;
      model.describedBy(provider);
      const most = least(settings.maxOutputTokens, model.maxOutput, plan?.mostFor(model));
      const request = providerRequest(model, provider, prompt, settings, most);
      if (request.blobs) await fillBlobs(request.entries, this.#context, settings, this.ledger);
      signal.throwIfAborted();
      for (const name of request.dropped) this.#warn(candidate, `${name} is not supported and was left out`, name);
      this.#announce(candidate);
      // Who was told may have aborted it.
      signal.throwIfAborted();
      attempt = new Attempt({
        clock,
        provider,
        timeouts: timeoutsOf(settings),
        signal: signal === NEVER ? undefined : signal,
        emit: this.#context.emit,
        warn: (message, setting) => this.#warn(candidate, message, setting),
        heard: (headers) => slot.heard(headers),
        onText: reader?.(),
      });
      const startedAt = clock.monotonic();
      const at = clock.now();
      const end = await attempt.run(request.call);
      endedAt = clock.monotonic();
      const counted = toldUsage(attempt, end) ?? (await estimatedUsage(attempt, prompt));
      const free = tokensOf(counted.usage) === 0;
      const facts = free ? undefined : (model.knownFacts ?? (await factsOf(model, at)));
      const cost = free ? 0 : facts?.cost?.(counted.usage, settings.cache);
      const number = this.ledger.calls.length + 1;
      call = completed(
        {
          id: `${this.#id}/${number}`,
          request: this.#id,
          model: model.name,
          provider: provider.provider,
          key: slot.label,
          attempt: number,
          outcome: end.outcome,
          at,
          waitedMs: startedAt - this.#idleSince,
          durationMs: endedAt - startedAt,
          usage: counted.usage,
          promptHash: request.hash,
        },
        attempt,
        end,
        startedAt,
        counted.estimated,
        cost,
      );
      this.#settle(call);
      isJudged = end.outcome !== "aborted";
      if (end.outcome === "answered") {
        slot.succeeded(period);
        candidate.answered();
        return this.#answered(candidate, provider, attempt, request, call.id);
      }
      if (!attempt.answer.empty) {
        this.ledger.partial = attempt.answer.message({ provider: provider.provider, model: provider.model }, call.id);
        this.#shown = true;
      }
      if (end.outcome === "aborted") throw end.reason;
      await attemptFailed(this.#context, { chosen, failure: end.failure, startedAt, prompt: request.entries });
      return undefined;
    } finally {
      // What neither succeeded nor failed says nothing about the model.
      if (!isJudged) slot.abandoned(period);
      this.#idleSince = endedAt ?? clock.monotonic();
      model.keys.giveBack(place, attempt === undefined ? "unsent" : call && tokensOf(call.usage));
    }
  }

  /** The model for a key. Gives nothing where it cannot be made, and another key or model may answer. */
  async #made(chosen: Chosen): Promise<LLMProvider | undefined> {
    const { candidate, place } = chosen;
    const { clock, candidates, signal } = this.#context;
    const startedAt = clock.monotonic();
    try {
      return await place.slot.provider(timeoutsOf(candidate.settings), signal);
    } catch (error) {
      signal.throwIfAborted();
      const why = failureOf(error, clock.now());
      this.#announce(candidate);
      const failure = { ...why, message: `it could not be made: ${why.message}` };
      await attemptFailed(this.#context, { chosen, failure, startedAt, prompt: undefined });
      // What is set up wrong of the first is for its owner to hear at once.
      if (candidate.left === 0 && candidate === candidates.list[0] && isAitorError(error)) throw error;
      return undefined;
    }
  }

  #answered(
    candidate: Candidate,
    provider: LLMProvider,
    attempt: Attempt,
    request: ProviderRequest,
    id: string,
  ): Answered {
    const { model } = candidate;
    return {
      answer: attempt.answer,
      message: attempt.answer.message({ provider: provider.provider, model: provider.model }, id),
      finishReason: (attempt.finish as NonNullable<Attempt["finish"]>).reason,
      model: model.name,
      hash: request.hash,
      repairs: request.repairs,
    };
  }

  /** Tells that another model is asked, and takes back what was shown. */
  #announce(candidate: Candidate): void {
    const { emit } = this.#context;
    const before = this.#last;
    this.#last = candidate;
    const other = before !== undefined && before !== candidate;
    const failure = before?.failure;
    if (other) {
      emit?.({
        type: "failed-over",
        from: before.model.name,
        to: candidate.model.name,
        failure: failure?.kind ?? "server",
        message: failure?.message ?? "it cannot be asked now",
      });
    }
    if (!this.#shown) return;
    this.#shown = false;
    const message: AssistantMessage = { v: MESSAGE_VERSION, id: randomUuid(), role: "assistant", parts: [] };
    emit?.({ type: "reset", message, why: failure === undefined ? "repaired" : other ? "failed-over" : "retried" });
  }

  #warn(candidate: Candidate, message: string, setting: string | undefined): void {
    const warning = this.ledger.warn(candidate.model.name, message, setting);
    if (warning === undefined) return;
    const { clock, emit } = this.#context;
    emit?.({ type: "warning", ...warning });
    if (!candidate.model.warns(warning.message)) return;
    activeLog()?.write("warning", "llm", clock.now(), `model "${warning.model}": ${warning.message}`, { ...warning });
  }

  #settle(call: ModelCall): void {
    const { plan, budget, onCall } = this.#context;
    const { usage, cost, estimated } = call;
    this.ledger.calls.push(call);
    const tokens = tokensOf(usage);
    const known = estimated !== true && tokens !== undefined && (cost !== undefined || budget?.limited("usd") !== true);
    plan?.settle({ tokens: tokens ?? 0, usd: cost ?? 0 }, known);
    onCall(call);
  }
}

function least(a = Infinity, b = Infinity, c = Infinity): number | undefined {
  const limit = Math.min(a, b, c);
  return limit === Infinity ? undefined : limit;
}

import type { Clock } from "../../base/index.ts";
import { Breaker, type BreakerLimits } from "./breaker.ts";
import type { Failure, FailureKind } from "../format/failure.ts";
import type { LLMProvider } from "../format/provider.ts";
import type { Timeouts } from "../format/settings.ts";
import { KeyLimits, type Taken } from "./key-limits.ts";
import { NEVER, within } from "./wait.ts";

export interface SlotOptions {
  /** Requests at the same time. */
  readonly concurrency: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Nothing where there is none. */
  readonly breaker: BreakerLimits | undefined;
  /** Where a request does not say otherwise. */
  readonly timeouts: Timeouts;
}

/** Why a key cannot be used now, and for how long: `Infinity` until something changes. */
export interface Hindrance {
  readonly why: "removed" | "cooling" | "breaker" | "busy" | "limit";
  readonly ms: number;
}

/** A breaker without a time: one request tries whether what was down answers again. */
export function isTried({ why, ms }: Hindrance): boolean {
  return why === "breaker" && ms === Infinity;
}

/** Whether what is well has only too much to do, or is being tried. */
export function worthWaiting(hindrance: Hindrance): boolean {
  return hindrance.why === "busy" || hindrance.why === "limit" || isTried(hindrance);
}

/** For one request, to be given back. */
export interface Place {
  readonly slot: KeySlot;
  /** Of the breaker, when it was taken. */
  readonly period: number;
  readonly taken: Taken;
}

/** The tokens of a request that was sent; nothing where that is not known. */
export type Spent = number | "unsent" | undefined;

/** The state of a model with one of its keys. A JSON value. */
export interface KeyState {
  readonly key: string;
  readonly state: "ready" | "busy" | "cooling" | "breaker" | "limit" | "removed";
  /** Milliseconds until the key can be used, if that is known. */
  readonly readyInMs?: number;
  readonly inFlight: number;
  /** The number of simultaneous requests: fewer than allowed after "too many requests". */
  readonly concurrency: number;
  readonly breaker: "closed" | "open" | "half-open";
  /** What is left, according to the provider. */
  readonly requestsLeft?: number;
  readonly tokensLeft?: number;
  readonly lastFailure?: { readonly kind: FailureKind; readonly message: string };
}

/** Of a key that is of no use now, and may be later. */
const LONG_REST = 300_000;
const UNHEALTHY: readonly FailureKind[] = ["server", "network", "timeout", "interrupted", "bad-reply"];

/** One model under one key: what it may do now, and what it has learnt about that. */
export class KeySlot {
  readonly label: string;
  readonly #clock: Clock;
  readonly #open: () => Promise<LLMProvider>;
  readonly #options: SlotOptions;
  readonly #breaker: Breaker | undefined;
  readonly #limits: KeyLimits;
  #making: Promise<LLMProvider> | undefined;
  #loaded: LLMProvider | undefined;
  #inFlight = 0;
  #concurrency: number;
  #coolUntil = 0;
  /** How often in a row it was told to slow down. */
  #slowed = 0;
  /** Monotonic milliseconds when its concurrency was last halved. */
  #slowedAt = -Infinity;
  #lastFailure: Failure | undefined;
  #removed = false;

  constructor(label: string, clock: Clock, open: () => Promise<LLMProvider>, options: SlotOptions) {
    this.label = label;
    this.#clock = clock;
    this.#open = open;
    this.#options = options;
    this.#concurrency = options.concurrency;
    this.#limits = new KeyLimits(clock, options.requestsPerMinute, options.tokensPerMinute);
    if (options.breaker !== undefined) this.#breaker = new Breaker(clock, options.breaker);
  }

  /** What `provider` gives, once it is loaded. */
  get loaded(): LLMProvider | undefined {
    return this.#loaded;
  }

  /**
   * Loaded when it is first needed; a failure to load, or one that takes longer than the first token may, is tried again.
   *
   * @throws (rejects with) what its factory throws; a `TimeoutError`; the signal's reason.
   */
  provider(
    { total, firstToken }: Timeouts = this.#options.timeouts,
    signal: AbortSignal = NEVER,
  ): Promise<LLMProvider> {
    if (this.#loaded !== undefined) return Promise.resolve(this.#loaded);
    const making = (this.#making ??= this.#make());
    const ms = Math.min(total, firstToken);
    const late = (): Error => {
      this.#leave(making);
      return Object.assign(new Error(`there was no model within ${ms} ms`), { name: "TimeoutError" });
    };
    return within(making, { clock: this.#clock, ms, signal, late });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get lastFailure(): Failure | undefined {
    return this.#lastFailure;
  }

  /** @param prompt Its tokens; 0 where that is not known. */
  hindrance(prompt: number): Hindrance | undefined {
    if (this.#removed) return { why: "removed", ms: Infinity };
    const now = this.#clock.monotonic();
    if (now < this.#coolUntil) return { why: "cooling", ms: this.#coolUntil - now };
    const broken = this.#breaker?.waitMs ?? 0;
    if (broken > 0) return { why: "breaker", ms: broken };
    if (this.#inFlight >= Math.max(1, Math.floor(this.#concurrency))) return { why: "busy", ms: Infinity };
    const limited = this.#limits.waitMs(prompt, now);
    return limited > 0 ? { why: "limit", ms: limited } : undefined;
  }

  /** Whether it is left alone, for a while or for good, however its model is. */
  get rests(): boolean {
    return this.#removed || this.#clock.monotonic() < this.#coolUntil;
  }

  /** @param prompt Its tokens; 0 where that is not known. */
  take(prompt: number): Place {
    this.#inFlight++;
    const taken = this.#limits.take(prompt);
    return { slot: this, period: this.#breaker?.started() ?? 0, taken };
  }

  giveBack({ taken }: Place, spent: Spent): void {
    this.#inFlight--;
    if (spent === "unsent") this.#limits.unsent(taken);
    else if (spent !== undefined) this.#limits.spent(taken, spent);
  }

  heard(headers: Readonly<Record<string, string>>): void {
    this.#limits.heard(headers, Math.max(0, this.#inFlight - 1));
  }

  /** @param period Of the request's place. */
  succeeded(period: number): void {
    this.#breaker?.succeeded(period);
    this.#slowed = 0;
    const most = this.#options.concurrency;
    if (this.#concurrency < most) this.#concurrency = Math.min(most, this.#concurrency + 1 / this.#concurrency);
  }

  abandoned(period: number): void {
    this.#breaker?.abandoned(period);
  }

  /** Other keys are asked for a while. */
  rest(): void {
    this.#cool(LONG_REST);
  }

  /**
   * @param period Of the request's place.
   * @param backoffMs What to wait where the provider does not say.
   * @param startedAt Monotonic milliseconds when the request was made.
   */
  failed(period: number, failure: Failure, backoffMs: number, startedAt: number): void {
    this.#lastFailure = failure;
    const { kind, headers, retryAfterMs } = failure;
    // What it asks to wait says it better than its windows; one that was refused in spite of them does not fill up.
    if (headers !== undefined && retryAfterMs === undefined) {
      this.heard(headers);
      if (kind === "rate-limited") this.#limits.refused();
    }
    if (UNHEALTHY.includes(kind)) this.#breaker?.failed(period, kind === "timeout");
    else this.#breaker?.abandoned(period);
    if (kind === "key-refused") this.#removed = true;
    else if (kind === "quota") this.#cool(retryAfterMs ?? LONG_REST);
    else if (kind === "rate-limited") {
      this.#slowed++;
      // Requests that were made before it was slowed down say nothing of the pace since.
      if (startedAt > this.#slowedAt) {
        this.#concurrency = Math.max(1, this.#concurrency / 2);
        this.#slowedAt = this.#clock.monotonic();
      }
      this.#cool(retryAfterMs ?? backoffMs * this.#slowed);
    } else if (failure.retryable && retryAfterMs !== undefined) this.#cool(retryAfterMs);
  }

  get state(): KeyState {
    const hindrance = this.hindrance(0);
    const failure = this.#lastFailure;
    const { requests, tokens } = this.#limits.told;
    return {
      key: this.label,
      state: hindrance?.why ?? "ready",
      ...(hindrance !== undefined && hindrance.ms !== Infinity && { readyInMs: Math.round(hindrance.ms) }),
      inFlight: this.#inFlight,
      concurrency: Math.max(1, Math.floor(this.#concurrency)),
      breaker: this.#breaker?.state ?? "closed",
      ...(requests && { requestsLeft: requests.left }),
      ...(tokens && { tokensLeft: tokens.left }),
      ...(failure && { lastFailure: { kind: failure.kind, message: failure.message } }),
    };
  }

  #cool(ms: number): void {
    this.#coolUntil = Math.max(this.#coolUntil, this.#clock.monotonic() + ms);
  }

  #make(): Promise<LLMProvider> {
    const making: Promise<LLMProvider> = this.#open().then(
      (provider) => (this.#loaded = provider),
      (error: unknown) => {
        this.#leave(making);
        throw error;
      },
    );
    return making;
  }

  #leave(making: Promise<LLMProvider>): void {
    if (this.#making === making) this.#making = undefined;
  }
}

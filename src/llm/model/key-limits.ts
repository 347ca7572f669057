import type { Clock } from "../../base/index.ts";
import { type LimitState, limitsOf, waitFor, type Window } from "./rate-limits.ts";

const MINUTE = 60_000;

/** What a request is taken to need. */
export interface Taken {
  readonly tokens: number;
  /** Monotonic milliseconds when the minute in which it was taken ends, where its owner set limits. */
  readonly until?: number;
}

const NOTHING: Taken = { tokens: 0 };

/** How much a key may be asked: what its owner set for a minute, and what its provider's headers say. */
export class KeyLimits {
  readonly #clock: Clock;
  readonly #requestsPerMinute: number | undefined;
  readonly #tokensPerMinute: number | undefined;
  /** There are windows at all. */
  #any: boolean;
  #told: LimitState = {};
  /** The windows that it was told of fill up all the time, as far as is known. */
  #fills = true;
  #own: LimitState = {};
  /** Tokens of a request, smoothed. */
  #usual = 0;

  constructor(clock: Clock, requestsPerMinute: number | undefined, tokensPerMinute: number | undefined) {
    this.#clock = clock;
    this.#requestsPerMinute = requestsPerMinute;
    this.#tokensPerMinute = tokensPerMinute;
    this.#any = requestsPerMinute !== undefined || tokensPerMinute !== undefined;
  }

  /** What a provider said is left. */
  get told(): LimitState {
    return this.#told;
  }

  /** Milliseconds until all windows have room for a request with a prompt of so many tokens, 0 where that is not known. */
  waitMs(prompt: number, now: number): number {
    if (!this.#any) return 0;
    this.#own = {
      ...(this.#requestsPerMinute && { requests: refilled(this.#own.requests, this.#requestsPerMinute, now) }),
      ...(this.#tokensPerMinute && { tokens: refilled(this.#own.tokens, this.#tokensPerMinute, now) }),
    };
    const tokens = this.#needed(prompt);
    const told = Math.max(
      wait(this.#told.requests, 1, now, this.#fills),
      wait(this.#told.tokens, tokens, now, this.#fills),
    );
    return Math.max(told, wait(this.#own.requests, 1, now, false), wait(this.#own.tokens, tokens, now, false));
  }

  /** For a request that begins. */
  take(prompt: number): Taken {
    if (!this.#any) return NOTHING;
    const tokens = this.#needed(prompt);
    this.#told = less(this.#told, 1, tokens);
    this.#own = less(this.#own, 1, tokens);
    const until = this.#minuteEnd;
    return until === undefined ? { tokens } : { tokens, until };
  }

  /**
   * A request has ended. What it used beyond what was taken counts, also against later minutes; what it left over is given back
   * only while its own minute lasts.
   *
   * @param taken What `take` gave for it.
   */
  spent(taken: Taken, tokens: number): void {
    if (tokens > 0) this.#usual = this.#usual === 0 ? tokens : this.#usual * 0.8 + tokens * 0.2;
    if (!this.#any) return;
    const more = tokens - taken.tokens;
    if (more > 0 || taken.until === this.#minuteEnd) this.#own = less(this.#own, 0, more);
  }

  /** A request was not sent after all: nothing that was taken for it counts. */
  unsent({ tokens, until }: Taken): void {
    this.#told = less(this.#told, -1, -tokens);
    if (until === this.#minuteEnd) this.#own = less(this.#own, -1, -tokens);
  }

  /** @param others Requests that are under way: a provider does not count one before it ends. */
  heard(headers: Readonly<Record<string, string>>, others: number): void {
    const told = limitsOf(headers, this.#clock.now(), this.#clock.monotonic());
    if (told === undefined) return;
    this.#any = true;
    const { requests, tokens } = told;
    this.#told = {
      ...this.#told,
      ...(requests && { requests: { ...requests, left: requests.left - others } }),
      ...(tokens && { tokens }),
    };
  }

  /** A request was refused in spite of what was told: windows do not fill up before their end. */
  refused(): void {
    if (this.#told.requests !== undefined) this.#fills = false;
  }

  get #minuteEnd(): number | undefined {
    return (this.#own.tokens ?? this.#own.requests)?.resetAt;
  }

  /** A prompt says how many at least; those before it how many are usual. */
  #needed(prompt: number): number {
    return Math.max(prompt, this.#usual);
  }
}

/** Where the whole window is less than what is needed, an untouched one must do. */
function wait(window: Window | undefined, needed: number, now: number, fills: boolean): number {
  if (window === undefined) return 0;
  return waitFor(window, Math.max(1, Math.min(needed, window.limit ?? Infinity)), now, fills);
}

function less({ requests, tokens }: LimitState, request: number, spent: number): LimitState {
  return {
    ...(requests && { requests: { ...requests, left: requests.left - request } }),
    ...(tokens && { tokens: { ...tokens, left: tokens.left - spent } }),
  };
}

/** What was spent beyond a minute is not there in those behind it, until they have paid it off. */
function refilled(window: Window | undefined, limit: number, now: number): Window {
  if (window !== undefined && now < window.resetAt) return window;
  const owed = Math.min(0, window?.left ?? 0);
  const minutes = window === undefined ? 1 : 1 + Math.floor((now - window.resetAt) / MINUTE);
  return { limit, left: Math.min(limit, limit * minutes + owed), saidAt: now, resetAt: now + MINUTE };
}

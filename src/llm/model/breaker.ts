import { atLeast, type Clock, type Duration, milliseconds } from "../../base/index.ts";

export interface BreakerOptions {
  /** Failures in a row after which a model is left alone for a while; one that took a time-out counts three times. @default 6 */
  readonly failures?: number;
  /** For how long at first; twice as long each time that the one request which then tries fails. @default "10s" */
  readonly cooldown?: Duration;
  /** @default "2m" */
  readonly maxCooldown?: Duration;
}

const TIMEOUT_WEIGHT = 3;

/** Keeps requests away from what is down, and lets one through now and then to see. */
export class Breaker {
  readonly #clock: Clock;
  readonly #failures: number;
  readonly #cooldown: number;
  readonly #maxCooldown: number;
  #inARow = 0;
  #openUntil: number | undefined;
  #wait: number;
  #probing = false;

  /** @throws AitorError `invalid-option` or `invalid-duration`. */
  constructor(clock: Clock, options: BreakerOptions = {}) {
    this.#clock = clock;
    this.#failures = atLeast(1, options.failures ?? 6, "breaker.failures");
    this.#cooldown = milliseconds(options.cooldown ?? "10s", "breaker.cooldown");
    this.#maxCooldown = milliseconds(options.maxCooldown ?? "2m", "breaker.maxCooldown");
    this.#wait = this.#cooldown;
  }

  get state(): "closed" | "open" | "half-open" {
    if (this.#openUntil === undefined) return "closed";
    return this.#clock.monotonic() < this.#openUntil ? "open" : "half-open";
  }

  /** Milliseconds until a request may be made; `Infinity` while another one tries. */
  get waitMs(): number {
    if (this.#openUntil === undefined) return 0;
    if (this.#probing) return Infinity;
    return Math.max(0, this.#openUntil - this.#clock.monotonic());
  }

  /** A request is made. */
  started(): void {
    if (this.#openUntil !== undefined) this.#probing = true;
  }

  /** A request came to nothing that says how the model is. */
  abandoned(): void {
    this.#probing = false;
  }

  succeeded(): void {
    this.#inARow = 0;
    this.#openUntil = undefined;
    this.#probing = false;
    this.#wait = this.#cooldown;
  }

  failed(timedOut: boolean): void {
    this.#inARow += timedOut ? TIMEOUT_WEIGHT : 1;
    if (this.#openUntil === undefined && this.#inARow < this.#failures) return;
    // Requests that began before it opened say nothing new.
    if (this.state === "open") return;
    this.#probing = false;
    if (this.#openUntil !== undefined) this.#wait = Math.min(this.#wait * 2, this.#maxCooldown);
    this.#openUntil = this.#clock.monotonic() + this.#wait;
  }
}

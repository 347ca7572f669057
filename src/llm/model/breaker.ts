import { atLeast, type Clock, type Duration, milliseconds, onlyOptions } from "../../base/index.ts";

/** Options of the circuit breaker. */
export interface BreakerOptions {
  /**
   * The number of consecutive failures after which a model is left alone for a while. A time-out counts three times.
   * @default 6
   */
  readonly failures?: number;
  /**
   * How long to leave it alone at first. Then one request tries it; each time that one fails, the time doubles. @default "10s"
   */
  readonly cooldown?: Duration;
  /** The longest time to leave a model alone. @default "2m" */
  readonly maxCooldown?: Duration;
}

/** {@link BreakerOptions} that are checked. Times are in milliseconds. */
export type BreakerLimits = Readonly<Record<keyof BreakerOptions, number>>;

const KNOWN = ["failures", "cooldown", "maxCooldown"] satisfies (keyof BreakerOptions)[];

const TIMEOUT_WEIGHT = 3;

/**
 * Nothing where there is to be no breaker.
 *
 * @throws AitorError `invalid-option` or `invalid-duration`.
 */
export function breakerLimits(options: BreakerOptions | false = {}): BreakerLimits | undefined {
  if (options === false) return undefined;
  onlyOptions(options, KNOWN, "breaker of the manager");
  const { failures = 6, cooldown = "10s", maxCooldown = "2m" } = options;
  return {
    failures: atLeast(1, failures, "breaker of the manager: failures"),
    cooldown: milliseconds(cooldown, "breaker of the manager: cooldown"),
    maxCooldown: milliseconds(maxCooldown, "breaker of the manager: maxCooldown"),
  };
}

/**
 * Keeps requests away from a model that is down, and lets one through now and then to try it. The outcome of a request counts
 * in the period in which the request began: one from before the breaker opened says nothing new.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #limits: BreakerLimits;
  #inARow = 0;
  #openUntil: number | undefined;
  #wait: number;
  #probing = false;
  /** Another one each time that it opens or closes. */
  #period = 0;

  constructor(clock: Clock, limits: BreakerLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#wait = limits.cooldown;
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

  /** A request is made. @returns The period, which is told again with what becomes of it. */
  started(): number {
    if (this.#openUntil !== undefined) this.#probing = true;
    return this.#period;
  }

  /** A request came to nothing that says how the model is. */
  abandoned(period: number): void {
    if (period === this.#period) this.#probing = false;
  }

  succeeded(period: number): void {
    if (period !== this.#period) return;
    this.#inARow = 0;
    if (this.#openUntil === undefined) return;
    this.#wait = this.#limits.cooldown;
    this.#change(undefined);
  }

  failed(period: number, timedOut: boolean): void {
    if (period !== this.#period) return;
    this.#inARow += timedOut ? TIMEOUT_WEIGHT : 1;
    if (this.#openUntil !== undefined) this.#wait = Math.min(this.#wait * 2, this.#limits.maxCooldown);
    else if (this.#inARow < this.#limits.failures) return;
    this.#change(this.#clock.monotonic() + this.#wait);
  }

  #change(openUntil: number | undefined): void {
    this.#openUntil = openUntil;
    this.#probing = false;
    this.#period++;
  }
}

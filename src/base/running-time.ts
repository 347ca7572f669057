import type { Clock } from "./clock.ts";

/** Time that passes, but for when it stands still. */
export class RunningTime {
  readonly #clock: Clock;
  #elapsed: number;
  /** Monotonic, while it does not stand still. */
  #since: number | undefined;

  /** @param elapsed Milliseconds that have passed before. */
  constructor(clock: Clock, elapsed: number) {
    this.#clock = clock;
    this.#elapsed = elapsed;
    this.#since = clock.monotonic();
  }

  /** Milliseconds. */
  get elapsed(): number {
    return this.#elapsed + (this.#since === undefined ? 0 : this.#clock.monotonic() - this.#since);
  }

  add(ms: number): void {
    this.#elapsed += ms;
  }

  suspend(): void {
    this.#elapsed = this.elapsed;
    this.#since = undefined;
  }

  resume(): void {
    this.#since ??= this.#clock.monotonic();
  }
}

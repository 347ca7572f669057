import type { Clock } from "./clock.ts";

/** Time that passes, but for when it stands still. */
export class RunningTime {
  readonly #clock: Clock;
  readonly #above: RunningTime | undefined;
  /** Made with the first. */
  #below: Set<RunningTime> | undefined;
  #elapsed: number;
  /** Monotonic, while it does not stand still. */
  #since: number | undefined;
  #resting = false;
  /** It stands still because it rests, and all below it does. */
  #stands = false;

  /** @param elapsed Milliseconds that have passed before. */
  constructor(clock: Clock, elapsed: number, above: RunningTime | undefined) {
    this.#clock = clock;
    this.#elapsed = elapsed;
    this.#above = above;
    this.#since = clock.monotonic();
    if (above !== undefined) above.#has(this);
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

  /** Its owner rests, or goes on: it stands still while that and all below it rest. */
  rest(resting: boolean): void {
    this.#resting = resting;
    this.#settle();
  }

  /** Its owner is no more. */
  over(): void {
    const above = this.#above;
    if (above !== undefined && above.#below?.delete(this) === true) above.#settle();
  }

  #has(below: RunningTime): void {
    (this.#below ??= new Set()).add(below);
  }

  get #runs(): boolean {
    if (!this.#resting) return true;
    for (const below of this.#below ?? []) if (below.#runs) return true;
    return false;
  }

  #settle(): void {
    const runs = this.#runs;
    if (runs === this.#stands) {
      this.#stands = !runs;
      if (runs) this.resume();
      else this.suspend();
    }
    if (this.#above !== undefined) this.#above.#settle();
  }
}

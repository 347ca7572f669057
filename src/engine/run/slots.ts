/** A bounded number of places, given out in order of asking. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Whether there is a limit at all. */
  readonly bounded: boolean;

  constructor(places: number) {
    this.#free = places;
    this.bounded = places !== Infinity;
  }

  /** Whether `take` would give one at once. */
  get available(): boolean {
    return this.#free > 0;
  }

  /** @returns What gives the place back, at once where there is one; harmless when called again. */
  take(): (() => void) | Promise<() => void> {
    if (this.#free === 0) return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#place());
    this.#free--;
    return this.#place();
  }

  #place(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
  }
}

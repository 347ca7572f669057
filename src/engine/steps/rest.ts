/** Turns of the promise queue in which a body that goes on by itself shows that it does. */
const TURNS = 20;

/** When a run rests: nothing in it goes on before something comes from outside. */
export class Rest {
  readonly #isResting: () => boolean;
  readonly #begins: () => void;
  /** Turns until it is looked at; 0 where nothing calls for it. */
  #left = 0;

  constructor(isResting: () => boolean, begins: () => void) {
    this.#isResting = isResting;
    this.#begins = begins;
  }

  /** Something happened after which the run may rest. */
  look(): void {
    const waiting = this.#left > 0;
    this.#left = TURNS;
    if (!waiting) void this.#lookLater();
  }

  async #lookLater(): Promise<void> {
    for (; this.#left > 0; this.#left--) await Promise.resolve();
    if (this.#isResting()) this.#begins();
  }
}

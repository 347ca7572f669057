/** So many sub-agents at a time; others wait, in order. */
export class AgentPlaces {
  readonly #all: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#all = places;
  }

  get free(): number {
    return Math.max(0, this.#all - this.#taken);
  }

  /** Takes one, also where there is none: what is on record goes on. */
  occupy(): void {
    this.#taken++;
  }

  async take(signal: AbortSignal): Promise<void> {
    while (this.free === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#taken++;
  }

  giveBack(): void {
    this.#taken--;
    this.#waiting.shift()?.();
  }
}

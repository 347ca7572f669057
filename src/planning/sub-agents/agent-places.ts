/**
 * So many sub-agents at a time; others wait, in order. A planner below another one has a place of that one, which it lends to the
 * first of its own sub-agents; for each further one it takes one more there. So what the top allows counts for all below it, and
 * nobody waits for a place while holding one that nothing uses.
 */
export class AgentPlaces {
  readonly #all: number;
  readonly #above: AgentPlaces | undefined;
  #taken = 0;
  /** Of all levels: a place that comes back to one may be wanted on another. */
  readonly #waiting: (() => void)[];

  /** @param above Those of the planner above. */
  constructor(places: number, above?: AgentPlaces) {
    this.#all = places;
    this.#above = above;
    this.#waiting = above === undefined ? [] : above.#waiting;
  }

  get free(): number {
    const own = Math.max(0, this.#all - this.#taken);
    if (this.#above === undefined) return own;
    return Math.min(own, this.#above.free + (this.#taken === 0 ? 1 : 0));
  }

  /** Takes one, also where there is none: what is on record goes on. */
  occupy(): void {
    this.#taken++;
    if (this.#taken > 1) this.#above?.occupy();
  }

  async take(signal: AbortSignal): Promise<void> {
    while (this.free === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.occupy();
  }

  giveBack(): void {
    this.#taken--;
    if (this.#taken > 0) this.#above?.giveBack();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

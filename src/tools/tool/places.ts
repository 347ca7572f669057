/** Somebody has one of a limited number of places. */
export interface Place {
  readonly isTaken: boolean;
  /** Harmless the second time. */
  giveBack(): void;
}

/** How many may do something at the same time; others wait, the first come first. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** @throws The signal's reason (rejects with) where it aborts before there is a place. */
  async take(signal: () => AbortSignal): Promise<Place> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal());
    let taken = true;
    return {
      get isTaken() {
        return taken;
      },
      giveBack: () => {
        if (!taken) return;
        taken = false;
        const [next] = this.#waiting;
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener("abort", abort);
      };
      const go = (): void => {
        leave();
        resolve();
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      if (signal.aborted) return abort();
      this.#waiting.add(go);
      signal.addEventListener("abort", abort);
    });
  }
}

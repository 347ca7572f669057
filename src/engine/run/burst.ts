import { nextTurn } from "../../base/index.ts";

/** Fewer than the places of an `LLMManager` by default: runs that begin together then wait for none of them. */
const MOST = 8;

/**
 * Of runs that come at once, a few begin in a turn of the event loop, in order: the others hold little until then, and timers and
 * connections have their turns in between.
 */
export class Burst {
  /** Begun since the last turn that was waited for, and not over. */
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  begin(body: () => void): void {
    if (this.#open < MOST && this.#waiting.length === 0) {
      this.#open++;
      body();
      return;
    }
    // A promise of its own: it begins in the asynchronous context (AsyncLocalStorage) of whoever began it.
    void new Promise<void>((resolve) => this.#waiting.push(resolve)).then(body);
    if (this.#waiting.length === 1) nextTurn(() => this.#next());
  }

  /** One of them is over. Where runs come one after another, none has to wait. */
  over(): void {
    if (this.#open > 0 && this.#waiting.length === 0) this.#open--;
  }

  #next(): void {
    const next = this.#waiting.splice(0, MOST);
    this.#open = next.length;
    if (this.#waiting.length > 0) nextTurn(() => this.#next());
    for (const begin of next) begin();
  }
}

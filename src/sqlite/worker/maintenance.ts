import type { DroppedStreams } from "./dropped-streams.ts";
import type { EventWriter } from "./event-writer.ts";
import type { Retention } from "./retention.ts";
import type { Transactions } from "./transactions.ts";

/** Between two passes while there is something to do, so that appends are served first. */
const PAUSE_MS = 5;
/** Between looking for streams that are not kept any longer, while something is recorded. */
const RETENTION_MS = 1_000;

/** Forgets what retention does not keep and what was dropped: some of it at a time, when nobody waits. */
export class Maintenance {
  readonly #transactions: Transactions;
  readonly #retention: Retention;
  readonly #dropped: DroppedStreams;
  readonly #writer: EventWriter;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(transactions: Transactions, retention: Retention, dropped: DroppedStreams, writer: EventWriter) {
    this.#transactions = transactions;
    this.#retention = retention;
    this.#dropped = dropped;
    this.#writer = writer;
  }

  /** There may be something to do: at opening, and after a commit. */
  wake(): void {
    if (this.#retention.limits) this.#later(RETENTION_MS);
  }

  /** Something was dropped. */
  wakeNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#later(PAUSE_MS);
  }

  /** Does all there is to do; others are served in between. @throws AitorError `journal-failed`. */
  async finish(): Promise<void> {
    while (!this.#stopped && this.#pass()) await new Promise((resolve) => setImmediate(resolve));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        if (this.#pass()) this.#later(PAUSE_MS);
      } catch {
        // The journal has failed: those who append are told.
      }
    }, ms);
  }

  /** @returns Whether there is more to do. */
  #pass(): boolean {
    const { names, more } = this.#retention.pass(Date.now());
    if (names.length > 0) {
      this.#transactions.run(() => this.#writer.drop(names));
      return true;
    }
    if (!this.#dropped.waiting) return more;
    this.#transactions.run(() => this.#dropped.sweep());
    return true;
  }
}

import type { ActiveRuns } from "../run/active-runs.ts";
import type { Queued, UnderWay } from "./mailbox.ts";

/** What is known of runs. */
export interface KnownRuns {
  readonly runs: Pick<ActiveRuns, "get">;
  /** Those that were not begun here. */
  readonly waiting: ReadonlySet<string>;
  /** What those waited for that rested when their process ended, and are not there again. */
  readonly rested: ReadonlyMap<string, readonly string[]>;
}

/** A message's run whose turn it is. */
export class RunUnderWay implements UnderWay {
  readonly #message: Queued;
  readonly #known: KnownRuns;

  constructor(message: Queued, known: KnownRuns) {
    this.#message = message;
    this.#known = known;
  }

  get run(): string {
    return this.#message.run;
  }

  get queuedAt(): number | undefined {
    return this.#known.waiting.has(this.run) ? this.#message.at : undefined;
  }

  get waitsFor(): readonly string[] {
    return this.#known.runs.get(this.run)?.waitsFor ?? this.#known.rested.get(this.run) ?? [];
  }

  get answerable(): readonly string[] {
    return this.#known.runs.get(this.run)?.execution.waits.answerable ?? [];
  }
}

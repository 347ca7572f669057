import type { ActiveRuns } from "../run/active-runs.ts";
import type { UnderWay } from "./mailbox.ts";

/** A message's run whose turn it is. */
export class RunUnderWay implements UnderWay {
  readonly run: string;
  readonly #runs: Pick<ActiveRuns, "get">;
  readonly #rested: ReadonlyMap<string, readonly string[]>;

  /** @param rested By run, what those waited for that rested when their process ended, and are not there again. */
  constructor(run: string, runs: Pick<ActiveRuns, "get">, rested: ReadonlyMap<string, readonly string[]>) {
    this.run = run;
    this.#runs = runs;
    this.#rested = rested;
  }

  get waitsFor(): readonly string[] {
    return this.#runs.get(this.run)?.waitsFor ?? this.#rested.get(this.run) ?? [];
  }

  get answerable(): readonly string[] {
    return this.#runs.get(this.run)?.execution.waits.answerable ?? [];
  }
}

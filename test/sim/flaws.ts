import type { Clock, Journal, promptFaults } from "aitor";

import type { SimulatedClock } from "./simulated-clock.ts";
import type { StoreFlaw } from "./simulated-journal.ts";

type Prompt = Parameters<typeof promptFaults>[0];

/** What is wrong with a world: any of its parts, exchanged for a bad one. Nothing, where the product is put to the test. */
export interface Flaws {
  readonly store?: StoreFlaw;
  readonly clock?: (clock: SimulatedClock) => Clock;
  /** What the host writes to, in place of the journal. */
  readonly journal?: (journal: Journal) => Journal;
  /** What a model is shown, in place of the prompt. */
  readonly prompt?: (prompt: Prompt) => Prompt;
  /** Models write more than they may. */
  readonly writesTooMuch?: boolean;
  /** What results have besides, by process. */
  readonly salt?: (life: number) => string;
}

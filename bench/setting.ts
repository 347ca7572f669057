import type { Effort } from "./contest.ts";
import type { Participant } from "./participants.ts";
import type { Row } from "./row.ts";

/** How much is measured in this run, and who takes part. */
export interface Setting {
  readonly effort: Effort;
  readonly quick: boolean;
  /** Those that are installed. */
  readonly peers: readonly Participant[];
}

/** Measures, prints, and gives the rows. */
export type Workload = (setting: Setting) => Promise<Row[]>;

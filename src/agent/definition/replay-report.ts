/** The outcome of a replay. */
export interface ReplayReport {
  readonly run: string;
  /** Whether the code decides, key by key, what is on record. `seq`, times and durations are not compared. */
  readonly same: boolean;
  /** The number of recorded events. */
  readonly events: number;
  /** The first difference. */
  readonly difference?: ReplayDifference;
}

export interface ReplayDifference {
  /** What is on record: for example `turn-finished react`, or `nothing more`. */
  readonly recorded: string;
  readonly replayed: string;
  /** The `seq` of the recorded event. */
  readonly seq?: number;
}

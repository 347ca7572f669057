/** What came of a replay. */
export interface ReplayReport {
  readonly run: string;
  /** What the code decides, key by key, is what is on record, but for `seq`, times and durations. */
  readonly same: boolean;
  /** How many events are on record. */
  readonly events: number;
  /** The first that is not the same. */
  readonly difference?: ReplayDifference;
}

export interface ReplayDifference {
  /** What is on record: `turn-finished react`, or nothing where nothing more is. */
  readonly recorded: string;
  readonly replayed: string;
  /** The `seq` of the event on record. */
  readonly seq?: number;
}

/**
 * What an engine has done since it was made, as a JSON value. All figures are counters that only rise, except `active`,
 * `queueDepth`, `pending` and `mail`, which show the current state.
 */
export interface EngineStats {
  readonly runs: RunStats;
  readonly steps: StepStats;
  /** Attempts that failed and were to be repeated. */
  readonly retries: number;
  /** Steps that could start now if there were no limit, such as a flow's `concurrency`. */
  readonly queueDepth: number;
  /** Answers that runs of this engine wait for: to signals, and about steps in doubt that must run once. */
  readonly pending: number;
  readonly mail: MailStats;
  /**
   * The figures by the name of the task or step, for the first {@link MAX_NAMES} names. The rest are counted together as
   * `other`. Empty on an engine with `stats: "totals"`.
   */
  readonly tasks: Readonly<Record<string, TaskStats>>;
}

/** The current state of messages. */
export interface MailStats {
  /** Messages that wait for their turn, or for a free place among those handled at a time. */
  readonly queued: number;
  /** How long the oldest of the queued messages has waited, in milliseconds; 0 if none waits. */
  readonly oldestMs: number;
  /** Messages that are not due yet. */
  readonly delayed: number;
  /** Messages that are being handled. */
  readonly handling: number;
  /** Messages whose handling waits for something from outside. */
  readonly suspended: number;
  /** Messages whose handling stopped without a recorded ending. Nothing behind them continues. */
  readonly halted: number;
}

/** Counts of runs. `started` is the sum of the others. */
export interface RunStats {
  /** Runs begun by this engine, new and resumed. */
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Runs that stopped without a recorded ending, or were refused: the journal failed, the engine closed, the id was taken. */
  readonly halted: number;
  readonly active: number;
}

/** Counts of steps. `started` is the sum of the others. Recorded results that a resumed run uses do not count. */
export interface StepStats {
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  /** Steps given up because their scope ended: by a cancel, a lost race, a failed sibling or a halted run. */
  readonly cancelled: number;
  readonly active: number;
}

/** The steps of one name. Durations are in milliseconds, of steps that finished, from the first attempt to the record. */
export interface TaskStats {
  readonly finished: number;
  readonly failed: number;
  /** The median, at most 5 % from the exact value. */
  readonly p50Ms: number;
  /** The 95th percentile, at most 5 % from the exact value. */
  readonly p95Ms: number;
  readonly maxMs: number;
  /** The sum of all durations. */
  readonly totalMs: number;
}

/** Names are bounded, since a name made from data would fill the memory. */
export const MAX_NAMES = 1_000;

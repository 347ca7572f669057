/**
 * What an engine has done since it was made: counters that only rise, but for `active`, `queueDepth`, `pending` and `mail`, which say
 * how it stands. A JSON value.
 */
export interface EngineStats {
  readonly runs: RunStats;
  readonly steps: StepStats;
  /** Attempts that failed and were to be repeated. */
  readonly retries: number;
  /** Steps that could start now but for a limit, such as a flow's `concurrency`. */
  readonly queueDepth: number;
  /** Answers that runs of this engine wait for: signals, and steps in doubt that must run once. */
  readonly pending: number;
  readonly mail: MailStats;
  /**
   * By the name of the task or step, the first {@link MAX_NAMES}; the rest together as `other`. Empty on an engine with
   * `stats: "totals"`.
   */
  readonly tasks: Readonly<Record<string, TaskStats>>;
}

/** How messages stand at the moment. */
export interface MailStats {
  /** Messages that wait for their turn, or until fewer are handled than may be at a time. */
  readonly queued: number;
  /** For how long the oldest of them has waited, in milliseconds; 0 where none waits. */
  readonly oldestMs: number;
  /** Messages that are not due yet. */
  readonly delayed: number;
  /** Messages that are being handled. */
  readonly handling: number;
  /** Messages whose handling waits for something from outside. */
  readonly suspended: number;
  /** Messages whose handling stopped without an ending on record: nothing behind them goes on. */
  readonly halted: number;
}

/** `started` is the sum of the others. */
export interface RunStats {
  /** Begun here: new ones and resumed ones. */
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Stopped without an ending on record, or refused: the journal failed, the engine closed, the id was taken. */
  readonly halted: number;
  readonly active: number;
}

/** `started` is the sum of the others. A recorded result that a resumed run uses is none of these. */
export interface StepStats {
  readonly started: number;
  readonly finished: number;
  readonly failed: number;
  /** Given up because their scope ended: a cancel, a lost race, a failed sibling, a halted run. */
  readonly cancelled: number;
  readonly active: number;
}

/** One name's steps. Durations are milliseconds of those that finished, from first attempt to record. */
export interface TaskStats {
  readonly finished: number;
  readonly failed: number;
  /** At most 5 % from the exact median. */
  readonly p50Ms: number;
  /** At most 5 % from the exact one. */
  readonly p95Ms: number;
  readonly maxMs: number;
  /** All of them together. */
  readonly totalMs: number;
}

/** Names are bounded, since a name made from data would fill the memory. */
export const MAX_NAMES = 1_000;

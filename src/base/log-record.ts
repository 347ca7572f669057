/** The levels, from the least to the most urgent. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["pretty", "json"] as const;

/** How a record is written to stderr: for people, or as one line of JSON. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A log record, in the shape of [LogTape](https://logtape.org)'s records, so that every sink of LogTape accepts it. */
export interface LogRecord {
  /**
   * The source: `["aitor", "run"]`, `["aitor", "step"]`, `["aitor", "tool"]`, `["aitor", "llm"]`, `["aitor", "agent"]`,
   * `["aitor", "engine"]`, `["aitor", "journal"]`, `["aitor", "reasoning"]` or `["aitor", "threads"]`.
   */
  readonly category: readonly string[];
  readonly level: LogLevel;
  /** One text, ready to read. */
  readonly message: readonly [string];
  /** The same text. */
  readonly rawMessage: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The context, such as `run`, `step` and `task`, and further facts: JSON values. */
  readonly properties: Record<string, unknown>;
}

/** A function that receives records as they occur, so it should be quick. If it throws or rejects, no harm is done. */
export type LogSink = (record: LogRecord) => void | Promise<void>;

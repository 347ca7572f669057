/** From the least to the most urgent. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["pretty", "json"] as const;

/** How a record is written to stderr: for people, or as one line of JSON. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One record, in the shape of [LogTape](https://logtape.org)'s, so that every sink of LogTape takes it. */
export interface LogRecord {
  /** Who speaks: `["aitor", "run"]`, `["aitor", "step"]`, `["aitor", "tool"]`, `["aitor", "llm"]`, `["aitor", "agent"]`, `["aitor", "engine"]`,
   * `["aitor", "journal"]`, `["aitor", "reasoning"]` or `["aitor", "threads"]`. */
  readonly category: readonly string[];
  readonly level: LogLevel;
  /** One text, ready to be read. */
  readonly message: readonly [string];
  /** The same text. */
  readonly rawMessage: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The context, such as `run`, `step` and `task`, and what else is told: JSON values. */
  readonly properties: Record<string, unknown>;
}

/** Takes records where they happen, so it should be quick. One that throws or rejects harms nothing. */
export type LogSink = (record: LogRecord) => void | Promise<void>;

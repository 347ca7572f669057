import { callSafely } from "./call-safely.ts";
import { messageOf } from "./errors.ts";
import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSink } from "./log-record.ts";
import { redactJson } from "./redactor.ts";

/** Who in Aitor speaks. */
export type LogSource =
  | "agent"
  | "engine"
  | "journal"
  | "llm"
  | "planning"
  | "reasoning"
  | "run"
  | "step"
  | "threads"
  | "tool";

/** Where records go, and which. */
export class Log {
  readonly #lowest: number;
  readonly #sink: LogSink;
  #failedBefore = false;

  constructor(level: LogLevel, sink: LogSink) {
    this.#lowest = LOG_LEVELS.indexOf(level);
    this.#sink = sink;
  }

  /** Whether records of this level are written: ask before making one. */
  wants(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#lowest;
  }

  write(
    level: LogLevel,
    source: LogSource,
    timestamp: number,
    message: string,
    properties: Record<string, unknown>,
  ): void {
    if (!this.wants(level)) return;
    const category = ["aitor", source];
    const record: LogRecord = { category, level, message: [message], rawMessage: message, timestamp, properties };
    callSafely(this.#sink, redactJson(record), (thrown) => this.#failed(thrown));
  }

  /** Told once: a sink that fails does so for each record. */
  #failed(thrown: unknown): void {
    if (this.#failedBefore) return;
    this.#failedBefore = true;
    writeToStderr(`aitor: the sink given to configureLogging failed, and its records are lost: ${messageOf(thrown)}`);
  }
}

/** One line, or several; portable: in Node.js a console's errors go to stderr. */
export function writeToStderr(text: string): void {
  // oxlint-disable-next-line eslint/no-console
  console.error(text);
}

import { environment } from "./environment.ts";
import { recordError } from "./error-record.ts";
import { messageOf } from "./errors.ts";
import { Log, type LogSource } from "./log.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel, type LogSink } from "./log-record.ts";
import { loggedError } from "./logged-error.ts";
import { flag, invalidOption, oneOf, optionsOf } from "./options.ts";

/** Options of {@link configureLogging}. */
export interface LoggingOptions {
  /** The lowest level to log; `"off"` turns logging off. @default `AITOR_LOG`, else `"info"` */
  readonly level?: LogLevel | "off";
  /** How records are written to stderr. @default `AITOR_LOG_FORMAT`, else `"pretty"` */
  readonly format?: LogFormat;
  /** Whether `"pretty"` records have colours. @default yes on a terminal that is not dumb, unless `NO_COLOR` turns them off */
  readonly color?: boolean;
  /**
   * Receives the records instead of stderr: a function, a sink of LogTape, or `"logtape"` for the loggers `["aitor", …]` of an
   * application that configures LogTape itself. With `"logtape"`, the default `level` is `"debug"`, since LogTape decides.
   */
  readonly sink?: LogSink | "logtape";
}

/*
 * Logging belongs to the process, as stderr does. As long as logging is off, there is no `Log`, so that code with something
 * to log pays for one branch only. The code that formats and writes is loaded when logging is requested.
 */

let active: Log | undefined;
/** How often it was configured: of two calls at the same time the later one wins. */
let calls = 0;
let environmentHeard = false;
let loading: Promise<void> | undefined;

/** Nothing while logging is off. */
export function activeLog(): Log | undefined {
  return active;
}

/** Tells of what a function that others gave us threw. @param more Besides the error. */
export function logFailure(source: LogSource, at: number, what: string, thrown: unknown, more: object = {}): void {
  active?.write("error", source, at, `${what}: ${messageOf(thrown)}`, {
    ...more,
    error: loggedError(recordError(thrown)),
  });
}

/**
 * Configures the logging of this process. It takes effect when the promise resolves. Options override the environment, and a
 * second call replaces the first. Without a call, and without `AITOR_LOG`, nothing is logged.
 *
 * @throws AitorError (rejects with) `invalid-option`.
 */
export async function configureLogging(options: LoggingOptions = {}): Promise<void> {
  const { level, open } = checked(options);
  environmentHeard = true;
  const call = ++calls;
  const log = level === "off" ? undefined : new Log(level, await open());
  if (call === calls) active = log;
}

/**
 * Asks the environment for logging, once, unless `configureLogging` was called: before the first run of a process.
 *
 * @returns A promise only while what writes is being loaded: what waits for it misses no record.
 * @throws AitorError `invalid-option` for `AITOR_LOG` and `AITOR_LOG_FORMAT`.
 */
export function logAsTheEnvironmentSays(): Promise<void> | undefined {
  if (environmentHeard) return loading;
  const { log, logFormat } = environment();
  environmentHeard = true;
  if (log === undefined || log === "off") return undefined;
  loading = configureLogging({ level: log, ...(logFormat && { format: logFormat }) }).finally(() => {
    loading = undefined;
  });
  return loading;
}

interface Checked {
  readonly level: LogLevel | "off";
  readonly open: () => Promise<LogSink>;
}

const NAMES = ["level", "format", "color", "sink"] as const satisfies readonly (keyof LoggingOptions)[];

function checked(options: LoggingOptions): Checked {
  const { level, format, color, sink } = optionsOf(options, NAMES, "an option of configureLogging");
  const given = environment();
  const toLogtape = sink === "logtape";
  const lowest = level ?? given.log ?? (toLogtape ? "debug" : "info");
  const written = format ?? given.logFormat ?? "pretty";
  return {
    level: oneOf([...LOG_LEVELS, "off"], lowest, "level of configureLogging"),
    open: opening(oneOf(LOG_FORMATS, written, "format of configureLogging"), color, sink),
  };
}

function opening(format: LogFormat, color: boolean | undefined, sink: LoggingOptions["sink"]): () => Promise<LogSink> {
  if (color !== undefined) flag(color, "color of configureLogging");
  if (typeof sink === "function") return async () => sink;
  if (sink !== undefined && sink !== "logtape") {
    throw invalidOption("sink of configureLogging", 'a function, or "logtape"', sink);
  }
  return async () => {
    const { logtapeSink, stderrSink } = await import("./log-sinks.ts");
    return sink === "logtape" ? logtapeSink : stderrSink(format, color);
  };
}

import { type AnsiColorFormatterOptions, getAnsiColorFormatter, getLogger, getTextFormatter } from "@logtape/logtape";

import { environment } from "./environment.ts";
import { writeToStderr } from "./log.ts";
import type { LogFormat, LogRecord, LogSink } from "./log-record.ts";
import type { LoggedError } from "./logged-error.ts";
import { visible, visibleJson, visibleLines } from "./visible-text.ts";

/*
 * Where records go. Loaded when logging is asked for, and LogTape with it. We never configure LogTape: that belongs to
 * the application, and a second configuration throws.
 */

/** For an application that configures LogTape: its loggers `["aitor", …]`. */
export const logtapeSink: LogSink = (record) => getLogger(record.category).emit(record);

export function stderrSink(format: LogFormat, wanted?: boolean): LogSink {
  if (format === "json") return (record) => writeToStderr(jsonLine(record));
  const { color, dumbTerminal, errorTerminal } = environment();
  const text = prettyText(wanted ?? (color && errorTerminal && !dumbTerminal));
  return (record) => writeToStderr(text(record));
}

/** The same names first in each line, so that a reader finds them; the rest is the record's own, under other names. */
export function jsonLine({ timestamp, level, category, message, properties }: LogRecord): string {
  const time = new Date(timestamp).toISOString();
  const fixed = { time, level, logger: category.join("."), message: message[0] };
  return visibleJson(JSON.stringify({ ...fixed, ...properties, ...fixed }));
}

/** One line, and below it, indented, what an error has to say. */
export function prettyText(color: boolean): (record: LogRecord) => string {
  const options: AnsiColorFormatterOptions = { timestamp: "rfc3339", category: "." };
  const head = color ? getAnsiColorFormatter(options) : getTextFormatter(options);
  const dim = color ? (text: string): string => `\x1b[2m${text}\x1b[0m` : (text: string): string => text;
  return (record) => {
    const { error, ...fields } = record.properties;
    const line = head({ ...record, message: [visible(record.message[0])] }).trimEnd();
    const context = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
    const lines = [context.length === 0 ? line : `${line}  ${dim(context.join(" "))}`];
    if (error !== undefined) lines.push(...errorLines(error as LoggedError, ""));
    return lines.join("\n");
  };
}

function errorLines({ name, message, code, expected, fix, stack, cause }: LoggedError, label: string): string[] {
  const [first = "", ...rest] = visibleLines(message);
  const lines = [`  ${label}${visible(name)}${code === undefined ? "" : ` [${visible(code)}]`}: ${first}`];
  for (const line of rest) lines.push(`    ${line}`);
  if (expected !== undefined) lines.push(`    expected: ${visible(expected)}`);
  if (fix !== undefined) lines.push(`    fix: ${visible(fix)}`);
  if (stack !== undefined) for (const line of visibleLines(stack)) lines.push(`    ${line.trim()}`);
  return cause === undefined ? lines : [...lines, ...errorLines(cause, "caused by: ")];
}

function fieldText(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value * 1_000) / 1_000);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return visible(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
}

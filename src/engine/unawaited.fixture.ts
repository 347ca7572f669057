import { afterEach, beforeEach } from "vitest";
import { configureLogging, type LogRecord } from "../base/index.ts";

/** What is told, in each test of a file, of what nobody awaits. */
export interface Unawaited {
  /** Warnings and errors of the log. */
  readonly records: readonly LogRecord[];
  /** What would have ended the process. */
  readonly unhandled: readonly unknown[];
}

export function unawaited(): Unawaited {
  const records: LogRecord[] = [];
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(async () => {
    records.length = 0;
    unhandled.length = 0;
    process.on("unhandledRejection", note);
    await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
  });
  afterEach(async () => {
    process.off("unhandledRejection", note);
    await configureLogging({ level: "off" });
  });
  return { records, unhandled };
}

// How a record is written
// - json: one line, with time, level, logger and message, then the record's own fields
// - pretty: one line, below it what an error and its causes have to say; colours only where they are wanted
// - in neither is there anything that a terminal obeys
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogRecord } from "./log-record.ts";
import { jsonLine, prettyText } from "./log-sinks.ts";

function record(text: string, properties: Record<string, unknown> = {}): LogRecord {
  return { category: ["aitor", "step"], level: "warning", message: [text], rawMessage: text, timestamp: 0, properties };
}

const failure = {
  name: "TypeError",
  message: "no answer",
  code: "offline",
  expected: "an answer",
  fix: "wait",
  stack: "    at fetchPage (crawl.ts:3:9)\n    at run (crawl.ts:9:1)",
  cause: { name: "Error", message: "first line\nsecond line" },
};

describe("json", () => {
  test("is one line of the record's fields behind time, level, logger and message", () => {
    const line = jsonLine(record("step failed", { run: "r", step: "a/b", task: "b", error: failure }));
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({
      time: "1970-01-01T00:00:00.000Z",
      level: "warning",
      logger: "aitor.step",
      message: "step failed",
      run: "r",
      step: "a/b",
      task: "b",
      error: failure,
    });
    expect(Object.keys(JSON.parse(line) as object).slice(0, 4)).toEqual(["time", "level", "logger", "message"]);
  });

  test("has them as they are, whatever the record's own fields are called", () => {
    const line = jsonLine(record("step failed", { message: "m", level: 1, logger: "l", time: 2, run: "r" }));
    expect(line).toBe(
      '{"time":"1970-01-01T00:00:00.000Z","level":"warning","logger":"aitor.step","message":"step failed","run":"r"}',
    );
  });

  test("holds the text as it is, and nothing that a terminal obeys", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = jsonLine(record(text, { task: text }));
        expect(JSON.parse(line)).toMatchObject({ message: text, task: text });
        expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }),
    );
  });
});

describe("pretty", () => {
  test("is a line, with what the error and its causes say below it", () => {
    const properties = { run: "r", step: "a b", durationMs: 1.23456, error: failure };
    expect(prettyText(false)(record("step failed", properties)).split("\n")).toEqual([
      '1970-01-01T00:00:00.000Z [WRN] aitor.step: step failed  run=r step="a b" durationMs=1.235',
      "  TypeError [offline]: no answer",
      "    expected: an answer",
      "    fix: wait",
      "    at fetchPage (crawl.ts:3:9)",
      "    at run (crawl.ts:9:1)",
      "  caused by: Error: first line",
      "    second line",
    ]);
  });

  test("has colours where they are wanted", () => {
    expect(prettyText(true)(record("step failed", { run: "r" }))).toContain("\x1b[2mrun=r\x1b[0m");
    expect(prettyText(true)(record("step failed"))).toContain("\x1b[33m");
  });

  test("holds nothing that a terminal obeys, and lines only where an error has them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = prettyText(false)(record(text, { task: text, error: { name: text, message: "m", code: text } }));
        expect(shown.split("\n")).toHaveLength(2);
        expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }),
    );
  });
});

// The environment
// - is taken as it is said, an empty variable as one that is not set
// - with a wrong word is an error that says which words there are, for those who need that variable
import { describe, expect, test } from "vitest";
import { readEnvironment } from "./environment.ts";

const read = (env: Record<string, string>): ReturnType<typeof readEnvironment> => readEnvironment({ env });

test("where there is none, as in a browser, everything has its default", () => {
  expect(readEnvironment({})).toMatchObject({
    development: true,
    color: true,
    dumbTerminal: false,
    errorTerminal: false,
  });
  expect(readEnvironment({})).toMatchObject({ log: undefined, logFormat: undefined });
});

test.each([
  [{ NODE_ENV: "production" }, { development: false }],
  [{ NODE_ENV: "test" }, { development: true }],
  [{ NO_COLOR: "1" }, { color: false }],
  [{ NO_COLOR: "" }, { color: true }],
  [{ TERM: "dumb" }, { dumbTerminal: true }],
  [{ AITOR_JOURNAL: "a.db" }, { journal: "a.db" }],
  [{ AITOR_JOURNAL: "" }, { journal: undefined }],
  [{ AITOR_LOG: "debug" }, { log: "debug" }],
  [{ AITOR_LOG: "off" }, { log: "off" }],
  [
    { AITOR_LOG: "", AITOR_LOG_FORMAT: "" },
    { log: undefined, logFormat: undefined },
  ],
  [{ AITOR_LOG_FORMAT: "json" }, { logFormat: "json" }],
])("%j is %j", (env, said) => {
  expect(read(env as Record<string, string>)).toMatchObject(said);
});

test.each([
  [{}, false],
  [{ execArgv: ["--import", "./log.js"] }, false],
  [{ execArgv: ["--input-type=module", "-e", "1"] }, true],
  [{ env: { NODE_OPTIONS: "--no-warnings --input-type=module" } }, true],
])("that Node was given a program as a text is read from its options: %j", (process, programText) => {
  expect(readEnvironment(process)).toMatchObject({ programText });
});

test("stderr is asked whether it is a terminal", () => {
  expect(readEnvironment({ stderr: { isTTY: true } }).errorTerminal).toBe(true);
});

describe("a wrong word", () => {
  test.each([
    ["AITOR_LOG", "log", "loud", '"debug", "info", "warning", "error" or "off"'],
    ["AITOR_LOG", "log", "INFO", '"debug", "info", "warning", "error" or "off"'],
    ["AITOR_LOG_FORMAT", "logFormat", "xml", '"pretty" or "json"'],
  ] as const)("in %s", (name, field, value, expected) => {
    expect(() => read({ [name]: value })[field]).toThrow(
      expect.objectContaining({
        code: "invalid-option",
        message: expect.stringContaining(`the environment variable ${name} cannot be used`),
        expected,
        got: JSON.stringify(value),
        fix: `set ${name} to one of these, or unset it`,
      }),
    );
  });

  test("is nothing to those who do not need it", () => {
    expect(read({ AITOR_LOG: "loud" }).color).toBe(true);
  });
});

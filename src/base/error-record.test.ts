// - what an error says survives the journal: name, message, code, advice, data, retryable, stack, causes
// - an error of Aitor's own comes back as one; another comes back as an Error of its name
// - what cannot be written as JSON is left out, and causes that contain themselves are cut
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { rebuildError, recordError } from "./error-record.ts";
import { AitorError, isAitorError } from "./errors.ts";

/** Through a journal that keeps text. */
const recalled = (thrown: unknown): Error => rebuildError(JSON.parse(JSON.stringify(recordError(thrown))) as never);

describe("an error of Aitor's own", () => {
  const full = new AitorError({
    code: "too-hot",
    message: "the tea is too hot",
    expected: "60 °C",
    got: "90 °C",
    fix: "wait",
    retryable: false,
    data: { celsius: 90 },
    cause: new TypeError("no ice"),
  });

  test("comes back equal, with its cause", () => {
    const back = recalled(full);
    expect(isAitorError(back, "too-hot")).toBe(true);
    expect(back).toMatchObject({
      name: "AitorError",
      message: full.message,
      code: "too-hot",
      expected: "60 °C",
      got: "90 °C",
      fix: "wait",
      retryable: false,
      data: { celsius: 90 },
      stack: full.stack,
      cause: { name: "TypeError", message: "no ice" },
    });
  });

  test("comes back as one where it has no advice, too", () => {
    const back = recalled(new AitorError({ code: "plain", message: "plain", retryable: false }));
    expect(isAitorError(back, "plain")).toBe(true);
    expect(back).toMatchObject({ message: "plain", retryable: false });
  });

  test("keeps a message of several lines", () => {
    const back = recalled(new AitorError({ code: "x", message: "one\ntwo", fix: "none" }));
    expect(back.message).toBe("one\ntwo\n  fix: none");
  });

  test("is recorded without its advice in the message, which would stand there twice", () => {
    expect(recordError(full)).toMatchObject({ message: "the tea is too hot", expected: "60 °C" });
  });
});

describe("another error", () => {
  test("comes back as an Error of its name, with code, data and retryable", () => {
    const thrown = Object.assign(new RangeError("first\nsecond"), { code: "ERANGE", data: [1], retryable: true });
    const back = recalled(thrown);
    expect(isAitorError(back)).toBe(false);
    expect(back).toMatchObject({
      name: "RangeError",
      message: "first\nsecond",
      code: "ERANGE",
      data: [1],
      retryable: true,
    });
  });

  test("of another realm is recorded as one of this", () => {
    expect(recalled(runInNewContext("new TypeError('far')"))).toMatchObject({ name: "TypeError", message: "far" });
  });

  test("with a code that is no text is recorded without it", () => {
    expect(recordError(new DOMException("gone", "AbortError"))).not.toHaveProperty("code");
  });
});

test.each([
  ["a text", "a text"],
  [{ a: 1 }, "an object with a"],
  [undefined, "undefined"],
])("what is no error is recorded by its description: %j", (thrown, message) => {
  expect(recordError(thrown)).toEqual({ name: "Error", message });
});

test("data that cannot be written is left out", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  for (const data of [cycle, 1n, () => 1, { toJSON: () => JSON.parse("{") as unknown }]) {
    expect(recordError(Object.assign(new Error("x"), { data }))).not.toHaveProperty("data");
  }
});

test("causes that contain themselves are cut", () => {
  const error = new Error("again");
  error.cause = new Error("and", { cause: error });
  let depth = 0;
  for (let at: unknown = recalled(error); at instanceof Error; at = at.cause) depth++;
  expect(depth).toBe(17);
});

const silent = <Made extends Error>(error: Made): Made => Object.assign(error, { message: "" });

test("errors that are made oddly are recorded: what is no text, or cannot be read, is left out", () => {
  const odd = Object.assign(new Error("x"), { message: { id: ["too long"] }, name: Symbol("odd"), stack: 5, code: 7 });
  expect(recordError(odd)).toEqual({ name: "Error", message: '{"id":["too long"]}' });
  const throws = Object.defineProperty(new RangeError("x"), "stack", {
    get: () => {
      throw new Error("no stack");
    },
  });
  expect(recordError(throws)).toEqual({ name: "RangeError", message: "x" });
  expect(recordError(silent(new AggregateError([new Error("a"), new Error("b")], "x")))).toMatchObject({
    name: "AggregateError",
    message: "a; b",
  });
});

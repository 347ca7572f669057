// - the text of an error is its message, then what was expected, what came, and the fix
// - errors are told by a brand, also those of another copy of the package and of another realm
// - anything that was thrown has a text of one line
// - one that is made without a stack says the same, and leaves those of others alone
// - one of what a caller gave has a stack that reaches that line
// - a value is described by its type and its beginning, whatever it is
// - secrets are in none of these texts
import { runInNewContext } from "node:vm";
import { describe as group, expect, test } from "vitest";
import {
  AitorError,
  cancelledError,
  describe,
  errorAtCaller,
  isAitorError,
  isError,
  messageOf,
  stackless,
} from "./errors.ts";
import { Secret } from "./secret.ts";

const error = new AitorError({
  code: "too-hot",
  message: "the tea is too hot",
  expected: "60 °C",
  got: "90 °C",
  fix: "wait",
});

test("the text is the message with advice below it", () => {
  expect(error.message).toBe("the tea is too hot\n  expected: 60 °C\n  got: 90 °C\n  fix: wait");
  expect(new AitorError({ code: "x", message: "alone" }).message).toBe("alone");
});

test("one that is made without a stack says the same, and leaves those of others alone", () => {
  const made = stackless(() => cancelledError("tea", "it is late"));
  expect(made.message).toBe(cancelledError("tea", "it is late").message);
  expect(made.stack).not.toContain("    at ");
  expect(() =>
    stackless(() => {
      throw new Error("not made");
    }),
  ).toThrow("not made");
  expect(new Error("another").stack).toContain("    at ");
});

test("one of what a caller gave reaches that line, where others keep fewer frames, and none where no stacks are wanted", () => {
  const within = (depth: number, make: () => Error): Error => (depth === 0 ? make() : within(depth - 1, make));
  function given(): Error {
    return errorAtCaller({ code: "x", message: "wrong" });
  }
  const framesOf = ({ stack = "" }: Error) => stack.split("\n    at ").length - 1;
  const settings = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = settings;
  try {
    settings.stackTraceLimit = 10;
    expect(framesOf(within(50, given))).toBe(30);
    expect(given().stack).toMatch(/^AitorError: wrong\n    at given /);
    expect(framesOf(within(50, () => new AitorError({ code: "x", message: "wrong" })))).toBe(10);
    settings.stackTraceLimit = 0;
    expect(framesOf(within(50, given))).toBe(0);
  } finally {
    Object.assign(settings, { stackTraceLimit });
  }
});

group("an error is recognised", () => {
  test("by its brand and its code", () => {
    expect(isAitorError(error)).toBe(true);
    expect(isAitorError(error, "too-hot")).toBe(true);
    expect(isAitorError(error, "cold")).toBe(false);
  });

  test("where another copy of the package made it", () => {
    expect(isAitorError(Object.assign(new Error("copy"), { "~aitor": "error", code: "too-hot" }), "too-hot")).toBe(
      true,
    );
  });

  test("where it comes from another realm", () => {
    const foreign: unknown = runInNewContext('Object.assign(new Error("far"), { "~aitor": "error", code: "too-hot" })');
    expect(foreign instanceof Error).toBe(false);
    expect(isAitorError(foreign, "too-hot")).toBe(true);
  });

  test("and nothing else is", () => {
    expect([new Error("x"), { code: "too-hot" }, null, undefined, "error"].some((other) => isAitorError(other))).toBe(
      false,
    );
  });
});

test("errors of every realm and kind are errors", () => {
  function Old(): void {}
  Old.prototype = Object.create(Error.prototype) as object;
  const old: unknown = Reflect.construct(Old, []);
  expect([error, new DOMException("x"), runInNewContext("new TypeError('x')"), old].every(isError)).toBe(true);
  expect([{ message: "x" }, "x", null].some(isError)).toBe(false);
});

const silent = <Made extends Error>(made: Made): Made => Object.assign(made, { message: "" });

group("what was thrown in one line:", () => {
  test.each([
    [error, "the tea is too hot"],
    [new Error("first\nsecond"), "first"],
    [runInNewContext("new Error('far')"), "far"],
    ["a text", "a text"],
    [{ a: 1 }, "an object with a"],
    [undefined, "undefined"],
    [silent(new TypeError("x")), "TypeError"],
    [
      silent(new AggregateError([new Error("no route to ::1"), "no route to 127.0.0.1"], "x")),
      "no route to ::1; no route to 127.0.0.1",
    ],
    [Object.assign(new Error("x"), { message: ["id must be a number"] }), '["id must be a number"]'],
    [Object.assign(new Error("x"), { message: undefined }), "Error"],
  ])("%s", (thrown: unknown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });

  test("of what cannot be looked at, that it cannot be", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throws = Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("no message");
      },
    });
    expect(isError(proxy)).toBe(false);
    expect(isAitorError(proxy)).toBe(false);
    expect([proxy, throws].map(messageOf)).toEqual(["an object that cannot be read", "Error"]);
  });
});

test("a cancellation tells its reason and keeps it as its cause", () => {
  const reason = new Error("the user left");
  expect(cancelledError("run 1", reason)).toMatchObject({
    code: "cancelled",
    cause: reason,
    got: "a cancellation because of: the user left",
  });
  expect(cancelledError("run 1").message).toMatch(/^run 1 was cancelled\n/);
});

group("a value is described:", () => {
  class Point {}
  test.each<[unknown, string]>([
    [null, "null"],
    [undefined, "undefined"],
    ["text", '"text"'],
    ["x".repeat(200), `"${"x".repeat(118)}…`],
    [1.5, "number 1.5"],
    [true, "boolean true"],
    [5n, "bigint 5"],
    [Symbol("s"), "Symbol(s)"],
    [messageOf, "function messageOf"],
    [() => {}, "function (anonymous)"],
    [[1, 2], "an array of 2"],
    [{}, "an empty object"],
    [{ a: 1, b: 2 }, "an object with a, b"],
    [Object.create(null), "an empty object"],
    [new Point(), "an instance of Point"],
    [{ constructor: "odd" }, "an object with constructor"],
  ])("%s", (value, text) => {
    expect(describe(value)).toBe(text);
  });
});

test("a value whose beginning ends within a character is described without half of it", () => {
  expect(describe(`${"x".repeat(117)}😀${"y".repeat(30)}`)).toBe(`"${"x".repeat(117)}\ufffd…`);
});

test("neither text tells a secret, nor what is left of one behind a cut", () => {
  const key = "key-that-nobody-may-read";
  new Secret(key);
  expect(messageOf(`401 for ${key}`)).toBe("401 for [secret]");
  expect(messageOf(new Error(`401 for ${key}\n  expected: none`))).toBe("401 for [secret]");
  expect(describe(`${"x".repeat(100)}${key}`)).toBe(`"${"x".repeat(100)}[secret]"`);
});

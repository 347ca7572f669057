// - what an error says survives the journal: name, message, code, advice, data, retryable, stack, causes
// - an error of Aitor's own comes back as one; another comes back as an Error of its name
// - an error with a message that is no text, or with fields that throw when they are read, is recorded all the same
// - a plain object with a message is one, too
// - what else it has of its own is kept where it is a number, a boolean or a short text; the errors in one are, too
// - what cannot be written as JSON is left out, and errors that contain themselves are cut
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { rebuildError, recordError } from "./error-record.ts";
import { AitorError, isAitorError, messageOf } from "./errors.ts";

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

test.each(["text", null, 0, { message: "plain" }])(
  "what was thrown and is no error (%j) is recorded again as before",
  (thrown) => {
    const recorded = recordError(thrown);
    expect(recordError(rebuildError(recorded))).toEqual(recorded);
  },
);

describe("an error that is not what errors are", () => {
  const thrower = {
    get(): never {
      throw new Error("a getter");
    },
  };

  test.each<[string, unknown, message: string, line?: string]>([
    ["a message that is an object", Object.assign(new Error("x"), { message: { error: "down" } }), '{"error":"down"}'],
    ["no message", Object.assign(new Error("x"), { message: undefined }), "", "Error"],
    ["a message that cannot be read", Object.defineProperty(new Error("x"), "message", thrower), "", "Error"],
    ["a proxy that was revoked", revoked(), "an object that cannot be read"],
  ])("%s", (_what, thrown, message, line = message) => {
    expect(recalled(thrown)).toMatchObject({ name: "Error", message });
    expect(messageOf(thrown)).toBe(line);
    expect(isAitorError(thrown)).toBe(false);
  });

  test("fields of other types, and those that cannot be read, are left out", () => {
    const odd = Object.assign(new Error("x"), { name: Symbol("n"), stack: { frames: [] }, code: 5 });
    for (const field of ["retryable", "data", "cause"]) Object.defineProperty(odd, field, thrower);
    expect(recordError(odd)).toEqual({ name: "Error", message: "x", fields: { code: 5 } });
  });

  test("a plain object with a message comes back as an error with that, its name, code and data", () => {
    const thrown = { name: "PostgresError", message: "no such row", code: "PGRST116", data: [1], retryable: false };
    expect(recalled(thrown)).toMatchObject(thrown);
    expect(messageOf(thrown)).toBe("no such row");
    expect(recordError({ code: "x" })).toEqual({ name: "Error", message: "an object with code" });
  });

  function revoked(): unknown {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }
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

  test("comes back with what else it has of its own, such as a status", () => {
    class HttpError extends Error {
      readonly status = 404;
      readonly code = 17;
      readonly path = "/a";
      readonly transient = false;
    }
    expect(recalled(new HttpError("no"))).toMatchObject({ status: 404, code: 17, path: "/a", transient: false });
  });

  test("comes back without what may be large, or is no JSON", () => {
    const fields = { body: "x".repeat(1_001), response: { status: 404 }, left: Number.NaN, retry: () => true };
    expect(recordError(Object.assign(new Error("no"), fields))).not.toHaveProperty("fields");
  });

  test("comes back with the errors in it, as many as causes", () => {
    const errors = Array.from({ length: 20 }, (_, index) => Object.assign(new Error(`no ${index}`), { status: index }));
    const back = recalled(new AggregateError([...errors, "none"], "all", { cause: new Error("down") }));
    expect(back).toMatchObject({ name: "AggregateError", message: "all", cause: { message: "down" } });
    expect((back as AggregateError).errors).toMatchObject(errors.slice(0, 15).map(({ status }) => ({ status })));
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

test("errors that are in themselves are cut", () => {
  const error = new AggregateError([], "again");
  error.errors.push(error, error);
  expect(JSON.stringify(recordError(error)).match(/"again"/g)).toHaveLength(17);
});

const silent = <Made extends Error>(error: Made): Made => Object.assign(error, { message: "" });

test("errors that are made oddly are recorded: what is no text, or cannot be read, is left out", () => {
  const odd = Object.assign(new Error("x"), { message: { id: ["too long"] }, name: Symbol("odd"), stack: 5, code: 7 });
  expect(recordError(odd)).toEqual({ name: "Error", message: '{"id":["too long"]}', fields: { code: 7 } });
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

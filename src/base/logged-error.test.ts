import { expect, test } from "vitest";
import { AitorError, recordError } from "./index.ts";
import { loggedError } from "./logged-error.ts";

// What logs tell of an error
// - its name, message, code, what was expected, the fix, the stack's places, and its causes in the same form
// - nothing that may show a value: no `got`, no `data`, not in its causes and not in the head of a stack

test("an error and its causes are told without what they say of values", () => {
  const secret = "a secret value";
  const cause = new AitorError({ code: "c", message: "inner", expected: "e", got: secret, fix: "f", data: { secret } });
  const error = new AitorError({ code: "d", message: "outer", expected: "e", got: secret, fix: "f", cause });
  const told = loggedError(recordError(error));
  expect(told).toMatchObject({
    message: "outer",
    code: "d",
    expected: "e",
    fix: "f",
    cause: { message: "inner", code: "c" },
  });
  expect(told.stack).toMatch(/^\s*at /);
  expect(JSON.stringify(told)).not.toContain(secret);
});

test("nor where a line of what they say begins as a place does", () => {
  const letter = "Dear Bob,\n at noon the PIN is 4711\n    at home (door 4711)";
  const told = loggedError(recordError(new AitorError({ code: "c", message: "bad letter\n  at all", got: letter })));
  expect(told.stack).toMatch(/^ {4}at .*logged-error\.test/);
  expect(told.stack).not.toContain("4711");
  const other = loggedError(recordError(new TypeError("not found:\n  at 4711")));
  expect(other.stack).toMatch(/^ {4}at .*logged-error\.test/);
});

// Where a text stops being JSON: the first sign that no continuation could make right.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { firstFault, type JsonFault } from "./json-fault.ts";

test.each([
  ["hello", 1, 1, "unexpected token 'h'"],
  ["[1,]", 1, 4, "unexpected token ']'"],
  ["{a:1}", 1, 2, "expected property name or '}'"],
  ['{"a":1}x', 1, 8, "unexpected non-whitespace character after JSON"],
  ['{\n  "a": tree\n}', 2, 10, "unexpected token 'e'"],
  ['"a\tb"', 1, 3, "bad control character in string literal"],
  ["undefined", 1, 1, "unexpected text"],
  ["", 1, 1, "an unexpected end"],
  ["[1,2", 1, 5, "an unexpected end"],
  ['{"a": "b', 1, 9, "an unexpected end"],
  ["[1,\n2,\n", 3, 1, "an unexpected end"],
])("%j: line %i, column %i: %s", (text, line, column, what) => {
  expect(fault(text)).toMatchObject({ line, column, what });
});

test("what follows the fault is shown up to its line's end, and cut", () => {
  expect(fault('[tree, "a"]\nmore').excerpt).toBe('ee, "a"]');
  expect(fault(`[tree${"e".repeat(100)}]`).excerpt).toHaveLength(40);
  expect(fault(`[x${"e".repeat(37)}😀😀`).excerpt).toBe(`x${"e".repeat(37)}\ufffd…`);
});

describe("for any JSON text", () => {
  test("a beginning of it is at fault at its end alone", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, at) => {
        const text = json.slice(0, at % json.length);
        fc.pre(!isJson(text));
        expect(fault(text).column).toBe(text.length + 1);
      }),
    );
  });

  test("with a sign behind it that cannot follow, that sign is at fault", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(fault(`${json} }`)).toMatchObject({ line: 1, column: json.length + 2, excerpt: "}" });
      }),
    );
  });
});

function fault(text: string): JsonFault {
  try {
    JSON.parse(text);
  } catch (error) {
    return firstFault(text, error as SyntaxError);
  }
  throw new Error(`${text} is JSON`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// How much room a text takes on a terminal, and what is left of one that takes more.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, fit } from "./columns.ts";

test.each([
  ["abc é", 5],
  ["e\u0301", 1],
  ["日本語", 6],
  ["カタカナ", 8],
  ["ｶﾀｶﾅ", 4],
  ["ﾡﾢ", 2],
  ["ㄅㄆ", 4],
  ["한글", 4],
  ["\u1112\u1161\u11ab", 2],
  ["ꀀ", 2],
  ["㈱㍿", 4],
  ["①", 1],
  ["，！", 4],
  ["🚀", 2],
  ["⚠", 1],
  ["⚠\ufe0f", 2],
  ["❤\ufe0f", 2],
  ["🚀\ufe0f", 2],
  ["a\ufe0f", 1],
])("%s takes %d columns", (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

describe("fitting", () => {
  test("leaves alone what fits and marks what is cut", () => {
    expect(fit("abcdef", 6)).toBe("abcdef");
    expect(fit("abcdef", 5)).toBe("abcd…");
    expect(fit("日本語", 5)).toBe("日本…");
    expect(fit("abc", 0)).toBe("");
    expect(fit("⚠\ufe0f low", 3)).toBe("⚠\ufe0f…");
  });

  test("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
        expect(columnsOf(fit(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

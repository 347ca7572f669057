// How much room a text takes on a terminal, and what is left of one that takes more.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, fit } from "./columns.ts";

describe("fitting", () => {
  test("leaves alone what fits and marks what is cut", () => {
    expect(fit("abcdef", 6)).toBe("abcdef");
    expect(fit("abcdef", 5)).toBe("abcd…");
    expect(fit("日本語", 5)).toBe("日本…");
    expect(fit("abc", 0)).toBe("");
  });

  test("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
        expect(columnsOf(fit(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

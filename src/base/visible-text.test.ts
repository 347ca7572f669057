// Text from outside on a terminal: nothing in it is obeyed, hidden or turned around.
import fc from "fast-check";
import { expect, test } from "vitest";

import { visible, visibleJson, visibleLines } from "./visible-text.ts";

test.each([
  ["plain ünïcode 日本 🎉", "plain ünïcode 日本 🎉"],
  ["a\nb\rc\td", "a\\nb\\rc\\td"],
  ["\x1b[31mred\x07", "\\x1b[31mred\\x07"],
  ["\x9b31m", "\\x9b31m"],
  ["\u202eturned", "\\u{202e}turned"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["\u2028\ud800", "\\u{2028}\\u{d800}"],
])("%j becomes %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("lines stay lines", () => {
  expect(visibleLines("a\tb\r\n\x1bc")).toEqual(["a  b", "\\x1bc"]);
});

test("JSON stays the same value and holds nothing that a terminal obeys", () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: "binary" }), (json) => {
      const shown = visibleJson(JSON.stringify(JSON.parse(json)));
      expect(JSON.parse(shown)).toEqual(JSON.parse(json));
      expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    }),
  );
});

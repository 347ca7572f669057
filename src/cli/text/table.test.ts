// Tables: aligned by what a terminal shows, no wider than it, and safe to print.
import { stripVTControlCharacters } from "node:util";

import fc from "fast-check";
import { expect, test } from "vitest";

import { columnsOf } from "../terminal/columns.ts";
import { style } from "../terminal/style.ts";
import { table } from "./table.ts";

const plain = style(false);

test("columns stand below their titles, numbers to the right", () => {
  const columns = [{ title: "name" }, { title: "took", right: true }, { title: "note" }];
  const rows = [
    [{ text: "日本" }, { text: "1 ms" }, { text: "x" }],
    [{ text: "b", indent: 2 }, { text: "100 ms" }, { text: "" }],
  ];
  expect(table(columns, rows, Infinity, plain)).toEqual(["name    took  note", "日本    1 ms  x", "  b   100 ms"]);
});

test("columns that give way are cut where the lines would be too wide", () => {
  const columns = [{ title: "a" }, { title: "b", gives: true }];
  const rows = [[{ text: "12345" }, { text: "a text that is much too long" }]];
  expect(table(columns, rows, 20, plain)[1]).toBe("12345  a text that …");
});

test("what a terminal would obey is written out", () => {
  const [, line] = table([{ title: "a" }], [[{ text: "\x1b[2J\n\u202ex" }]], Infinity, plain);
  expect(line).toBe("\\x1b[2J\\n\\u{202e}x");
});

test("colours do not change what stands where", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), { maxLength: 5 }),
      fc.integer({ min: 24, max: 60 }),
      (texts, width) => {
        const columns = [
          { title: "a", gives: true },
          { title: "b", gives: true, right: true },
        ];
        const rows = texts.map(([a, b]) => [{ text: a, format: "red" as const }, { text: b }]);
        const coloured = table(columns, rows, width, style(true)).map(stripVTControlCharacters);
        expect(coloured.map((line) => line.trimEnd())).toEqual(table(columns, rows, width, plain));
        for (const line of coloured) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

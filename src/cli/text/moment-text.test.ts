// Times and sizes in words.
import { expect, test } from "vitest";

import { agoText, bytesText, countText, momentText, untilText } from "./moment-text.ts";

const NOW = Date.UTC(2026, 0, 31, 12);

test.each([
  [0, "now"],
  [42_000, "42 s ago"],
  [5 * 60_000, "5 min ago"],
  [3 * 3_600_000, "3 h ago"],
  [50 * 3_600_000, "2 days ago"],
  [-5_000, "now"],
])("what was %i ms before is %s", (before, text) => expect(agoText(NOW - before, NOW)).toBe(text));

test.each([
  [1, "in 1 s"],
  [3_600_000, "in 60 min"],
  [0, "now due"],
  [-1, "now due"],
])("what comes after %i ms is %s", (after, text) => expect(untilText(NOW + after, NOW)).toBe(text));

test("a moment is a date and a time of this place, and no error where it is none", () => {
  expect(momentText(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe("2026-01-02 03:04:05");
  expect(momentText(Infinity)).toBe("an unknown time");
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_234, "1.2 kB"],
  [34_000_000, "34 MB"],
  [999_600, "1.0 MB"],
])("%i bytes are %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

test("counts are grouped, and one is no many", () => {
  expect([countText(1, "run"), countText(0, "run"), countText(1_234_567, "child", "children")]).toEqual([
    "1 run",
    "0 runs",
    "1,234,567 children",
  ]);
});

// - a number is milliseconds; a text is a number and its unit
// - whatever is not a finite length of time ≥ 0 is refused, and the error names the option and shows what came
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Duration, milliseconds } from "./duration.ts";

test.each([
  [0, 0],
  [1.5, 1.5],
  ["0ms", 0],
  ["250ms", 250],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
] as const)("%j is %d ms", (duration, expected) => {
  expect(milliseconds(duration, "wait")).toBe(expected);
});

test("any number of any unit is that many of the unit", () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
  fc.assert(
    fc.property(fc.nat(), unit, (count, name) => {
      expect(milliseconds(`${count}${name}`, "wait")).toBe(count * units[name]);
    }),
  );
});

const refused: readonly unknown[] = [
  -1,
  Number.NaN,
  Infinity,
  "",
  "5",
  "s",
  "-1s",
  "1 s",
  "5 s ",
  " 5s",
  "1e3s",
  "1.s",
  "5 minutes",
  null,
  undefined,
  {},
  5n,
];

test.each(refused)("%s is refused", (duration) => {
  expect(() => milliseconds(duration as Duration, "wait")).toThrow(
    expect.objectContaining({
      code: "invalid-duration",
      message: expect.stringContaining("wait is not a duration") as string,
    }),
  );
});

test("the error shows what came", () => {
  expect(() => milliseconds("5 minutes" as Duration, "wait")).toThrow(expect.objectContaining({ got: '"5 minutes"' }));
});

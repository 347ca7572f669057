// What is in none of some ranges is found, whatever their order, and where one lies upon another or beyond the end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { missing } from "./gap-table.ts";

test("the numbers that are missing are those that are in no range", () => {
  const number = fc.integer({ min: 1, max: 40 });
  const range = fc.record({ first: number, last: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), fc.integer({ min: 0, max: 30 }), (ranges, end) => {
      const expected: number[] = [];
      for (let seq = 1; seq <= end; seq++) {
        if (!ranges.some(({ first, last }) => first <= seq && seq <= last)) expected.push(seq);
      }
      const gaps = missing(ranges, end);
      expect(gaps.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, n) => first + n))).toEqual(
        expected,
      );
      for (const [index, gap] of gaps.entries()) expect(gap.first).toBeGreaterThan((gaps[index - 1]?.last ?? -1) + 1);
    }),
  );
});

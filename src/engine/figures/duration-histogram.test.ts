// A histogram of durations
// - has quantiles within RELATIVE_ERROR of the exact ones, whatever the durations are
// - knows its count, total and maximum exactly
// - holds what is too short or too long for it in its first and last bucket
import fc from "fast-check";
import { expect, test } from "vitest";
import { DurationHistogram, RELATIVE_ERROR } from "./duration-histogram.ts";

const MICROSECOND = 0.001;
const TWELVE_DAYS = 12 * 86_400_000;

function histogram(durations: readonly number[]): DurationHistogram {
  const made = new DurationHistogram();
  for (const ms of durations) made.add(ms);
  return made;
}

/** The least duration that is not exceeded by a share of all. */
function exact(durations: readonly number[], share: number): number {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

test("the error is at most 5 %", () => {
  expect(RELATIVE_ERROR).toBeLessThanOrEqual(0.05);
});

test("quantiles are within the error of the exact ones", () => {
  // As many short ones as long ones, and many that are equal or near each other.
  const magnitude = fc.double({ min: Math.log(MICROSECOND), max: Math.log(TWELVE_DAYS), noNaN: true });
  const any = magnitude.map((log) => Math.min(Math.max(Math.exp(log), MICROSECOND), TWELVE_DAYS));
  const near = fc.double({ min: 9, max: 11, noNaN: true });
  const durations = fc.array(fc.oneof(any, near, fc.constantFrom(1, 1.0625, 2, 1_024)), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(durations, fc.constantFrom(0, 0.5, 0.9, 0.95, 0.99, 1), (values, share) => {
      const right = exact(values, share);
      expect(Math.abs(histogram(values).quantile(share) - right)).toBeLessThanOrEqual(
        right * RELATIVE_ERROR * (1 + 1e-12),
      );
    }),
    { numRuns: 2_000 },
  );
});

test("count, total and maximum are exact", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e9 })), (values) => {
      const { count, total, maximum } = histogram(values);
      const sum = values.reduce((all, each) => all + each, 0);
      expect({ count, total, maximum }).toEqual({ count: values.length, total: sum, maximum: Math.max(0, ...values) });
    }),
  );
});

test("without durations everything is 0", () => {
  expect(histogram([]).quantile(0.5)).toBe(0);
});

test("what is shorter than a microsecond counts as one, and what is longer than twelve days as twelve", () => {
  expect(histogram([0, 0, 0]).quantile(0.95)).toBe(0);
  expect(histogram([0, 1e-7, 5]).quantile(0.5)).toBeLessThan(0.0011);
  expect(histogram([1e15, 1e15]).quantile(0.5)).toBeGreaterThan(TWELVE_DAYS);
  expect(histogram([5, -3]).count).toBe(2);
});

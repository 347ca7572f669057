import { AssertionError } from "node:assert/strict";
import { inspect, isDeepStrictEqual } from "node:util";
import { isAitorError, messageOf } from "../base/index.ts";

/** One promise of a contract as a test. It works in any test framework: `test(name, run)`. */
export interface ConformanceCase {
  /** The subject, and what holds: `a batch: is recorded over several streams, in one order`. */
  readonly name: string;
  /**
   * Resolves if the promise holds, and rejects with an `AssertionError` that says what was expected and what came. It opens what
   * it needs and closes it. It may run any number of times, and at the same time as others.
   */
  readonly run: () => Promise<void>;
}

/** Returns the error of a case: what it looked at, what was expected there and what came. */
export function failure(what: string, expected: string, got: string, values: object = {}): AssertionError {
  const message = `${what}\n  expected: ${expected}\n  got: ${got}`;
  return new AssertionError({ message, operator: "conforms", ...values });
}

/** @throws AssertionError if the two are not deeply and strictly equal. */
export function same(got: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(got, expected)) return;
  const place = Array.isArray(got) && Array.isArray(expected) ? firstDifference(got, expected) : undefined;
  throw failure(what, told(expected, place), told(got, place), { actual: got, expected });
}

/** @throws AssertionError if the condition does not hold. */
export function holds(condition: boolean, what: string, expected: string, got: unknown): asserts condition {
  if (!condition) throw failure(what, expected, typeof got === "string" ? got : told(got));
}

/**
 * Expects a failure, whether by throwing at once or by a promise that rejects.
 *
 * @throws AssertionError if there is no failure with an AitorError of this code.
 */
export async function failsWith(code: string, act: () => unknown, what: string): Promise<void> {
  const expected = `an AitorError with code "${code}"`;
  try {
    await act();
  } catch (error) {
    if (isAitorError(error, code)) return;
    throw failure(what, expected, isAitorError(error) ? `one with code "${error.code}"` : messageOf(error));
  }
  throw failure(what, expected, "no error");
}

/** Longer lists are described by their length and the first place where they differ. */
const TOLD_WHOLE = 24;

function told(value: unknown, place?: number): string {
  if (!Array.isArray(value) || place === undefined || value.length <= TOLD_WHOLE) {
    return inspect(value, { depth: 8, breakLength: Infinity, maxStringLength: 200, maxArrayLength: TOLD_WHOLE });
  }
  const there = place < value.length ? `number ${place + 1} of them ${told(value[place])}` : `no number ${place + 1}`;
  return `${value.length} items, ${there}`;
}

function firstDifference(a: readonly unknown[], b: readonly unknown[]): number {
  const most = Math.max(a.length, b.length);
  for (let index = 0; index < most; index++) if (!isDeepStrictEqual(a[index], b[index])) return index;
  return most;
}

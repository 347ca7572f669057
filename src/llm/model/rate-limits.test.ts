// What providers' headers say of their limits.
import { expect, test } from "vitest";
import { limitsOf, waitFor } from "./rate-limits.ts";

test("OpenAI's: counts and lengths of time", () => {
  const headers = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1m6.5s",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "20ms",
  };
  expect(limitsOf(headers, 0, 1_000)).toEqual({
    requests: { limit: 60, left: 0, saidAt: 1_000, resetAt: 67_500 },
    tokens: { left: 149_984, saidAt: 1_000, resetAt: 1_020 },
  });
});

test("Anthropic's: counts and dates, the nearest to its end", () => {
  const at = (ms: number): string => new Date(ms).toISOString();
  const headers = {
    "anthropic-ratelimit-tokens-limit": "100000",
    "anthropic-ratelimit-tokens-remaining": "90000",
    "anthropic-ratelimit-tokens-reset": at(20_000),
    "anthropic-ratelimit-output-tokens-limit": "8000",
    "anthropic-ratelimit-output-tokens-remaining": "80",
    "anthropic-ratelimit-output-tokens-reset": at(70_000),
  };
  expect(limitsOf(headers, 10_000, 5)).toEqual({
    tokens: { limit: 8_000, left: 80, saidAt: 5, resetAt: 60_005 },
  });
});

test("what says nothing, or nothing that can be read, counts as nothing", () => {
  expect(limitsOf({}, 0, 0)).toBeUndefined();
  expect(
    limitsOf({ "x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "1s" }, 0, 0),
  ).toBeUndefined();
  expect(
    limitsOf({ "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "soon" }, 0, 0),
  ).toBeUndefined();
  expect(limitsOf({ "x-ratelimit-remaining-requests": "1" }, 0, 0)).toBeUndefined();
});

test("a window that fills up has enough before it is full; another one, or one without a limit, when it is", () => {
  const window = { limit: 60, left: 0, saidAt: 100, resetAt: 6_100 };
  expect(waitFor(window, 1, 100, true)).toBe(100);
  expect(waitFor(window, 30, 1_100, true)).toBe(2_000);
  expect(waitFor(window, 100, 100, true)).toBe(6_000);
  expect(waitFor(window, 1, 100, false)).toBe(6_000);
  expect(waitFor({ ...window, left: 5 }, 5, 100, true)).toBe(0);
  expect(waitFor({ left: 0, saidAt: 100, resetAt: 6_100 }, 1, 100, true)).toBe(6_000);
  expect(waitFor(window, 1, 7_000, false)).toBe(0);
});

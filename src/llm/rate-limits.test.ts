// What providers' headers say of their limits.
import { expect, test } from "vitest";
import { limitsOf } from "./rate-limits.ts";

test("OpenAI's: counts and lengths of time", () => {
  const headers = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1m6.5s",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "20ms",
  };
  expect(limitsOf(headers, 0, 1_000)).toEqual({
    requests: { limit: 60, left: 0, resetAt: 67_500 },
    tokens: { left: 149_984, resetAt: 1_020 },
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
  expect(limitsOf(headers, 10_000, 5)).toEqual({ tokens: { limit: 8_000, left: 80, resetAt: 60_005 } });
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

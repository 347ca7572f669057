// - a policy is a number of attempts or an object, checked at once
// - each wait is random from 0 up to a limit that doubles from initialDelay to maxDelay (full jitter)
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RetryOptions, retryPolicy } from "./retry.ts";

async function waits(options: RetryOptions, count: number): Promise<number[]> {
  const delays = await retryPolicy(options, "retry").delays();
  return Array.from({ length: count }, () => delays.next().value);
}

test("a number is a number of attempts", () => {
  expect(retryPolicy(3, "retry").attempts).toBe(3);
  expect(retryPolicy({ attempts: Infinity }, "retry").attempts).toBe(Infinity);
});

describe("each wait", () => {
  test("is within its limit, which doubles up to maxDelay", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), fc.nat(100_000), async (initialDelay, maxDelay) => {
        const found = await waits({ attempts: 9, initialDelay, maxDelay }, 8);
        for (const [index, wait] of found.entries()) {
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(Math.min(maxDelay, initialDelay * 2 ** index));
        }
      }),
    );
  });

  test("uses the whole of its range", async () => {
    const first: number[] = [];
    for (let round = 0; round < 200; round++) first.push(...(await waits({ attempts: 2, initialDelay: 1_000 }, 1)));
    expect(Math.min(...first)).toBeLessThan(200);
    expect(Math.max(...first)).toBeGreaterThan(800);
  });

  test("is up to 100 ms at first and never above 30 s by default", async () => {
    for (let round = 0; round < 50; round++) {
      const found = await waits({ attempts: 20 }, 20);
      expect(found[0]).toBeLessThanOrEqual(100);
      expect(Math.max(...found)).toBeLessThanOrEqual(30_000);
    }
  });

  test("stays a number however often it is doubled", async () => {
    expect((await waits({ attempts: Infinity, initialDelay: 0 }, 1_100)).every((wait) => wait === 0)).toBe(true);
    expect((await waits({ attempts: Infinity }, 1_100)).every(Number.isFinite)).toBe(true);
  });
});

test.each<[unknown, string, string]>([
  [0, "invalid-option", "attempts"],
  [1.5, "invalid-option", "attempts"],
  ["3", "invalid-option", "retry cannot be used"],
  [null, "invalid-option", "retry cannot be used"],
  [{}, "invalid-option", "attempts"],
  [[3], "invalid-option", "an option of retry"],
  [{ attempts: 2, delay: 0 }, "invalid-option", "an option of retry cannot be used"],
  [{ attempts: 2, initialDelay: -1 }, "invalid-duration", "initialDelay"],
  [{ attempts: 2, maxDelay: "soon" }, "invalid-duration", "maxDelay"],
])("%j is refused with %s", (options, code, name) => {
  expect(() => retryPolicy(options as RetryOptions, "retry")).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(name) as string }),
  );
});

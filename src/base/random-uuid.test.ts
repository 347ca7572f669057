import { expect, test } from "vitest";
import { randomUuid } from "./random-uuid.ts";

const MANY = 20_000;

test("UUIDs are of version 4, and no two are the same", () => {
  const made = Array.from({ length: MANY }, randomUuid);
  for (const uuid of made)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(MANY);
});

test("every digit that may be anything is each of 16 as often as chance has it", () => {
  const made = Array.from({ length: MANY }, randomUuid);
  for (let place = 0; place < 36; place++) {
    const counts = new Map<string, number>();
    for (const uuid of made) counts.set(uuid.charAt(place), (counts.get(uuid.charAt(place)) ?? 0) + 1);
    const kinds = [8, 13, 18, 23, 14].includes(place) ? 1 : place === 19 ? 4 : 16;
    expect(counts.size).toBe(kinds);
    // Eight standard deviations: less often than once in 10^15 by chance.
    const [mean, spread] = [MANY / kinds, 8 * Math.sqrt(MANY / kinds)];
    for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThanOrEqual(kinds === 1 ? 0 : spread);
  }
});

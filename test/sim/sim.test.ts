// The simulation (`npm run test:sim`): processes that die, a store that tears, fails and delays, timers and effects in any order,
// models that say anything
// - whatever happens nothing that was acknowledged is lost, reordered, repeated, early, overspent or illegal, and replays are equal
// - a run that is interrupted after each of its commits comes out as one that is left alone
// - one seed is one trace, and another seed another one
// - its checks can fail: each bad part is found by one of the first seeds
import { describe, expect, test } from "vitest";

import { forceReplay } from "./forced-replay.ts";
import { mutants } from "./mutants.ts";
import { simulate } from "./simulate.ts";
import { simulateAll } from "./campaign.ts";
import { noFaults } from "./verdict.ts";

/** Among so many seeds each mutant is found. */
const FIRST = 80;

test("nothing is lost, reordered, repeated, early, overspent, illegal or different", { timeout: 120_000 }, async () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);
  const { failures, faults, ...figures } = await simulateAll({ seeds });
  expect(failures).toEqual([]);
  expect(faults).toEqual(noFaults());
  // And there was something to find.
  for (const [name, figure] of Object.entries(figures)) expect(figure, name).toBeGreaterThan(10);
});

describe("one seed", () => {
  test("is one trace", async () => {
    for (const seed of [1, 17, 42]) {
      const [first, second, other] = [await simulate(seed), await simulate(seed), await simulate(seed + 1)];
      expect(second.hash).toBe(first.hash);
      expect(other.hash).not.toBe(first.hash);
    }
  });

  test("is one trace under forced replay, too", async () => {
    const [first, second] = [await simulate(3, "forced"), await simulate(3, "forced")];
    expect(second.hash).toBe(first.hash);
    expect(first.troubles.crashes).toBeGreaterThan(10);
  });
});

describe("it finds", () => {
  test.each(mutants)("$name", { timeout: 60_000 }, async ({ found, flaws, forced = false }) => {
    for (let seed = 1; seed <= FIRST; seed++) {
      const { faults } = forced ? await forceReplay(seed, flaws) : await simulate(seed, "random", flaws);
      if (faults[found].length > 0) return;
    }
    expect.fail(`none of the first ${FIRST} seeds finds it`);
  });
});

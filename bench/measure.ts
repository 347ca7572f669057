import { deepStrictEqual } from "node:assert/strict";

import type { Case, Contender } from "./contender.ts";

export interface Measurement {
  readonly contender: string;
  /** CPU microseconds per unit, one a sample, in rising order. */
  readonly samples: readonly number[];
}

/** A sample repeats a run until it takes at least this long, so that the clock's grain does not show. */
const SAMPLE_MS = 20;
const WARM_UP_MS = 300;

/**
 * Measures the contenders of a case in turns, so that whatever else the machine does meets all of them alike, and
 * each round in another order. CPU time of the process, garbage collection included.
 */
export async function measure(subject: Case, rounds: number): Promise<Measurement[]> {
  await agree(subject);
  const entries = await Promise.all(subject.contenders.map(async (contender) => ({ contender, repeats: 0 })));
  for (const entry of entries) entry.repeats = await warmUp(entry.contender);
  const samples = new Map(entries.map(({ contender }) => [contender.name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const { contender, repeats } = entries[(round + turn) % entries.length] as (typeof entries)[number];
      const microseconds = await cpuTime(contender, repeats);
      samples.get(contender.name)?.push(microseconds / repeats / subject.n);
    }
  }
  return [...samples].map(([contender, taken]) => ({ contender, samples: taken.sort((a, b) => a - b) }));
}

export function median(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] as number;
}

/** Contenders that give different results do not do the same work. */
async function agree({ name, contenders }: Case): Promise<void> {
  const [first, ...others] = contenders;
  const expected = await first?.run();
  for (const other of others) {
    deepStrictEqual(await other.run(), expected, `${name}: ${other.name} gives another result than ${first?.name}`);
  }
}

/** How often a contender runs in one sample. */
async function warmUp(contender: Contender): Promise<number> {
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < WARM_UP_MS || runs < 3) {
    await contender.run();
    runs++;
  }
  return Math.max(1, Math.ceil((runs * SAMPLE_MS) / (performance.now() - start)));
}

async function cpuTime(contender: Contender, repeats: number): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < repeats; repeat++) await contender.run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

import { deepStrictEqual } from "node:assert/strict";

import type { Order, Sample } from "./contender.ts";
import { Entrant } from "./entrant.ts";
import type { Absent, Participant } from "./participants.ts";
import { ascending, median } from "./sample.ts";

/** What was measured of one contender. */
export interface Measured {
  readonly contender: string;
  /** CPU microseconds per unit, in rising order. */
  readonly cpu: readonly number[];
  /** Bytes allocated per unit, in rising order. */
  readonly bytes: readonly number[];
  /** The share of the time in which garbage was collected. */
  readonly collecting: number;
  /** Megabytes resident after each sample, in rising order. */
  readonly resident: readonly number[];
}

export interface Contest {
  readonly measured: readonly Measured[];
  readonly absent: readonly Absent[];
}

export interface Effort {
  /** Samples of each contender. */
  readonly rounds: number;
  /** Milliseconds in which a contender's code gets as fast as it will be. */
  readonly warmUp: number;
  /** A contender that needs longer for a single run is not measured. */
  readonly secondsPerRun: number;
  /** What all samples of one contender may take: the slow have fewer. */
  readonly secondsPerContender: number;
}

export const EFFORT: Effort = { rounds: 15, warmUp: 3_000, secondsPerRun: 20, secondsPerContender: 15 };
export const QUICK: Effort = { rounds: 3, warmUp: 800, secondsPerRun: 5, secondsPerContender: 4 };

const LEAST_ROUNDS = 3;
const ALLOCATION_ROUNDS = 3;

/**
 * Lets contenders do the same work, each in a process of its own, so that none is slowed down by what another has loaded or left
 * behind; and in turns, each round in another order, so that whatever else the machine does meets all of them alike.
 */
export async function contest(order: Order, participants: readonly Participant[], effort: Effort): Promise<Contest> {
  const entered: { readonly entrant: Entrant; readonly rounds: number; readonly samples: Sample[] }[] = [];
  const absent: Absent[] = [];
  using processes = new DisposableStack();
  let expected: { readonly of: string; readonly result: unknown } | undefined;
  for (const participant of participants) {
    const { name } = participant;
    const entrant = processes.use(new Entrant(participant));
    try {
      const { result, milliseconds } = await entrant.prepare(order, effort.warmUp, 3 * effort.secondsPerRun + 10);
      if (milliseconds > 1e3 * effort.secondsPerRun) {
        throw new Error(`one run takes ${Math.round(milliseconds / 1e3)} s`);
      }
      expected ??= { of: name, result };
      deepStrictEqual(result, expected.result, `it gives another result than ${expected.of}`);
      const affordable = Math.floor((1e3 * effort.secondsPerContender) / Math.max(milliseconds, 25));
      const rounds = Math.max(LEAST_ROUNDS, Math.min(effort.rounds, affordable));
      entered.push({ entrant, rounds, samples: [] });
    } catch (error) {
      absent.push({ name, reason: (error as Error).message });
      entrant[Symbol.dispose]();
    }
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < entered.length; turn++) {
      const { entrant, rounds, samples } = entered[(round + turn) % entered.length] as (typeof entered)[number];
      if (round < rounds) samples.push(await entrant.sample(false));
    }
  }
  const measured: Measured[] = [];
  for (const { entrant, samples } of entered) {
    const allocated: Sample[] = [];
    for (let round = 0; round < ALLOCATION_ROUNDS; round++) allocated.push(await entrant.sample(true));
    measured.push({
      contender: entrant.name,
      cpu: samples.map(({ cpu }) => cpu).sort(ascending),
      bytes: allocated.map(({ bytes }) => bytes).sort(ascending),
      resident: samples.map(({ resident }) => resident).sort(ascending),
      collecting: median(allocated.map(({ collecting }) => collecting).sort(ascending)),
    });
  }
  return { measured, absent };
}

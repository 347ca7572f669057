import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How long the work took. */
  readonly time: number;
}

const RESOLUTION_MS = 1;
const SETTLE_MS = 20;

/** The event loop's delay while `run` works, by a timer of Node's own: how much later than asked for it fires. */
export async function loopDelay(run: () => Promise<unknown>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  // What is recorded is the time between two of its timers: one before the work, one behind it.
  await sleep(SETTLE_MS);
  histogram.reset();
  await sleep(3 * RESOLUTION_MS);
  const start = performance.now();
  await run();
  const time = performance.now() - start;
  await sleep(3 * RESOLUTION_MS);
  histogram.disable();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max), time };
}

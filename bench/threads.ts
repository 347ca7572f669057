import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { Aitorflow, type Input, task } from "../src/index.ts";
import { type LoopDelay, loopDelay } from "./loop-delay.ts";
import count from "./primes.thread.ts";
import { type Row, rowOf } from "./row.ts";
import { digits } from "./sample.ts";
import type { Setting } from "./setting.ts";

const TASKS = 8;
const BELOW = 10_000_000;
const METRICS = ["p50", "p99", "max", "time"] as const;

/**
 * The event loop's delay while a flow does work that computes: in worker threads, in the event loop, and with no work.
 * In turns, as the other workloads.
 */
export async function threadRows({ effort: { rounds } }: Setting): Promise<Row[]> {
  const inPool = task.thread<typeof count>()("primes", new URL("./primes.thread.ts", import.meta.url));
  const pool = Aitorflow.define("in-pool", (flow, limits: Input<readonly number[]>) => flow.map(inPool, limits));
  // The loop at its best: it comes to everything else between two tasks.
  const inLoop = task("primes", async (limit: number) => (await setImmediate(), count(limit)));
  const loop = Aitorflow.define("in-loop", (flow, limits: Input<readonly number[]>) =>
    flow.map(inLoop, limits, { concurrency: 1 }),
  );
  const limits = Array.from({ length: TASKS }, () => BELOW);
  const contenders: Readonly<Record<string, () => Promise<unknown>>> = {
    idle: () => sleep(500),
    "in the pool": () => pool.run(limits),
    "in the loop": () => loop.run(limits),
  };
  for (const run of Object.values(contenders)) await run();

  const samples = new Map(Object.keys(contenders).map((name) => [name, [] as LoopDelay[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) samples.get(name)?.push(await loopDelay(run));
  }
  return report(samples);
}

function report(samples: ReadonlyMap<string, readonly LoopDelay[]>): Row[] {
  const name = `${TASKS} × the primes below ${BELOW}`;
  const taken = (contender: string, metric: keyof LoopDelay): number[] =>
    (samples.get(contender) ?? []).map((sample) => sample[metric]);
  console.log(`threads: ${name} (${TASKS} tasks), the event loop's delay in ms, and the time of all`);
  console.log(`  ${"".padEnd(16)}${METRICS.map((metric) => metric.padStart(9)).join("")}`);
  const rows = [...samples.keys()].flatMap((contender) => {
    const values = METRICS.map((metric) => {
      const what = { workload: "threads", case: name, n: TASKS, contender, metric, unit: "ms" };
      return rowOf(what, taken(contender, metric), taken("idle", metric));
    });
    console.log(`  ${contender.padEnd(16)}${values.map(({ value }) => digits(value).padStart(9)).join("")}`);
    return values;
  });
  console.log();
  return rows;
}

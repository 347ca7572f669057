import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { AitorHost } from "../src/index.ts";
import { defineAdder } from "./aitor.ts";
import type { Row } from "./row.ts";

/** What a finished run keeps in the process for each step: in the journal in memory, and in the agent's memory. */
export async function keptRows(sizes: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  console.log("loop: kept by a run that has ended, bytes a step, with the journal in memory");
  // Compiled code is kept, too, and is none of the run's.
  await (await finished(100)).shutdown();
  for (const n of sizes) {
    const before = await heap();
    const host = await finished(n);
    const value = ((await heap()) - before) / n;
    await host.shutdown();
    console.log(`  ${`${n} steps`.padEnd(18)}${String(Math.round(value)).padStart(8)}`);
    const of = { workload: "loop", case: `a run of ${n} steps`, n, contender: "aitor" } as const;
    rows.push({ ...of, metric: "kept", value, unit: "B/step", ratioToRaw: Number.NaN, samples: [value] });
  }
  console.log();
  return rows;
}

/** A host whose agent has made a run of so many steps. */
async function finished(n: number): Promise<AitorHost> {
  const Adder = defineAdder(n);
  const host = new AitorHost({ agents: [Adder] });
  await (await host.open(Adder, "1")).chat("Add.");
  return host;
}

/** Bytes in use, once what can be collected is. */
export async function heap(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let pass = 0; pass < 3; pass++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed;
}

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";

import { agentRows } from "./agents.ts";
import { concurrentRows } from "./concurrent.ts";
import { EFFORT, QUICK } from "./contest.ts";
import { tellAbsent } from "./contest-rows.ts";
import { durableRows } from "./durable.ts";
import { flowRows } from "./flow.ts";
import { tellVerdicts } from "./goals.ts";
import { loopRows } from "./loop.ts";
import { peers } from "./participants.ts";
import { resumeRows } from "./resume.ts";
import type { Row } from "./row.ts";
import type { Setting, Workload } from "./setting.ts";
import { startRows } from "./start.ts";
import { streamRows } from "./stream.ts";
import { threadRows } from "./threads.ts";
import { todoRows } from "./todos.ts";
import type { WorkloadName } from "./workloads.ts";

const workloads: Readonly<Record<WorkloadName, Workload>> = {
  loop: loopRows,
  concurrent: concurrentRows,
  flow: flowRows,
  durable: durableRows,
  stream: streamRows,
  start: startRows,
  agents: agentRows,
  resume: resumeRows,
  todos: todoRows,
  threads: threadRows,
};

/** Measures what is named, or all, and tells the verdicts. @param json Where the rows go, too. */
export async function measure(
  named: readonly WorkloadName[],
  extent: Parameters<typeof peers>[0],
  json: string | undefined,
): Promise<void> {
  const names = named.length > 0 ? named : (Object.keys(workloads) as WorkloadName[]);
  const { present, absent } = peers(extent);
  const quick = extent === "quick";
  const setting: Setting = { effort: quick ? QUICK : EFFORT, quick, peers: present };
  const load = loadavg().map((each) => each.toFixed(1));
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, load ${load.join(" ")}`,
  );
  tellAbsent(absent);
  console.log();
  const rows: Row[] = [];
  for (const name of names) {
    rows.push(...(await workloads[name](setting)));
    // After each, so that a run that is stopped has not been for nothing.
    if (json !== undefined) write(json, rows);
  }
  tellVerdicts(rows);
  if (json !== undefined) console.log(`rows written to ${json}`);
}

function write(file: string, rows: readonly Row[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(rows, undefined, 1)}\n`);
}

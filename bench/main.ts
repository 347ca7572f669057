import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { agentRows } from "./agents.ts";
import { caseRows } from "./case-rows.ts";
import { durableRows } from "./durable.ts";
import { describePath, flowCases } from "./flow.ts";
import { loopRows } from "./loop.ts";
import { measure } from "./measure.ts";
import type { Row } from "./row.ts";
import { streamRows } from "./stream.ts";
import { threadRows } from "./threads.ts";
import { todoRows } from "./todos.ts";

const USAGE = `Usage: npm run bench -- [workload …] [--json FILE] [--quick]

Measures Aitor beside code written by hand and beside its peers, in one process and in turns. What counts are the
ratios of one run: absolute times move with the machine.

Workloads (default: all)
  flow          the cost of a flow beside promises written by hand
  durable       steps on the journal on disk beside rows committed with node:sqlite, and many runs at once
  agents        messages a second of one agent and of many, memory large and small, agents at rest
  loop          the cost of a step of an agent's loop beside pi's agent, and what a long run keeps
  stream        the cost of a model's text delta beside pi's agent, and with redaction on
  threads       the event loop's delay while tasks compute, in worker threads and in the loop
  todos         changes and readings of plans of 100 to 100,000 todos, and many todos at once

  --json FILE   also write the rows { workload, case, n, contender, metric, value, unit, ratioToRaw, samples }
  --quick       5 samples instead of 15
`;

/** Measures, prints, and returns the rows. */
type Workload = (rounds: number) => Promise<Row[]>;

const workloads: Readonly<Record<string, Workload>> = {
  flow: flowRows,
  durable: durableRows,
  agents: agentRows,
  loop: loopRows,
  stream: streamRows,
  threads: threadRows,
  todos: todoRows,
};

const { names, json, quick } = parse();
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`);
const rows: Row[] = [];
for (const name of names) rows.push(...(await (workloads[name] as Workload)(quick ? 5 : 15)));
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`);
  console.log(`rows written to ${json}`);
}

async function flowRows(rounds: number): Promise<Row[]> {
  console.log(`${await describePath()}\n`);
  const { cases, absent } = await flowCases();
  for (const { name, reason } of absent) console.log(`${name} is not measured: ${reason}\n`);
  const rows: Row[] = [];
  for (const subject of cases) rows.push(...caseRows(subject, await measure(subject, rounds)));
  return rows;
}

function parse(): { names: string[]; json: string | undefined; quick: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: "string" }, quick: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) {
      console.log(USAGE);
      process.exit(0);
    }
    const unknown = positionals.find((name) => workloads[name] === undefined);
    if (unknown !== undefined) throw new Error(`there is no workload "${unknown}"`);
    const chosen = positionals.length > 0 ? positionals : Object.keys(workloads);
    return { names: chosen, json: values.json, quick: values.quick === true };
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

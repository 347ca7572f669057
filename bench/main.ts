import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

import { agentRows } from "./agents.ts";
import { concurrentRows } from "./concurrent.ts";
import { EFFORT, QUICK } from "./contest.ts";
import { tellAbsent } from "./contest-rows.ts";
import { durableRows } from "./durable.ts";
import { flowRows } from "./flow.ts";
import { tellVerdicts } from "./goals.ts";
import { loopRows } from "./loop.ts";
import { peers } from "./participants.ts";
import { writeReport } from "./report.ts";
import { resumeRows } from "./resume.ts";
import type { Row } from "./row.ts";
import type { Setting, Workload } from "./setting.ts";
import { startRows } from "./start.ts";
import { streamRows } from "./stream.ts";
import { threadRows } from "./threads.ts";
import { todoRows } from "./todos.ts";

const USAGE = `Usage: npm run bench -- [workload …] [--quick | --all] [--json FILE]
       npm run bench -- --report FILE …

Measures Aitor beside code written by hand and beside its peers, each in a process of its own and in turns. What counts
are the ratios of one run: absolute times move with the machine.

Workloads (default: all)
  loop          a step of an agent's loop, in runs of 10 to 10,000 steps; and what a run keeps
  concurrent    1,000 runs of 5 steps at once: runs per CPU second, memory
  flow          a node of a flow, in four shapes of graphs
  durable       steps on the journal on disk beside rows committed with node:sqlite, and many runs at once
  stream        a model's text delta, also with redaction on
  start         the import, the packages installed, an agent's bundle
  agents        messages a second of one agent and of many, memory large and small, agents at rest
  resume        a run of 10,000 steps whose process was killed
  todos         changes and readings of plans of 100 to 100,000 todos, and many todos at once
  threads       the event loop's delay while tasks compute, in worker threads and in the loop

Peers are installed when they are first measured, each in its own folder of bench/peers, as its lock file says.
  (default)     pi-agent-core, AI SDK, LangGraph, p-graph
  --all         also OpenAI Agents, Mastra, VoltAgent, async.auto
  --quick       Aitor, raw and pi-agent-core alone, with fewer samples and sizes: under 3 minutes
  --json FILE   also write the rows { workload, case, n, contender, metric, value, unit, ratioToRaw, samples }
  --report FILE …  measure nothing: write the tables and plots of docs/performance.md from such files
`;

const workloads: Readonly<Record<string, Workload>> = {
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

const { values, names } = parse();
if (values.report === true) {
  const rows = names.flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as Row[]);
  writeReport(rows);
  tellVerdicts(rows);
} else await measureAll(values.quick === true ? "quick" : values.all === true ? "all" : "default", values.json);

async function measureAll(extent: Parameters<typeof peers>[0], json: string | undefined): Promise<void> {
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
    rows.push(...(await (workloads[name] as Workload)(setting)));
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

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        all: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        json: { type: "string" },
        quick: { type: "boolean" },
        report: { type: "boolean" },
      },
    });
    if (values.help === true) {
      console.log(USAGE);
      process.exit(0);
    }
    if (values.all === true && values.quick === true) throw new Error("--all and --quick exclude each other");
    if (values.report === true) {
      if (positionals.length === 0) throw new Error("--report needs the files that --json wrote");
      return { values, names: positionals };
    }
    const unknown = positionals.find((name) => workloads[name] === undefined);
    if (unknown !== undefined) throw new Error(`there is no workload "${unknown}"`);
    return { values, names: positionals.length > 0 ? positionals : Object.keys(workloads) };
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

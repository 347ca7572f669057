import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { tellVerdicts } from "./goals.ts";
import { measureBuild } from "./published.ts";
import { writeReport } from "./report.ts";
import type { Row } from "./row.ts";
import { isWorkload, WORKLOADS } from "./workloads.ts";

const USAGE = `Usage: npm run bench -- [workload …] [--quick | --all] [--json FILE]
       npm run bench -- --report FILE …

Measures Aitor beside code written by hand and beside its peers, each in a process of its own and in turns. What counts
are the ratios of one run: absolute times move with the machine.

Workloads (default: all)
${list(WORKLOADS)}

Peers are installed when they are first measured, each in its own folder of bench/peers, as its lock file says.
  (default)     pi-agent-core, AI SDK, LangGraph, p-graph
  --all         also OpenAI Agents, Mastra, VoltAgent, async.auto
  --quick       Aitor, raw and pi-agent-core alone, with fewer samples and sizes: under 3 minutes
  --json FILE   also write the rows { workload, case, n, contender, metric, value, unit, ratioToRaw, samples }
  --report FILE …  measure nothing: write the tables and plots of docs/performance.md from such files
`;

const { values, names } = parse();
if (values.report === true) {
  const rows = names.flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as Row[]);
  writeReport(rows);
  tellVerdicts(rows);
} else {
  build();
  const { measure } = await import("./measure.ts");
  await measure(
    names.filter(isWorkload),
    values.quick === true ? "quick" : values.all === true ? "all" : "default",
    values.json,
  );
}

function list(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `  ${name.padEnd(14)}${text}`)
    .join("\n");
}

/** Beside the packages that are installed here, where bare imports in it find them. */
function build(): void {
  const folder = join(import.meta.dirname, "..", "node_modules", ".cache", "aitor-bench");
  const script = join(import.meta.dirname, "..", "scripts", "build.ts");
  const { status, stderr } = spawnSync(process.execPath, [script, "--out", folder], { encoding: "utf8" });
  if (status === 0) return measureBuild(folder);
  console.error(`bench: the package cannot be built:\n${stderr}`);
  process.exit(1);
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
    const unknown = positionals.find((name) => !isWorkload(name));
    if (unknown !== undefined) throw new Error(`there is no workload "${unknown}"`);
    return { values, names: positionals };
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

import type { Absent, Case } from "./contender.ts";
import { describePath, flowCases } from "./flow.ts";
import { measure, median, type Measurement } from "./measure.ts";

const USAGE = `Usage: npm run bench -- [workload …] [--json FILE] [--quick]

Measures Aitor beside code written by hand and beside its peers, in one process and in turns. What counts are the
ratios of one run: absolute times move with the machine.

Workloads: flow (default: all)
  --json FILE   also write the rows { workload, n, contender, metric, value, unit, ratioToRaw, samples }
  --quick       5 samples instead of 15
`;

const workloads: Readonly<Record<string, () => Promise<{ cases: Case[]; absent: Absent[] }>>> = { flow: flowCases };

interface Row {
  readonly workload: string;
  readonly case: string;
  readonly n: number;
  readonly contender: string;
  readonly metric: "cpu";
  readonly value: number;
  readonly unit: string;
  readonly ratioToRaw: number;
  readonly samples: readonly number[];
}

const { names, json, quick } = parse();
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n${await describePath()}\n`,
);
const rows: Row[] = [];
for (const name of names) {
  const { cases, absent } = await (workloads[name] as () => Promise<{ cases: Case[]; absent: Absent[] }>)();
  for (const { name: peer, reason } of absent) console.log(`${peer} is not measured: ${reason}\n`);
  for (const subject of cases) rows.push(...print(subject, await measure(subject, quick ? 5 : 15)));
}
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`);
  console.log(`rows written to ${json}`);
}

function print(subject: Case, measurements: readonly Measurement[]): Row[] {
  const raw = median(measurements.find(({ contender }) => contender === "raw")?.samples ?? []);
  console.log(`${subject.workload}: ${subject.name} (${subject.n} ${subject.unit}s), CPU µs per ${subject.unit}`);
  const rowsOfCase = measurements.map(({ contender, samples }): Row => {
    const value = median(samples);
    const spread = `${digits(samples[0] as number)}–${digits(samples.at(-1) as number)}`;
    const goal = contender === "aitor" && subject.goal !== undefined ? verdict(value, subject.goal) : "";
    console.log(
      `  ${contender.padEnd(16)}${digits(value).padStart(7)}  ${spread.padEnd(13)} × raw ${digits(value / raw)}${goal}`,
    );
    return {
      workload: subject.workload,
      case: subject.name,
      n: subject.n,
      contender,
      metric: "cpu",
      value,
      unit: `µs/${subject.unit}`,
      ratioToRaw: value / raw,
      samples,
    };
  });
  console.log();
  return rowsOfCase;
}

function verdict(value: number, goal: number): string {
  return `   goal ≤ ${goal}: ${value <= goal ? "met" : "MISSED"}`;
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
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

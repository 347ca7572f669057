import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { verdicts } from "./goals.ts";
import { AITOR, pinned } from "./participants.ts";
import { bars, lines } from "./plot.ts";
import type { Row } from "./row.ts";
import { digits } from "./sample.ts";

const PAGE = join(import.meta.dirname, "../docs/performance.md");
const PLOTS = join(import.meta.dirname, "../docs/performance");

/** Writes what the page shows between `<!-- bench: NAME -->` and `<!-- end -->`, and its plots. Other words stay as they are. */
export function writeReport(rows: readonly Row[]): void {
  const page = readFileSync(PAGE, "utf8").replaceAll(
    /<!-- bench: (\S+) -->\n[\s\S]*?<!-- end -->/g,
    (whole: string, name: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`docs/performance.md: there is no part "${name}" of the bench`);
      const lines = part(rows);
      return lines.length === 0 ? whole : `<!-- bench: ${name} -->\n\n${lines.join("\n")}\n\n<!-- end -->`;
    },
  );
  writeFileSync(PAGE, page);
  mkdirSync(PLOTS, { recursive: true });
  for (const [name, plot] of Object.entries(plots(rows))) {
    if (plot !== undefined) writeFileSync(join(PLOTS, `${name}.svg`), plot);
  }
  console.log("written: docs/performance.md, docs/performance/*.svg\n");
}

/** The lines of each part of the page. */
const parts: Readonly<Record<string, (rows: readonly Row[]) => string[]>> = {
  machine: () => [
    `Node ${process.version} on ${cpus().length} × ${cpus()[0]?.model ?? "an unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB of memory, ${process.platform}.`,
    `Versions: ${pinned().join(", ")}.`,
  ],
  goals: (rows) => [
    "| workload | what | goal | measured | | command |",
    "|---|---|---|---|---|---|",
    ...verdicts(rows).map(
      ({ workload, goal, limit, measured, met }) =>
        `| ${workload} | ${goal} | ${limit} | ${measured} | ${met ? "met" : "**missed**"} | \`npm run bench -- ${workload}\` |`,
    ),
  ],
  loop: (rows) => bySize(rows, "loop", "cpu"),
  allocated: (rows) => bySize(rows, "loop", "allocated"),
  resident: (rows) => bySize(rows, "loop", "resident"),
  concurrent: (rows) =>
    byMetric(of(rows, "concurrent"), [
      ["rate", "runs per CPU second"],
      ["memory", "MB before"],
      ["peak", "MB at most"],
      ["allocated", "bytes allocated per step"],
      ["collecting", "garbage collection"],
    ]),
  flow: (rows) => byCase(rows, "flow", "cpu"),
  durable: (rows) => byCase(rows, "durable", "time"),
  stream: (rows) =>
    byMetric(of(rows, "stream"), [
      ["cpu", "µs per delta"],
      ["allocated", "bytes allocated per delta"],
      ["collecting", "garbage collection"],
    ]),
  start: (rows) =>
    byMetric(of(rows, "start"), [
      ["cpu", "import, CPU ms"],
      ["time", "ms"],
      ["memory", "MB resident"],
      ["installed", "MB installed"],
      ["packages", "packages"],
      ["bundle", "KB of an agent's bundle"],
    ]),
  agents: (rows) => [
    "| | | |",
    "|---|---|---|",
    ...rows
      .filter(({ workload, contender }) => workload === "agents" && contender !== "1 KB")
      .map(({ case: name, contender, value, unit }) => {
        return `| ${name === "change" ? `a change at ${contender} of memory` : name} | ${digits(value)} | ${unit} |`;
      }),
  ],
  resume: (rows) =>
    casesOf(of(rows, "resume")).flatMap((name) => [
      "",
      `Of ${name}:`,
      "",
      ...byMetric(
        of(rows, "resume").filter((row) => row.case === name),
        [
          ["cpu", "CPU ms"],
          ["time", "ms"],
          ["memory", "MB resident"],
        ],
      ),
    ]),
  todos: (rows) => bySize(rows, "todos", "cpu"),
};

function of(rows: readonly Row[], workload: string): Row[] {
  return rows.filter((row) => row.workload === workload);
}

/** Contenders down, sizes across; todos have several subjects in the place of contenders. */
function bySize(rows: readonly Row[], workload: string, metric: Row["metric"]): string[] {
  const found = of(rows, workload)
    .filter((row) => row.metric === metric)
    .map((row) => (workload === "todos" ? { ...row, contender: row.case } : row));
  const sizes = [...new Set(found.map(({ n }) => n))];
  return pivot(
    found[0]?.unit ?? "",
    found,
    sizes.map((n) => ({ title: n.toLocaleString("en"), has: (row) => row.n === n })),
  );
}

function byCase(rows: readonly Row[], workload: string, metric: Row["metric"]): string[] {
  const found = of(rows, workload).filter((row) => row.metric === metric);
  return pivot(
    found[0]?.unit ?? "",
    found,
    casesOf(found).map((name) => ({ title: name, has: (row) => row.case === name })),
  );
}

function casesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map(({ case: name }) => name))];
}

/** Contenders down, metrics across. */
function byMetric(rows: readonly Row[], metrics: readonly (readonly [Row["metric"], string])[]): string[] {
  const columns = metrics.map(([metric, title]) => ({ title, has: (row: Row) => row.metric === metric }));
  return pivot("", rows, columns);
}

interface Column {
  readonly title: string;
  readonly has: (row: Row) => boolean;
}

/** Contenders down, columns across. Nothing where there are no rows. */
function pivot(head: string, rows: readonly Row[], columns: readonly Column[]): string[] {
  if (rows.length === 0) return [];
  const contenders = [...new Set(rows.map(({ contender }) => contender))];
  return [
    `|${head === "" ? "" : ` ${head}`} | ${columns.map(({ title }) => title).join(" | ")} |`,
    `|---|${columns.map(() => "---").join("|")}|`,
    ...contenders.map((contender) => {
      const cells = columns.map(({ has }) => cell(rows.find((row) => row.contender === contender && has(row))));
      return `| ${named(contender)} | ${cells.join(" | ")} |`;
    }),
  ];
}

function cell(row: Row | undefined): string {
  if (row === undefined) return "–";
  return row.metric === "collecting" ? `${Math.round(100 * row.value)} %` : `${digits(row.value)}${spread(row)}`;
}

function spread({ samples }: Row): string {
  if (samples.length < 3) return "";
  return ` <sub>${digits(samples[0] as number)}–${digits(samples.at(-1) as number)}</sub>`;
}

function named(contender: string): string {
  return contender === AITOR.name ? `**${contender}**` : contender;
}

function plots(rows: readonly Row[]): Readonly<Record<string, string | undefined>> {
  const cpu = (workload: string): Row[] => of(rows, workload).filter(({ metric }) => metric === "cpu");
  const grouped = (found: readonly Row[], single?: string) =>
    [...new Set(found.map((row) => single ?? row.case))].map((name) => ({
      name,
      bars: found
        .filter((row) => single !== undefined || row.case === name)
        .map(({ contender, value }) => ({ name: contender, value })),
    }));
  const loop = cpu("loop");
  const series = [...new Set(loop.map(({ contender }) => contender))].map((name) => ({
    name,
    points: loop.filter(({ contender }) => contender === name).map(({ n, value }) => ({ x: n, y: value })),
  }));
  const rates = of(rows, "concurrent").filter(({ metric }) => metric === "rate");
  return {
    loop: drawn(series, () => lines("A step of an agent's loop", "steps of the run", "CPU µs", series)),
    concurrent: drawn(rates, () => bars("1,000 runs of 5 steps at once", "runs per CPU second", grouped(rates))),
    flow: drawn(cpu("flow"), () => bars("A node of a flow", "CPU µs", grouped(cpu("flow")))),
    stream: drawn(cpu("stream"), () => bars("A text delta to one subscriber", "CPU µs", grouped(cpu("stream")))),
    start: drawn(cpu("start"), () => {
      const imports = cpu("start").filter(({ contender }) => contender !== "raw");
      return bars("The import", "CPU ms", grouped(imports, "import"));
    }),
  };
}

function drawn(found: readonly unknown[], draw: () => string): string | undefined {
  return found.length === 0 ? undefined : draw();
}

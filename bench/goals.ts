import { AITOR, PI } from "./participants.ts";
import type { Row } from "./row.ts";
import { digits } from "./sample.ts";

/** Something that is to be reached, and what came of it. */
export interface Verdict {
  readonly workload: string;
  readonly goal: string;
  readonly limit: string;
  readonly measured: string;
  readonly met: boolean;
}

interface Goal {
  readonly workload: string;
  readonly goal: string;
  readonly limit: number;
  /** What is measured must be at least this, instead of at most. */
  readonly least?: boolean;
  readonly unit: string;
  /** Nothing where this run did not measure it. */
  readonly measured: (rows: Rows) => number | undefined;
}

/** Which of a contender's rows of one metric. */
type Where = Partial<Pick<Row, "n" | "case" | "unit">>;

/** The rows of one workload, to look up. */
class Rows {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  of(contender: string, metric: Row["metric"], where: Where = {}): number | undefined {
    return this.#found(contender, metric, where)[0]?.value;
  }

  ratioToRaw(contender: string, metric: Row["metric"], where: Where): number | undefined {
    return this.#found(contender, metric, where)[0]?.ratioToRaw;
  }

  /** How much more than that of who does the least. */
  overRaw(contender: string, metric: Row["metric"], where: Where): number | undefined {
    const [row] = this.#found(contender, metric, where);
    return row && row.value - row.value / row.ratioToRaw;
  }

  /** Of all cases, the largest. */
  largest(of: "value" | "ratioToRaw", contender: string, metric: Row["metric"], where: Where): number | undefined {
    const found = this.#found(contender, metric, where);
    return found.length === 0 ? undefined : Math.max(...found.map((row) => row[of]));
  }

  #found(contender: string, metric: Row["metric"], { n, case: name, unit }: Where): Row[] {
    return this.#rows.filter(
      (row) =>
        row.contender === contender &&
        row.metric === metric &&
        (n === undefined || row.n === n) &&
        (name === undefined || row.case === name) &&
        (unit === undefined || row.unit === unit),
    );
  }

  /** Aitor's, as a part of another's. */
  against(other: string, metric: Row["metric"], where: Where = {}): number | undefined {
    const [own, theirs] = [this.of(AITOR.name, metric, where), this.of(other, metric, where)];
    return own === undefined || theirs === undefined ? undefined : own / theirs;
  }

  /** How many times as large (Aitor − raw) is in the second as in the first. */
  growth(...cases: readonly [Where, Where]): number | undefined {
    const [small, large] = cases.map((where) => {
      const [own, raw] = [this.of(AITOR.name, "cpu", where), this.of("raw", "cpu", where)];
      return own === undefined || raw === undefined ? undefined : own - raw;
    });
    return small === undefined || large === undefined ? undefined : large / small;
  }
}

const LAYERS = ["20 × 50 layers, 2 parents", "100 × 100 layers, 2 parents"] as const;
/** Of a step: a payload of 284 bytes, and 200 for each of its two events, its start and its end. */
const KEPT_BYTES = 684;

const GOALS: readonly Goal[] = [
  ...[10, 100, 1_000].map((n) =>
    most("loop", `a step in a run of ${n}`, n === 1_000 ? 0.5 : 0.75, "× pi", (rows) => rows.against(PI, "cpu", { n })),
  ),
  grown("loop", "growth of a step from 10 to 1,000", { n: 10 }, { n: 1_000 }),
  grown("loop", "growth of a step from 10 to 10,000", { n: 10 }, { n: 10_000 }),
  least("concurrent", "runs per CPU second", 1.5, "× pi", (rows) => rows.against(PI, "rate")),
  most("concurrent", "resident at most", 150, "MB", (rows) => rows.of("aitor", "peak")),
  ...(
    [
      ["chain of 100", 2],
      ["1 → 1000 → 1", 3],
      [LAYERS[0], 3],
      [LAYERS[1], 4],
    ] as const
  ).map(([name, limit]) =>
    most("flow", `a node of ${name}`, limit, "µs", (rows) => rows.of("aitor", "cpu", { case: name })),
  ),
  grown("flow", "growth of a node from 1,000 to 10,000, 2 edges each", { case: LAYERS[0] }, { case: LAYERS[1] }),
  ...[10, 100, 1_000].flatMap((n) => [
    most("durable", `a step in a run of ${n}`, 1.6, "× node:sqlite", (rows) => rows.ratioToRaw("aitor", "time", { n })),
    most("durable", `a once step in a run of ${n}`, 2.8, "× node:sqlite", (rows) =>
      rows.ratioToRaw("aitor, once", "time", { n }),
    ),
  ]),
  most("durable", "kept of a step", KEPT_BYTES, "B", (rows) => rows.of("aitor", "kept")),
  most("durable", "written of a step", 1.6, "× node:sqlite", (rows) =>
    rows.ratioToRaw("aitor", "written", { n: 1_000 }),
  ),
  ...(
    [
      ["100 at once", 30_000],
      ["1000 at once", 100_000],
    ] as const
  ).flatMap(([name, limit]) => [
    least("durable", `runs, ${name}`, limit, "steps/s", (rows) => rows.of("aitor", "rate", { case: name })),
    most("durable", `event loop's delay p99, ${name}`, 5, "ms over idle", (rows) =>
      rows.overRaw("aitor", "p99", { case: name }),
    ),
  ]),
  most("stream", "a delta", 1, "× pi", (rows) => rows.against(PI, "cpu")),
  most("stream", "a delta with redaction on", 1, "µs", (rows) => rows.of("aitor, redaction", "cpu")),
  most("start", "import, CPU time", 0.5, "× AI SDK", (rows) => rows.against("AI SDK", "cpu")),
  most("start", "installed", 20, "MB", (rows) => rows.of("aitor", "installed")),
  most("start", "an agent's bundle, first chunk", 60, "KB gzipped", (rows) => rows.of("aitor", "bundle")),
  ...(
    [
      ["one agent", 1_000],
      ["10000 agents", 20_000],
    ] as const
  ).map(([name, limit]) =>
    least("agents", name, limit, "messages/s", (rows) => rows.of("aitor", "rate", { case: name })),
  ),
  most("agents", "a small change at 10 MB of memory", 1.3, "× at 1 KB", (rows) =>
    rows.ratioToRaw("10 MB", "time", { case: "change" }),
  ),
  most("agents", "heap of an agent at rest", 300, "B", (rows) => rows.of("aitor", "kept")),
  // A logarithm, and caches.
  most("todos", "growth of what grows most, from 100 to 100,000 todos", 6, "×", (rows) =>
    rows.largest("ratioToRaw", "aitor", "cpu", { n: 100_000, unit: "µs" }),
  ),
  // The event loop does nothing else meanwhile.
  most("todos", "10,000 todos at once, what takes longest", 250, "ms", (rows) =>
    rows.largest("value", "aitor", "cpu", { n: 10_000, unit: "ms" }),
  ),
];

/** What became of the goals that these rows tell something about. */
export function verdicts(rows: readonly Row[]): Verdict[] {
  return GOALS.flatMap(({ workload, goal, limit, least = false, unit, measured }): Verdict[] => {
    const value = measured(new Rows(rows.filter((row) => row.workload === workload)));
    if (value === undefined) return [];
    const met = least ? value >= limit : value <= limit;
    return [{ workload, goal, limit: `${least ? "≥" : "≤"} ${limit} ${unit}`, measured: digits(value), met }];
  });
}

export function tellVerdicts(rows: readonly Row[]): void {
  const found = verdicts(rows);
  if (found.length === 0) return;
  console.log("goals");
  for (const { workload, goal, limit, measured, met } of found) {
    const what = `${workload}: ${goal}`.padEnd(62);
    console.log(`  ${what} ${limit.padEnd(22)} ${measured.padStart(9)}  ${met ? "met" : "MISSED"}`);
  }
  console.log(`  ${found.filter(({ met }) => met).length} of ${found.length} met\n`);
}

function most(workload: string, goal: string, limit: number, unit: string, measured: Goal["measured"]): Goal {
  return { workload, goal, limit, unit, measured };
}

function least(...goal: Parameters<typeof most>): Goal {
  return { ...most(...goal), least: true };
}

function grown(workload: string, goal: string, ...cases: Parameters<Rows["growth"]>): Goal {
  return most(workload, goal, 1.3, "×", (rows) => rows.growth(...cases));
}

import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { EmbeddedEngine } from "../src/index.ts";
import { sqliteJournal } from "../src/sqlite/index.ts";
import { aitor, bytesWritten, type Contender, newFolder, plain, sequence } from "./durable-stores.ts";
import { type LoopDelay, loopDelay } from "./loop-delay.ts";
import { type Row, rowOf } from "./row.ts";
import { ascending, digits, median } from "./sample.ts";
import type { Setting } from "./setting.ts";

const CONTENDERS: readonly Contender[] = [
  plain("node:sqlite", "FULL"),
  plain("no fsync", "OFF"),
  aitor("aitor", {}),
  aitor("aitor, once", { effect: "once" }),
];

const LENGTHS = [10, 100, 1_000] as const;
const AT_ONCE = [1, 100, 1_000] as const;
/** A second and more, so that one delay in a hundred is one of ten or more. */
const ALL_STEPS = 100_000;
/** Steps of each store before it is measured, in runs as long as those: their code is compiled, and its log as long as it stays. */
const BEFORE = 500;
/** At least so many are measured at a time. */
const MEASURED = 200;

/** Steps on the disk: one run after the other, what it leaves and writes, and many runs at once. */
export async function durableRows({ effort: { rounds } }: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const steps of LENGTHS) rows.push(...(await timeOfSteps(steps, rounds)));
  rows.push(...(await bytesOfSteps(1_000)));
  rows.push(...(await runsAtOnce(Math.max(3, Math.ceil(rounds / 3)))));
  rmSync(join(import.meta.dirname, ".data"), { recursive: true, force: true });
  return rows;
}

/** In turns, each time on new files: a run of so many steps, in wall time. */
async function timeOfSteps(steps: number, rounds: number): Promise<Row[]> {
  const samples = new Map(CONTENDERS.map(({ name }) => [name, [] as number[]]));
  const [before, repeats] = [Math.ceil(BEFORE / steps), Math.ceil(MEASURED / steps)];
  for (let round = 0; round < rounds + 1; round++) {
    for (const contender of CONTENDERS) {
      await using store = await contender.open();
      for (let repeat = 0; repeat < before; repeat++) await store.steps(Math.min(steps, BEFORE));
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat++) await store.steps(steps);
      const microseconds = (1e3 * (performance.now() - start)) / repeats / steps;
      if (round > 0) samples.get(contender.name)?.push(microseconds);
    }
  }
  return told("durable", `a run of ${steps} steps, one after the other`, steps, "time", "µs/step", samples);
}

/** What a run leaves in its file, and what it hands to the system to write. */
async function bytesOfSteps(steps: number): Promise<Row[]> {
  const kept = new Map<string, number[]>();
  const written = new Map<string, number[]>();
  for (const contender of CONTENDERS) {
    const { name } = contender;
    if (name === "no fsync") continue;
    await using store = await contender.open();
    await store.steps(1);
    const before = { size: await store.size(), written: bytesWritten() };
    await store.steps(steps);
    const after = { written: bytesWritten(), size: await store.size() };
    kept.set(name, [(after.size - before.size) / steps]);
    if (before.written !== undefined && after.written !== undefined) {
      written.set(name, [(after.written - before.written) / steps]);
    }
  }
  const rows = told("durable", `a run of ${steps} steps`, steps, "kept", "B/step", kept);
  if (written.size === 0) console.log("bytes written are not measured: this system does not tell\n");
  else rows.push(...told("durable", `a run of ${steps} steps`, steps, "written", "B/step", written));
  return rows;
}

/** What many runs at once take. */
interface Busy extends LoopDelay {
  /** Microseconds of CPU for each step: of the thread that runs the steps, and of all others together. */
  readonly own: number;
  readonly others: number;
}

/** After a round that is not counted: code runs at full speed when it has run for a while. */
async function runsAtOnce(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const idle: LoopDelay[] = [];
  const busy = new Map<number, Busy[]>(AT_ONCE.map((runs) => [runs, []]));
  for (let round = 0; round < rounds + 1; round++) {
    const rest = await loopDelay(() => sleep(500));
    if (round > 0) idle.push(rest);
    for (const runs of AT_ONCE) {
      const taken = await manyRuns(runs);
      if (round > 0) busy.get(runs)?.push(taken);
    }
  }
  const idleP99 = median(idle.map(({ p99 }) => p99).sort(ascending));
  console.log("durable: many runs at once: steps a second, the event loop's delay p99 in ms, CPU µs per step");
  console.log(
    `  ${"".padEnd(16)}${"steps/s".padStart(9)}${"p99".padStart(9)}${"own".padStart(9)}${"others".padStart(9)}`,
  );
  console.log(`  ${"idle".padEnd(16)}${"".padStart(9)}${digits(idleP99).padStart(9)}`);
  for (const [runs, taken] of busy) {
    const steps = stepsOf(runs);
    const sorted = (of: (each: Busy) => number): number[] => taken.map(of).sort(ascending);
    const rates = sorted(({ time }) => (1e3 * steps) / time);
    const p99s = sorted(({ p99 }) => p99);
    const [rate, p99] = [median(rates), median(p99s)];
    const name = `${runs} at once`;
    const cpu = [sorted(({ own }) => own), sorted(({ others }) => others)];
    const figures = [String(Math.round(rate)), digits(p99), ...cpu.map((each) => digits(median(each)))];
    console.log(`  ${name.padEnd(16)}${figures.map((figure) => figure.padStart(9)).join("")}`);
    const shared = { workload: "durable", case: name, n: steps, contender: "aitor" };
    rows.push({ ...shared, metric: "rate", value: rate, unit: "steps/s", ratioToRaw: 1, samples: rates });
    rows.push({ ...shared, metric: "p99", value: p99, unit: "ms", ratioToRaw: p99 / idleP99, samples: p99s });
    const [own, others] = cpu as [number[], number[]];
    const all = median(own) + median(others);
    for (const [contender, samples] of [
      ["aitor, event loop", own],
      ["aitor, other threads", others],
    ] as const) {
      const value = median(samples);
      rows.push({ ...shared, contender, metric: "cpu", value, unit: "µs/step", ratioToRaw: value / all, samples });
    }
  }
  console.log();
  return rows;
}

async function manyRuns(runs: number): Promise<Busy> {
  const folder = newFolder("durable-");
  const journal = sqliteJournal(join(folder, "aitor.db"));
  await journal.ready();
  const engine = new EmbeddedEngine({ journal });
  const definition = sequence();
  const steps = stepsOf(runs);
  try {
    const before = { all: process.cpuUsage(), own: process.threadCpuUsage() };
    const delay = await loopDelay(() =>
      Promise.all(Array.from({ length: runs }, () => engine.run(definition, steps / runs))),
    );
    const all = sum(process.cpuUsage(before.all)) / steps;
    const own = sum(process.threadCpuUsage(before.own)) / steps;
    return { ...delay, own, others: all - own };
  } finally {
    await engine[Symbol.asyncDispose]();
    await journal.close();
    rmSync(folder, { recursive: true });
  }
}

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

function stepsOf(runs: number): number {
  return runs === 1 ? 1_000 : ALL_STEPS * (runs === 1_000 ? 2 : 1);
}

function told(
  workload: string,
  name: string,
  n: number,
  metric: Row["metric"],
  unit: string,
  samples: ReadonlyMap<string, readonly number[]>,
): Row[] {
  console.log(`${workload}: ${name}, ${metric === "time" ? "wall time" : `bytes ${metric}`}, ${unit}`);
  const rows = [...samples].map(([contender, taken]): Row => {
    const what = { workload, case: name, n, contender, metric, unit };
    const row = rowOf(what, taken, samples.get("node:sqlite") ?? []);
    const { value, ratioToRaw, samples: sorted } = row;
    const spread = sorted.length < 2 ? "" : `${digits(sorted[0] as number)}–${digits(sorted.at(-1) as number)}`;
    console.log(
      `  ${contender.padEnd(16)}${digits(value).padStart(9)}  ${spread.padEnd(15)} × node:sqlite ${digits(ratioToRaw)}`,
    );
    return row;
  });
  console.log();
  return rows;
}

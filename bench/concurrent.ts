import { contestRows, tellAbsent } from "./contest-rows.ts";
import { Entrant } from "./entrant.ts";
import { AITOR, type Absent, RAW } from "./participants.ts";
import { type Row, rowOf } from "./row.ts";
import { ascending, digits, median } from "./sample.ts";
import type { Setting } from "./setting.ts";

const RUNS = 1_000;
const STEPS = 5;
const ORDER = { kind: "agent", n: STEPS, atOnce: RUNS } as const;
const CASE = `${RUNS} runs of ${STEPS} steps at once`;

/** Many agents' runs under way at once: what they cost, and the memory that a process needs for them. */
export async function concurrentRows({ effort, peers, quick }: Setting): Promise<Row[]> {
  const subject = { workload: "concurrent", case: CASE, order: ORDER, unit: "step" };
  const { rows, absent } = await contestRows(subject, [RAW, AITOR, ...peers], effort);
  const cpu = rows.filter(({ metric }) => metric === "cpu");
  const rates = cpu.map((row): Row => {
    const samples = row.samples.map((microseconds) => 1e6 / microseconds / STEPS).sort(ascending);
    return {
      ...row,
      metric: "rate",
      unit: "runs/CPU s",
      value: median(samples),
      ratioToRaw: 1 / row.ratioToRaw,
      samples,
    };
  });
  const out = new Set(absent.map(({ name }) => name));
  const participants = [RAW, AITOR, ...peers].filter(({ name }) => !out.has(name));
  const befores = new Map<string, number[]>(participants.map(({ name }) => [name, []]));
  const peaks = new Map<string, number[]>(participants.map(({ name }) => [name, []]));
  const failed: Absent[] = [];
  for (let round = 0; round < (quick ? 3 : 5); round++) {
    for (const participant of participants) {
      using entrant = new Entrant(participant);
      try {
        const { before, peak } = await entrant.memory(ORDER, 3 * effort.secondsPerRun + 10);
        befores.get(participant.name)?.push(before);
        peaks.get(participant.name)?.push(peak);
      } catch (error) {
        if (round === 0) failed.push({ name: participant.name, reason: (error as Error).message });
      }
    }
  }
  const memory = (metric: "memory" | "peak", samples: ReadonlyMap<string, number[]>): Row[] =>
    [...samples].flatMap(([contender, taken]) => {
      if (taken.length === 0) return [];
      const what = { workload: "concurrent", case: CASE, n: STEPS, contender, metric, unit: "MB" };
      return rowOf(what, taken, samples.get("raw") ?? []);
    });
  const [before, peak] = [memory("memory", befores), memory("peak", peaks)];
  console.log("concurrent: runs per CPU second; MB resident before, and at most, each in a process of its own");
  for (const { contender, value } of rates) {
    const [from, to] = [before, peak].map((found) => found.find((row) => row.contender === contender)?.value ?? NaN);
    const figures = [String(Math.round(value)), digits(from as number), digits(to as number)];
    console.log(`  ${contender.padEnd(18)}${figures.map((figure) => figure.padStart(10)).join("")}`);
  }
  tellAbsent(failed);
  console.log();
  return [...rows, ...rates, ...before, ...peak];
}

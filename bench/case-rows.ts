import type { Case } from "./contender.ts";
import { median, type Measurement } from "./measure.ts";
import { digits, type Row } from "./row.ts";

/** Prints what was measured of a case, and returns it. */
export function caseRows(subject: Case, measurements: readonly Measurement[]): Row[] {
  const raw = median(measurements.find(({ contender }) => contender === "raw")?.samples ?? []);
  console.log(`${subject.workload}: ${subject.name} (${subject.n} ${subject.unit}s), CPU µs per ${subject.unit}`);
  const rows = measurements.map(({ contender, samples }): Row => {
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
  return rows;
}

function verdict(value: number, goal: number): string {
  return `   goal ≤ ${goal}: ${value <= goal ? "met" : "MISSED"}`;
}

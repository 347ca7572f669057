import { contest, type Effort } from "./contest.ts";
import type { Order } from "./contender.ts";
import type { Absent, Participant } from "./participants.ts";
import { type Row, rowOf } from "./row.ts";
import { digits, median } from "./sample.ts";

/** What is measured, in the words of the tables. */
export interface Subject {
  readonly workload: string;
  readonly case: string;
  readonly order: Order;
  /** What is counted, such as "step". */
  readonly unit: string;
}

/** Measures, prints, and gives the rows: CPU time, bytes allocated, garbage collection, what is resident; and who is not in them. */
export async function contestRows(
  subject: Subject,
  participants: readonly Participant[],
  effort: Effort,
): Promise<{ readonly rows: Row[]; readonly absent: readonly Absent[] }> {
  const { workload, order, unit } = subject;
  const { measured, absent } = await contest(order, participants, effort);
  const raw = measured.find(({ contender }) => contender === "raw");
  console.log(
    `${workload}: ${subject.case}, CPU µs per ${unit}, bytes allocated per ${unit}, garbage collection, MB resident`,
  );
  const rows = measured.flatMap(({ contender, cpu, bytes, collecting, resident }): Row[] => {
    const [value, allocated] = [median(cpu), median(bytes)];
    const ratio = value / median(raw?.cpu ?? []);
    const spread = `${digits(cpu[0] as number)}–${digits(cpu.at(-1) as number)}`;
    const figures = [
      digits(value).padStart(8),
      spread.padEnd(16),
      `× raw ${digits(ratio)}`.padEnd(15),
      `${Math.round(allocated)} B`.padStart(11),
      `${Math.round(100 * collecting)} %`.padStart(5),
      String(Math.round(median(resident))).padStart(6),
    ];
    console.log(`  ${contender.padEnd(18)}${figures.join(" ")}`);
    const of = { workload, case: subject.case, n: order.n, contender } as const;
    return [
      { ...of, metric: "cpu", value, unit: `µs/${unit}`, ratioToRaw: ratio, samples: cpu },
      {
        ...of,
        metric: "allocated",
        value: allocated,
        unit: `B/${unit}`,
        ratioToRaw: allocated / median(raw?.bytes ?? []),
        samples: bytes,
      },
      {
        ...of,
        metric: "collecting",
        value: collecting,
        unit: "of the time",
        ratioToRaw: Number.NaN,
        samples: [collecting],
      },
      rowOf({ ...of, metric: "resident", unit: "MB" }, resident, raw?.resident ?? []),
    ];
  });
  tellAbsent(absent);
  console.log();
  return { rows, absent };
}

export function tellAbsent(absent: readonly Absent[]): void {
  for (const { name, reason } of absent) console.log(`  ${name.padEnd(18)}is not measured: ${reason}`);
}

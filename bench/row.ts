/** What `--json` writes, a row for each figure. */
export interface Row {
  readonly workload: string;
  readonly case: string;
  readonly n: number;
  readonly contender: string;
  readonly metric: "cpu" | "p50" | "p99" | "max" | "time" | "kept" | "written" | "rate";
  /** The median of the samples. */
  readonly value: number;
  readonly unit: string;
  /** Of the contender that does the least: "raw", "idle", or "node:sqlite". */
  readonly ratioToRaw: number;
  readonly samples: readonly number[];
}

export function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

import { ascending, median } from "./sample.ts";

/** What `--json` writes, a row for each figure. */
export interface Row {
  readonly workload: string;
  /** What is done, where a workload has several sizes or shapes. */
  readonly case: string;
  readonly n: number;
  readonly contender: string;
  readonly metric:
    | "allocated"
    | "bundle"
    | "collecting"
    | "cpu"
    | "installed"
    | "kept"
    | "max"
    | "memory"
    | "p50"
    | "p99"
    | "packages"
    | "peak"
    | "rate"
    | "resident"
    | "time"
    | "written";
  /** The median of the samples. */
  readonly value: number;
  readonly unit: string;
  /** Of the contender that does the least: "raw", "idle", or "node:sqlite". JSON has no NaN: `null` where there is none. */
  readonly ratioToRaw: number;
  readonly samples: readonly number[];
}

/** @param least Samples of the contender that does the least. Both in any order. */
export function rowOf(
  what: Omit<Row, "value" | "ratioToRaw" | "samples">,
  samples: readonly number[],
  least: readonly number[],
): Row {
  const sorted = samples.toSorted(ascending);
  const value = median(sorted);
  return { ...what, value, ratioToRaw: value / median(least.toSorted(ascending)), samples: sorted };
}

import { clipped } from "../../base/index.ts";
import { argumentPath } from "./tool-failure.ts";

/*
 * What to say about a value that fits none of several alternatives: the faults of the alternative that comes closest. If
 * several come equally close, what each of them expects.
 */

/** How much faults tell one alternative from another; others weigh 1. */
export const WEIGHTS = {
  /** The value is of another kind altogether. */
  kind: 200,
  /** Constants tell alternatives apart. */
  constant: 100,
} as const;

export interface Alternative<Fault> {
  readonly faults: readonly Fault[];
  readonly weight: number;
}

export function closestAlternatives<Fault>(all: readonly Alternative<Fault>[]): readonly Alternative<Fault>[] {
  const least = Math.min(...all.map(({ weight }) => weight));
  return all.filter(({ weight }) => weight === least);
}

/** What is expected, and where, from the value on that has alternatives. */
export interface Expected {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
}

const LONGEST = 300;

export function eitherText(alternatives: readonly (readonly Expected[])[]): string {
  const texts = alternatives.map((faults) =>
    faults
      .map(({ path, expected }) => (path.length === 0 ? expected : `${expected} at ${argumentPath(path)}`))
      .join(" and "),
  );
  return clipped([...new Set(texts)].join(" or "), LONGEST);
}

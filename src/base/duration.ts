import { describe, errorAtCaller } from "./errors.ts";

/**
 * A length of time. A number is in milliseconds. A text names its unit, such as `"30s"`, `"1.5h"` or `"7d"`. The compiler also
 * accepts other forms of a number (`"5 s"`, `"1e3s"`, `"-1s"`); these are refused at run time, where they are given.
 */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Converts a duration to milliseconds.
 *
 * @param what Names the option in the error, such as `timeout of task "fetch"`.
 * @throws AitorError `invalid-duration` for anything that is not a finite length of time ≥ 0.
 */
export function milliseconds(duration: Duration, what: string): number {
  const ms = typeof duration === "number" ? duration : parse(duration);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw errorAtCaller({
    code: "invalid-duration",
    message: `${what} is not a duration`,
    expected: 'a number of milliseconds ≥ 0, or a text such as "250ms", "30s", "5m", "1h" or "7d"',
    got: describe(duration),
    fix: "correct the value",
  });
}

function parse(text: unknown): number {
  const match = typeof text === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) : null;
  return match === null ? Number.NaN : Number(match[1]) * (UNITS[match[2] as string] as number);
}

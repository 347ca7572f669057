import { AitorError, describe } from "./errors.ts";

/** The error for an option that cannot be used, thrown where the object is made. */
export function invalidOption(option: string, expected: string, got: unknown, fix = "correct the option"): AitorError {
  return new AitorError({
    code: "invalid-option",
    message: `${option} cannot be used`,
    expected,
    got: describe(got),
    fix,
  });
}

/** Returns `value` where it is a whole number ≥ `least` or `Infinity`, else throws `invalid-option`. */
export function atLeast(least: number, value: number, option: string): number {
  if ((Number.isInteger(value) || value === Infinity) && value >= least) return value;
  throw invalidOption(option, `a whole number ≥ ${least}, or Infinity`, value);
}

/** Returns `value` where it is a text with at least one character, else throws `invalid-option`. */
export function nonEmpty(value: string, option: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidOption(option, "a text with at least one character", value);
}

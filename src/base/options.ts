import { type AitorError, describe, errorAtCaller } from "./errors.ts";

/** The error for an option that cannot be used, thrown where the object is made. */
export function invalidOption(option: string, expected: string, got: unknown, fix?: string): AitorError {
  return invalidOptionGot(option, expected, describe(got), fix);
}

/** @param got A phrase, where the value alone does not tell what is wrong. */
export function invalidOptionGot(
  option: string,
  expected: string,
  got: string,
  fix = "correct the option",
): AitorError {
  return errorAtCaller({ code: "invalid-option", message: `${option} cannot be used`, expected, got, fix });
}

/** Throws `invalid-option` for what is no object, and for an option of another name: misspelt, it would be passed over without a word. */
export function onlyOptions(given: object, known: Iterable<string>, what: string): void {
  const names = [...known];
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  if (!isObject) throw invalidOption(what, `an object, such as { ${names.join(", ")} }`, given);
  for (const name of Object.keys(given)) {
    if (names.includes(name) || (given as Record<string, unknown>)[name] === undefined) continue;
    throw invalidOption(what, names.join(", "), name);
  }
}

/** Returns `given` where it is an object that has no other options than these, else throws `invalid-option`. */
export function optionsOf<Given extends object>(
  given: Given,
  names: readonly (keyof Given & string)[],
  what: string,
): Given {
  onlyOptions(given, names, what);
  return given;
}

/** Returns `value` where it is an array, else throws `invalid-option`. */
export function listOf<Item>(value: readonly Item[], option: string): readonly Item[] {
  const isList: boolean = Array.isArray(value);
  if (isList) return value;
  throw invalidOption(option, "an array", value, "put it into brackets, or its values where it is an object");
}

/** Returns `value` where it is a whole number ≥ `least` or `Infinity`, else throws `invalid-option`. */
export function atLeast(least: number, value: number, option: string): number {
  if ((Number.isInteger(value) || value === Infinity) && value >= least) return value;
  throw invalidOption(option, `a whole number ≥ ${least}, or Infinity`, value);
}

/** Returns `value` where it is true or false, else throws `invalid-option`: a text such as `"no"` would count as true. */
export function flag(value: boolean, option: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalidOption(option, "true or false", value);
}

/** Returns `value` where it is a text with at least one character, else throws `invalid-option`. */
export function nonEmpty(value: string, option: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidOption(option, "a text with at least one character", value);
}

/** Returns `value` where it is one of `values`, else throws `invalid-option`. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  value: unknown,
  option: string,
  fix?: string,
): Value {
  const found = values.find((each) => each === value);
  if (found !== undefined) return found;
  const named = values.map((each) => `"${each}"`);
  throw invalidOption(option, `${named.slice(0, -1).join(", ")} or ${named.at(-1)}`, value, fix);
}

/** Returns `value` where it is a signal or nothing, else throws `invalid-option`. */
export function abortSignal(value: AbortSignal | undefined, option: string): AbortSignal | undefined {
  if (value === undefined || typeof value?.addEventListener === "function") return value;
  throw invalidOption(option, "an AbortSignal, as an AbortController has it", value);
}

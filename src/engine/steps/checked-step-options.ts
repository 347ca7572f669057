import { flag, invalidOption, isSchema, optionsOf, stepSettings } from "../../base/index.ts";
import type { InnerStepOptions } from "./step-owner.ts";

const NAMES = [
  "effect",
  "timeout",
  "retry",
  "metered",
  "caught",
  "input",
  "answer",
] as const satisfies readonly (keyof InnerStepOptions)[];

/** Nothing where a step has no settings. @throws AitorError `invalid-option`, `invalid-duration`. */
export function checkedOptions(options: InnerStepOptions, step: string): ReturnType<typeof stepSettings> | undefined {
  onlyStepOptions(options, step);
  const { effect, timeout, retry, metered, caught, answer } = options;
  if (answer !== undefined && !isSchema(answer)) {
    throw invalidOption(`answer of step "${step}"`, "a Standard Schema, such as zod's", answer);
  }
  if (metered !== undefined) flag(metered, `metered of step "${step}"`);
  if (caught !== undefined) flag(caught, `caught of step "${step}"`);
  return effect === undefined && timeout === undefined && retry === undefined
    ? undefined
    : stepSettings(options, "step", step);
}

/** Throws `invalid-option` for an option of another name, and for options that are no object. Nothing is made where there is none. */
export function onlyNamed<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
  what: string,
): void {
  let known = typeof options === "object" && options !== null;
  for (const name in options) known &&= names.includes(name);
  if (!known) optionsOf(options, names, what);
}

/** As `onlyNamed`, with a chain of comparisons: each step pays for it. */
function onlyStepOptions(options: InnerStepOptions, step: string): void {
  let known = typeof options === "object" && options !== null;
  for (const name in options) {
    known &&=
      name === "effect" ||
      name === "input" ||
      name === "timeout" ||
      name === "retry" ||
      name === "metered" ||
      name === "caught" ||
      name === "asks" ||
      name === "child" ||
      name === "calledRun" ||
      name === "answer";
  }
  if (!known) optionsOf(options, NAMES, `an option of step "${step}"`);
}

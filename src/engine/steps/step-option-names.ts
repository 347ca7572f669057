import { invalidOption } from "../../base/index.ts";
import type { InnerStepOptions } from "./step-owner.ts";

const NAMES = ["effect", "timeout", "retry", "metered", "input"] as const satisfies readonly (keyof InnerStepOptions)[];

/** Throws `invalid-option` for an option of another name. A chain of comparisons: each step pays for it. */
export function onlyStepOptions(options: InnerStepOptions, step: string): void {
  for (const name in options) {
    if (name === "effect" || name === "input" || name === "timeout" || name === "retry") continue;
    if (name === "metered" || name === "asks" || name === "child") continue;
    refuse(options, name, step);
  }
}

function refuse(options: object, name: string, step: string): void {
  if ((options as Readonly<Record<string, unknown>>)[name] === undefined) return;
  throw invalidOption(`an option of step "${step}"`, NAMES.join(", "), name);
}

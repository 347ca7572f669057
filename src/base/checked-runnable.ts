import { invalidOption } from "./options.ts";
import type { Runnable } from "./run.ts";

/** @throws AitorError `invalid-option` where it is nothing that can be executed. */
export function checkedRunnable<Definition extends Runnable<never, unknown>>(
  definition: Definition,
  option: string,
): Definition {
  const { name, execute } = (definition ?? {}) as Partial<Definition>;
  if (typeof name === "string" && name !== "" && typeof execute === "function") return definition;
  const fix = "give a flow, or an object of your own with a name and execute(run, input)";
  throw invalidOption(option, "something with a name and a method execute", definition, fix);
}

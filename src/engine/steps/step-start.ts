import type { Effect } from "../../base/index.ts";
import type { EventData } from "../record/events.ts";
import type { RecordedInput } from "../record/recorded-input.ts";
import type { InnerStepOptions } from "./step-owner.ts";

/** What is recorded of a step that starts. */
export function stepStart(
  run: string,
  key: string,
  name: string,
  effect: Effect,
  input: RecordedInput | undefined,
  options: InnerStepOptions | undefined,
): EventData<"step-started"> {
  if (options?.child === true) return { name, effect, input, child: `${run}/${key}` };
  if (options?.metered === true) return { name, effect, input, metered: true };
  return options?.asks === true ? { name, effect, input, asks: true } : { name, effect, input };
}

import { visible, typedArgument } from "../../base/index.ts";
import type { InterruptedError } from "../terminal/errors.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { countText } from "./moment-text.ts";
import { commandLine } from "../terminal/shell-text.ts";
import type { Style } from "../terminal/style.ts";

/** The first line of a run. @param done Steps on record, of a run that is gone on with. */
export function startLine(id: string, name: string, done: number | undefined, style: Style): string {
  const onRecord = done === undefined ? "" : `, ${countText(done, "step")} on record`;
  return `${style("cyan", "▸")} ${visible(name)}${style("dim", `  run ${visible(id)}${onRecord}`)}\n`;
}

export const PATIENCE = "the run gives back what it took (Ctrl-C again ends it at once)";

/** What is said where a run is interrupted. */
export function patienceLine({ message }: InterruptedError): string {
  return `${message}; ${PATIENCE}\n`;
}

/** The last line of a run that did not end. @param module What the command was told to take in place of the recorded one. */
export function resumeLine(
  id: string,
  module: string | undefined,
  { option }: Pick<JournalPlace, "option">,
  style: Style,
): string {
  const taken = module === undefined ? "" : ` --module ${typedArgument(module)}`;
  const line = commandLine("aitor resume", [id], `${taken}${option}`);
  return style("dim", `the run has not ended; go on with it: ${line}`) + "\n";
}

import { typedArgument } from "../../base/index.ts";

/**
 * A command line, safe to print: arguments, then options. An argument that would be taken for an option stands behind them.
 *
 * @param options As they may be typed, with a space before them; or nothing.
 */
export function commandLine(command: string, args: readonly string[], options: string): string {
  const given = args.map(typedArgument).join(" ");
  const isTakenForOption = args.some((argument) => argument.startsWith("-"));
  return isTakenForOption ? `${command}${options} -- ${given}` : `${command} ${given}${options}`;
}

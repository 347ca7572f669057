import { visible } from "../../base/index.ts";

/** An argument as it may be typed in a shell. What cannot be seen is written out, as bash and zsh read it. */
export function quoted(argument: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(argument)) return argument;
  if (visible(argument) === argument) return `'${argument.replaceAll("'", "'\\''")}'`;
  return `$'${Array.from(argument, escaped).join("")}'`;
}

/**
 * A command line: arguments, then options. An argument that would be taken for an option stands behind them.
 *
 * @param options As they may be typed, with a space before them; or nothing.
 */
export function commandLine(command: string, args: readonly string[], options: string): string {
  const given = args.map(quoted).join(" ");
  const isTakenForOption = args.some((argument) => argument.startsWith("-"));
  return isTakenForOption ? `${command}${options} -- ${given}` : `${command} ${given}${options}`;
}

const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(sign: string): string {
  const short = SHORT[sign];
  if (short !== undefined || visible(sign) === sign) return short ?? sign;
  const hex = (sign.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

import { visible } from "./visible-text.ts";

/**
 * An argument as it may be typed in a shell, whoever named it: it is one argument, and what cannot be seen is written out, as
 * bash and zsh read it.
 */
export function typedArgument(argument: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./#-]*$/.test(argument)) return argument;
  if (visible(argument) === argument) return `'${argument.replaceAll("'", "'\\''")}'`;
  return `$'${Array.from(argument, escaped).join("")}'`;
}

const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(sign: string): string {
  const short = SHORT[sign];
  if (short !== undefined || visible(sign) === sign) return short ?? sign;
  const hex = (sign.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

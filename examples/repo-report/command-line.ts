import { parseArgs } from "node:util";

import { visible } from "./escape.ts";

export const HELP = `Reads a folder and writes a report on it: languages, sizes, notes to come back to,
dependencies, and what git knows of its history.

  npm start -- [folder] [--out file]

  folder       what to report on                 (default: this repository)
  --out file   where to write the report         (default: aitor-report.md)
  --help       show this

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

/** What the user asked for. */
export type Command =
  | { readonly kind: "report"; readonly folder: string | undefined; readonly out: string }
  | { readonly kind: "help" }
  | { readonly kind: "usage"; readonly problem: string };

export function parseCommandLine(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { out: { type: "string", default: "aitor-report.md" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help" };
    if (positionals.length > 1) return usage("one folder", `${positionals.length}: ${positionals.join(" ")}`);
    if (positionals[0] === "") return usage("the path of a folder", "an empty text");
    if (values.out === "") return usage("the path of a file after --out", "an empty text");
    return { kind: "report", folder: positionals[0], out: values.out };
  } catch (error) {
    return usage("[folder] [--out file]", String((error as Error).message.split(". ", 1)));
  }
}

function usage(expected: string, got: string): Command {
  const problem = [
    "this is not how the report is started",
    `expected: ${expected}`,
    `got: ${visible(got)}`,
    "fix: see --help",
  ];
  return { kind: "usage", problem: problem.join("\n  ") };
}

import { parseArgs } from "node:util";

import { visible } from "./escape.ts";

export const HELP = `Reads a folder and writes a report on it: languages, sizes, notes to come back to,
dependencies, what git knows of its history, and what changed since the last report on
that folder, which an agent remembers.

  npm run example:report -- [folder] [--out file] [--kill-after steps]

  folder              what to report on             (default: this repository)
  --out file          where to write the report     (default: aitor-report.md)
  --kill-after steps  the process kills itself (SIGKILL) when so many steps are
                      on record, to see how the run survives it
  --help              show this

All is recorded in ./.aitor/journal.db, or in the file that AITOR_JOURNAL names: aitor runs,
aitor show, aitor agents, aitor memory. What was cut off is finished by aitor resume, or
before the next report on the same folder.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

/** What the user asked for. */
export type Command =
  | {
      readonly kind: "report";
      readonly folder: string | undefined;
      readonly out: string;
      readonly killAfter: number | undefined;
    }
  | { readonly kind: "help" }
  | { readonly kind: "usage"; readonly problem: string };

export function parseCommandLine(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        out: { type: "string", default: "aitor-report.md" },
        "kill-after": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help" };
    if (positionals.length > 1) return usage("one folder", `${positionals.length}: ${positionals.join(" ")}`);
    if (positionals[0] === "") return usage("the path of a folder", "an empty text");
    if (values.out === "") return usage("the path of a file after --out", "an empty text");
    const killAfter = values["kill-after"];
    if (killAfter !== undefined && !/^[1-9]\d{0,8}$/.test(killAfter)) {
      return usage("a number of steps after --kill-after, 1 or more", killAfter === "" ? "an empty text" : killAfter);
    }
    return {
      kind: "report",
      folder: positionals[0],
      out: values.out,
      killAfter: killAfter === undefined ? undefined : Number(killAfter),
    };
  } catch (error) {
    return usage("[folder] [--out file] [--kill-after steps]", String((error as Error).message.split(". ", 1)));
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

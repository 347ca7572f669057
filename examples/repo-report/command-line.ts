import { parseArgs } from "node:util";

import { type Usage, usage, wrongOptions, wrongSteps } from "./usage.ts";

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

const WRONG = "this is not how the report is started";

/** What the user asked for. */
export type Command =
  | {
      readonly kind: "report";
      readonly folder: string | undefined;
      readonly out: string;
      readonly killAfter: number | undefined;
    }
  | { readonly kind: "help" }
  | Usage;

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
    if (positionals.length > 1) return usage(WRONG, "one folder", `${positionals.length}: ${positionals.join(" ")}`);
    if (positionals[0] === "") return usage(WRONG, "the path of a folder", "");
    if (values.out === "") return usage(WRONG, "the path of a file after --out", "");
    const killAfter = values["kill-after"];
    const wrong = wrongSteps(WRONG, killAfter);
    if (wrong !== undefined) return wrong;
    return {
      kind: "report",
      folder: positionals[0],
      out: values.out,
      killAfter: killAfter === undefined ? undefined : Number(killAfter),
    };
  } catch (error) {
    return wrongOptions(WRONG, "[folder] [--out file] [--kill-after steps]", error);
  }
}

import { parseArgs } from "node:util";

import { visible } from "../../repo-report/escape.ts";

export const HELP = `Surveys a folder. A planning agent makes a plan, three sub-agents (structure, quality, history) work on
it side by side, and the plan changes by what they find. Half-way the process kills itself with a real
SIGKILL; another one goes on from the journal, and no step on record is done again. At the end there is a
report, whose figures are those of the folder.

  npm start -- [folder] [--out file] [--kill-after steps] [--no-kill]

  folder              what to survey                (default: this repository)
  --out file          where to write the report     (default: aitor-report.md)
  --kill-after steps  when the process dies: after so many calls of models and tools
                      are on record                 (default: 18)
  --no-kill           leave the crash out
  --report survey     writes the report of a survey that is on record, such as one that
                      aitor resume has finished; nothing is surveyed
  --help              show this

With the key of a provider in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, …), or names in
AITOR_MODELS, a model answers, and is sent what the tools give. Without one nothing is sent anywhere:
a scripted model answers by fixed rules, and says so.

All is recorded in ./.aitor/journal.db, or in the file that AITOR_JOURNAL names: aitor runs, aitor show.
A survey that was interrupted is gone on with by the next one on the same folder, or by aitor resume.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

/** In the middle of the sub-agents' work, in folders large and small. */
const KILL_AFTER = 18;

/** What the user asked for. */
export type Command =
  | {
      readonly kind: "survey";
      readonly folder: string | undefined;
      readonly out: string;
      readonly killAfter: number | undefined;
    }
  | { readonly kind: "report"; readonly survey: string; readonly out: string }
  | { readonly kind: "help" }
  | { readonly kind: "usage"; readonly problem: string };

export function parseCommandLine(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        out: { type: "string", default: "aitor-report.md" },
        "kill-after": { type: "string" },
        "no-kill": { type: "boolean", default: false },
        report: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    const { out, report, "kill-after": killAfter, "no-kill": noKill } = values;
    if (values.help === true) return { kind: "help" };
    if (positionals.length > 1) return usage("one folder", `${positionals.length}: ${positionals.join(" ")}`);
    if (positionals[0] === "") return usage("the path of a folder", "an empty text");
    if (out === "") return usage("the path of a file after --out", "an empty text");
    if (killAfter !== undefined && noKill) return usage("--kill-after or --no-kill", "both");
    if (killAfter !== undefined && !/^[1-9]\d{0,8}$/.test(killAfter)) {
      return usage("a number of steps after --kill-after, 1 or more", killAfter === "" ? "an empty text" : killAfter);
    }
    if (report !== undefined) {
      if (positionals.length > 0 || killAfter !== undefined || noKill)
        return usage("--report alone, or with --out", "more");
      if (!/^[\w-]+$/.test(report))
        return usage("the id of a survey after --report", report === "" ? "an empty text" : report);
      return { kind: "report", survey: report, out };
    }
    const steps = noKill ? undefined : Number(killAfter ?? KILL_AFTER);
    return { kind: "survey", folder: positionals[0], out, killAfter: steps };
  } catch (error) {
    const options = "[folder] [--out file] [--kill-after steps] [--no-kill]";
    return usage(options, String((error as Error).message.split(". ", 1)));
  }
}

function usage(expected: string, got: string): Command {
  const problem = [
    "this is not how a survey is started",
    `expected: ${expected}`,
    `got: ${visible(got)}`,
    "fix: see --help",
  ];
  return { kind: "usage", problem: problem.join("\n  ") };
}

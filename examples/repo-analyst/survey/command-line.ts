import { parseArgs } from "node:util";

import { type Usage, usage, wrongOptions, wrongSteps } from "../../repo-report/usage.ts";

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

const WRONG = "this is not how a survey is started";

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
  | Usage;

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
    if (positionals.length > 1) return usage(WRONG, "one folder", `${positionals.length}: ${positionals.join(" ")}`);
    if (positionals[0] === "") return usage(WRONG, "the path of a folder", "");
    if (out === "") return usage(WRONG, "the path of a file after --out", "");
    if (killAfter !== undefined && noKill) return usage(WRONG, "--kill-after or --no-kill", "both");
    const wrong = wrongSteps(WRONG, killAfter);
    if (wrong !== undefined) return wrong;
    if (report !== undefined) {
      if (positionals.length > 0 || killAfter !== undefined || noKill)
        return usage(WRONG, "--report alone, or with --out", "more");
      if (!/^[\w-]+$/.test(report)) return usage(WRONG, "the id of a survey after --report", report);
      return { kind: "report", survey: report, out };
    }
    const steps = noKill ? undefined : Number(killAfter ?? KILL_AFTER);
    return { kind: "survey", folder: positionals[0], out, killAfter: steps };
  } catch (error) {
    return wrongOptions(WRONG, "[folder] [--out file] [--kill-after steps] [--no-kill]", error);
  }
}

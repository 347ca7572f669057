import { statSync } from "node:fs";
import { parseArgs } from "node:util";

import { type Usage, usage, wrongOptions, wrongSteps } from "../repo-report/usage.ts";

export const HELP = `Answers a question about a folder. An agent looks into it with tools that only read, thinks
about what they give, looks again, and answers with the figures that it found.

  npm run analyst -- [folder] ["question"] [--kill-after steps]

  folder              what to look into             (default: the current folder)
  "question"          what to find out              (default: What is this project?)
  --kill-after steps  the process kills itself (SIGKILL) when so many steps are
                      on record, to see how the run survives it
  --help              show this

With the key of a provider in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, …), or names in
AITOR_MODELS, a model answers, and is sent what the tools give. Without one nothing is sent anywhere:
a scripted model answers by fixed rules, and says so.

The agent of a folder remembers the conversation. All is recorded in ./.aitor/journal.db, or in the
file that AITOR_JOURNAL names: aitor runs, aitor show, aitor memory. What was cut off is finished by
aitor resume, or before the next question on the same folder.

Exit codes: 0 answered, 1 failed, 2 wrong usage, 130 interrupted.`;

const QUESTION = "What is this project?";

const WRONG = "this is not how the analyst is asked";

/** What the user asked for. */
export type Command =
  | {
      readonly kind: "question";
      readonly folder: string;
      readonly question: string;
      readonly killAfter: number | undefined;
    }
  | { readonly kind: "help" }
  | Usage;

export function parseCommandLine(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { "kill-after": { type: "string" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help === true) return { kind: "help" };
    if (positionals.length > 2) {
      return usage(
        WRONG,
        "a folder and a question, which stands in quotes",
        `${positionals.length}: ${positionals.join(" ")}`,
      );
    }
    if (positionals.some((text) => text.trim() === "")) return usage(WRONG, "the path of a folder, a question", "");
    const killAfter = values["kill-after"];
    const wrong = wrongSteps(WRONG, killAfter);
    if (wrong !== undefined) return wrong;
    const [first = ".", second] = positionals;
    const asks = second === undefined && isQuestion(first);
    return {
      kind: "question",
      folder: asks ? "." : first,
      question: asks ? first : (second ?? QUESTION),
      killAfter: killAfter === undefined ? undefined : Number(killAfter),
    };
  } catch (error) {
    return wrongOptions(WRONG, `[folder] ["question"] [--kill-after steps]`, error);
  }
}

/** Alone, it is a question where it has several words, or a question mark, and no folder is called so. */
function isQuestion(text: string): boolean {
  return /\s|\?$/.test(text) && statSync(text, { throwIfNoEntry: false }) === undefined;
}

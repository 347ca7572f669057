import { type Command, Option } from "commander";

import {
  ABOUT_RUNS,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
} from "./command-help.ts";

export interface AnswerArguments extends JournalArguments {
  readonly kind: "answer";
  readonly run: string;
  /** A signal's or a step's key, or its name. */
  readonly key: string;
  readonly value: string | undefined;
  /** `-` for stdin. */
  readonly valueFile: string | undefined;
  readonly again: boolean;
  readonly fail: string | undefined;
}

interface Options extends JournalOptions {
  readonly value?: string;
  readonly valueFile?: string;
  readonly again?: boolean;
  readonly fail?: string;
}

const HELP = `
aitor show tells what a run waits for: signals, and steps that may have happened and must not run twice. Give one of
--value, --value-file, --fail and, of a step, --again.
Where another process holds the journal it takes the answer, and refuses one that the signal's schema does not allow.
Where none does, the answer is recorded, and counts when the run is resumed.
${ABOUT_RUNS}

Examples:
  aitor answer 8c1f approval --value '{"approved":true}'
  aitor answer 8c1f approval --fail "nobody may spend that much"
  aitor answer 8c1f charge --again
${EXIT_CODES}`;

export function declareAnswer(command: Command, take: (parsed: AnswerArguments) => void): void {
  command
    .description("Answers a signal, or a step in doubt, that a run waits for.")
    .argument("<run>", "its id, its message's, or the beginning of one")
    .argument("<signal|step>", "its key, or its name where that is enough")
    .addOption(
      new Option("--value <json>", "the answer, or the step's result, as JSON").conflicts([
        "valueFile",
        "again",
        "fail",
      ]),
    )
    .addOption(new Option("--value-file <file>", "a file that holds it; - reads stdin").conflicts(["again", "fail"]))
    .addOption(new Option("--again", "the step did not happen: call it again").conflicts(["fail"]))
    .option("--fail <text>", "it fails, with this text");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((run: string, key: string, { value, valueFile, again = false, fail, ...rest }: Options) => {
      if (value === undefined && valueFile === undefined && !again && fail === undefined)
        command.error("error: no answer is given: one of --value, --value-file, --again and --fail is needed");
      take({ kind: "answer", run, key, value, valueFile, again, fail, ...journalArguments(rest) });
    });
}

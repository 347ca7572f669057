import type { Command } from "commander";

import {
  ABOUT_RUNS,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
} from "./command-help.ts";

export interface ResumeArguments extends JournalArguments {
  readonly kind: "resume";
  readonly run: string;
  /** In place of the recorded one. */
  readonly module: string | undefined;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly module?: string;
  readonly json?: boolean;
}

const HELP = `
What is on record is not done again. The module is the one that aitor run recorded. A run that has ended gives its
recorded output, or its error, and nothing is executed. Where the run waits for an answer this process waits with it,
and says how to give the answer from another terminal.
${ABOUT_RUNS}

The first Ctrl-C cancels the run and waits until it has given back what it took; a second one ends the process at once.
SIGTERM and SIGHUP, and an error that nobody awaits, stop it and leave the run to be resumed again.

Examples:
  aitor resume 8c1f
  aitor resume 8c1f --module flows.ts#digest
${EXIT_CODES}`;

export function declareResume(command: Command, take: (parsed: ResumeArguments) => void): void {
  command
    .description("Goes on with a run where its record ends, and prints its output as JSON, or an agent's answer.")
    .argument("<run>", "its id, its message's, or the beginning of one")
    .option("--module <module[#export]>", "the definition, in place of the recorded one")
    .option("--json", "of an agent: all that is known of the outcome, as JSON");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((run: string, { module, json = false, ...rest }: Options) => {
      take({ kind: "resume", run, module, json, ...journalArguments(rest) });
    });
}

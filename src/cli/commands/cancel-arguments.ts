import type { Command } from "commander";

import {
  ABOUT_RUNS,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
} from "./command-help.ts";

export interface CancelArguments extends JournalArguments {
  readonly kind: "cancel";
  readonly run: string;
  readonly reason: string | undefined;
}

interface Options extends JournalOptions {
  readonly reason?: string;
}

const HELP = `
Where another process holds the journal, that process cancels the run, which gives back what it took. Where none does,
the end of the run is recorded. Its children end with it; a run that has ended stays as it is.
${ABOUT_RUNS}

Examples:
  aitor cancel 8c1f
  aitor cancel 8c1f --reason "the order was withdrawn"
${EXIT_CODES}`;

export function declareCancel(command: Command, take: (parsed: CancelArguments) => void): void {
  command
    .description("Ends a run.")
    .argument("<run>", "its id, its message's, or the beginning of one")
    .option("--reason <text>", "why: it is recorded");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((run: string, { reason, ...rest }: Options) => {
      take({ kind: "cancel", run, reason, ...journalArguments(rest) });
    });
}

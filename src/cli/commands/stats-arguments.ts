import type { Command } from "commander";

import {
  ABOUT_JOURNAL,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  limitOption,
  WHILE_HELD,
} from "./command-help.ts";

export interface StatsArguments extends JournalArguments {
  readonly kind: "stats";
  readonly limit: number;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly limit: number;
  readonly json?: boolean;
}

const HELP = `
Runs by state, the size of the journal, the oldest run that has not ended, who holds the journal, and the steps of the
newest runs: how often they were called, how often they failed, how long they took.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor stats
  aitor stats --limit 1000 --json | jq .journal.bytesPerEvent
${EXIT_CODES}`;

export function declareStats(command: Command, take: (parsed: StatsArguments) => void): void {
  command
    .description("Counts and sizes of a journal.")
    .addOption(limitOption("steps are counted in so many of the newest runs", 100))
    .option("--json", "as JSON; times are milliseconds");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action(({ limit, json = false, ...rest }: Options) => {
      take({ kind: "stats", limit, json, ...journalArguments(rest) });
    });
}

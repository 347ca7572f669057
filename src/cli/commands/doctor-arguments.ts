import { typedArgument } from "../../base/index.ts";
import type { Command } from "commander";

import {
  ABOUT_JOURNAL,
  addJournalOptions,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  WHILE_HELD,
} from "./command-help.ts";
import { UsageError } from "../terminal/errors.ts";

export interface DoctorArguments extends JournalArguments {
  readonly kind: "doctor";
  /** The file that what can be kept is written to. */
  readonly repair: string | undefined;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly repair?: string;
  readonly json?: boolean;
}

const HELP = `
Reads all of a journal and its inbox. Where something is damaged, it says what, what can be kept, and what to do next.
--repair writes what can be kept to a new file, which is a journal of its own. A run that lost its last events is
cancelled in it, so that it does not go on from a record that is not whole. The damaged file stays as it is.

Do not open a damaged journal for writing before it is repaired. Where its disk is failing, copy it first, with all that
stands beside it (-wal, .mark, .inbox).
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor doctor journal.db
  aitor doctor journal.db --repair repaired.db
  aitor doctor --json | jq '.findings[].name'

Exit codes:
  0    the journal is sound; or, with --repair, what can be kept is in the new file
  1    it is damaged, or could not be read
  2    wrong usage: the arguments must change
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP`;

export function declareDoctor(command: Command, take: (parsed: DoctorArguments) => void): void {
  command
    .description("Checks a journal, and repairs it into a new file.")
    .argument("[journal]", "the journal's file, as --journal names it")
    .option("--repair <file>", "write what can be kept to this file, which must not exist")
    .option("--json", "as JSON");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((file: string | undefined, { repair, json = false, ...rest }: Options) => {
      const { journal, ...common } = journalArguments(rest);
      if (file !== undefined && journal !== undefined) {
        throw new UsageError("the journal is named twice", {
          expected: "aitor doctor <journal>, or --journal <file>",
          got: `aitor doctor ${typedArgument(file)} --journal ${typedArgument(journal)}`,
          fix: "leave one of them out",
        });
      }
      take({ kind: "doctor", repair, json, ...common, journal: file ?? journal });
    });
}

import type { Command } from "commander";

import {
  ABOUT_JOURNAL,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  WHILE_HELD,
} from "./command-help.ts";

export interface BackupArguments extends JournalArguments {
  readonly kind: "backup";
  readonly file: string;
}

export interface CompactArguments extends JournalArguments {
  readonly kind: "compact";
}

const BACKUP_HELP = `
The copy is one file, checked, and a journal of its own: aitor runs --journal <file> reads it.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor journal backup journal-monday.db
${EXIT_CODES}`;

const COMPACT_HELP = `
Gives the room of what was forgotten back to the disk. Where another process holds the journal, that process does it.
${ABOUT_JOURNAL}

Examples:
  aitor journal compact
${EXIT_CODES}`;

export function declareBackup(command: Command, take: (parsed: BackupArguments) => void): void {
  command.description("Copies a journal.").argument("<file>", "the copy, which must not exist");
  addJournalOptions(command)
    .addHelpText("after", BACKUP_HELP)
    .action((file: string, options: JournalOptions) => {
      if (file === "") command.error("error: the path of the copy is empty");
      take({ kind: "backup", file, ...journalArguments(options) });
    });
}

export function declareCompact(command: Command, take: (parsed: CompactArguments) => void): void {
  command.description("Makes a journal's file as small as it can be.");
  addJournalOptions(command)
    .addHelpText("after", COMPACT_HELP)
    .action((options: JournalOptions) => {
      take({ kind: "compact", ...journalArguments(options) });
    });
}

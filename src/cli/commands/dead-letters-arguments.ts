import { type Command, Option } from "commander";
import {
  ABOUT_JOURNAL,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  WHILE_HELD,
} from "./command-help.ts";

export interface DeadLettersArguments extends JournalArguments {
  readonly kind: "dead-letters";
  /** Only those to this agent. */
  readonly name: string | undefined;
  /** The run, or the beginning of its id, of one to be sent again. */
  readonly again: string | undefined;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly again?: string;
  readonly json?: boolean;
}

const HELP = `
A dead letter is a message that killed its process as often as its host allows (three times by default), or one whose
handling failed when nobody waited for a reply. It stays on record as long as the journal keeps its run; --again sends
it once more, as a new message at the end of its agent's queue.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor dead-letters
  aitor dead-letters notes --json
  aitor dead-letters --again notes/user-42/4f1c
${EXIT_CODES}`;

export function declareDeadLetters(command: Command, take: (parsed: DeadLettersArguments) => void): void {
  command
    .description("Lists messages that nobody handled, and sends them again.")
    .argument("[name]", "only those to the agents of this name")
    .addOption(new Option("--again <run>", "send the one of this run again").conflicts(["json"]))
    .option("--json", "an array of objects; times are milliseconds since 1970");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((name: string | undefined, { again, json = false, ...rest }: Options) => {
      take({ kind: "dead-letters", name, again, json, ...journalArguments(rest) });
    });
}

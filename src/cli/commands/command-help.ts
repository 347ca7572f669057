import { type Command, InvalidArgumentError, Option } from "commander";

/** What the options of every command say. */
export interface CommonArguments {
  readonly verbose: boolean;
  /** Whether there are colours; `undefined` where the terminal and the environment decide. */
  readonly color: boolean | undefined;
}

/** Of commands that work on a journal. */
export interface JournalArguments extends CommonArguments {
  /** The file, as it was given. */
  readonly journal: string | undefined;
}

/** As commander gives them. */
export interface CommonOptions {
  readonly verbose?: boolean;
  readonly color?: boolean;
}

export interface JournalOptions extends CommonOptions {
  readonly journal?: string;
}

export const MODULE = "<module[#export]>";

export const EXIT_CODES = `
Exit codes:
  0    done
  1    failed: the run did, the module could not be loaded, or the journal could not be used
  2    wrong usage: the arguments must change
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP`;

export const ENVIRONMENT = `

Environment variables (docs/configuration.md):
  AITOR_JOURNAL     the journal, where --journal names none
  AITOR_LOG         debug, info, warning, error or off: logs to stderr from this level on
  AITOR_LOG_FORMAT  pretty or json
  AITOR_MODELS      the models that LLMManager.fromEnv takes, in the order in which they are asked
  AITOR_THREADS     how many worker threads run thread tasks
  NO_COLOR          no colours, where it is not empty
  NODE_ENV          production: results on record are not frozen
  XDG_CACHE_HOME    where compiled code is kept, in the folder aitor; without it, ~/.cache
  TERM              dumb: no cursor is moved`;

export const ABOUT_MODULES = `
The module is a TypeScript or JavaScript file. Of its exports the one named after # is taken, else the default one,
else the only one that fits.`;

export const ABOUT_JOURNAL = `
The journal is --journal, else what AITOR_JOURNAL says, else ./.aitor/journal.db.`;

export const AGENT = "<agent>";

export const ABOUT_AGENTS = `
The agent is named by the module that defines it, <file> or <file>#<export>, or by its name alone where its code is not
needed: where another process, which has it, holds the journal, or where only the record is looked at.`;

export const ABOUT_RUNS: string = `${ABOUT_JOURNAL}
A run is named by its id, or by a beginning of it that no other run has. Of one that handles a message, the
message's id is enough.`;

export const WHILE_HELD = `
This works while another process holds the journal, too.`;

export function addCommonOptions(command: Command): Command {
  return command
    .option("--verbose", "print the stacks of errors")
    .option("--color", "colours, also in a pipe and where NO_COLOR is set")
    .option("--no-color", "no colours");
}

export function addJournalOptions(command: Command): Command {
  return addCommonOptions(command.option("--journal <file>", "the journal"));
}

export function commonArguments({ verbose = false, color }: CommonOptions): CommonArguments {
  return { verbose, color };
}

export function journalArguments({ journal, ...common }: JournalOptions): JournalArguments {
  return { ...commonArguments(common), journal };
}

export function limitOption(about = "so many at most", most = 20): Option {
  return new Option("--limit <count>", about).default(most).argParser(count);
}

/** @throws InvalidArgumentError for what is no count. */
function count(text: string): number {
  const number = countOf(text);
  if (number === undefined) throw new InvalidArgumentError("It is no whole number from 1 on.");
  return number;
}

/** A count ≥ 1 in digits; `undefined` for anything else. */
export function countOf(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  ABOUT_AGENTS,
  ABOUT_JOURNAL,
  addJournalOptions,
  AGENT,
  countOf,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  WHILE_HELD,
} from "./command-help.ts";

export interface MemoryArguments extends JournalArguments {
  readonly kind: "memory";
  /** A module, with or without an export, or the name of an agent. */
  readonly agent: string;
  readonly id: string;
  /** A commit. */
  readonly at: number | undefined;
  /** List them. */
  readonly commits: boolean;
  readonly export: boolean;
}

interface Options extends JournalOptions {
  readonly at?: number;
  readonly commits?: boolean;
  readonly export?: boolean;
}

const HELP = `${ABOUT_AGENTS}
Memory that is a fold needs its module.
Each change of a memory is a commit with a number: --commits lists them, and --at prints what was at one.
--export prints what importMemory takes.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor memory notes user-42
  aitor memory notes user-42 --commits
  aitor memory notes user-42 --at 1207 | jq .seen
${EXIT_CODES}`;

export function declareMemory(command: Command, take: (parsed: MemoryArguments) => void): void {
  command
    .description("Prints the memory of an agent, as it is or was, as JSON.")
    .argument(AGENT, "the module that defines it, or its name")
    .argument("<id>", "which one of them")
    .addOption(new Option("--at <commit>", "as it was at this commit").argParser(commit))
    .addOption(new Option("--commits", "the commits in place of the memory").conflicts(["at", "export"]))
    .option("--export", "with its version, to be imported");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((agent: string, id: string, { at, commits = false, export: exported = false, ...rest }: Options) => {
      take({ kind: "memory", agent, id, at, commits, export: exported, ...journalArguments(rest) });
    });
}

function commit(text: string): number {
  const number = countOf(text);
  if (number === undefined) throw new InvalidArgumentError("It is no number of a commit, which --commits lists.");
  return number;
}

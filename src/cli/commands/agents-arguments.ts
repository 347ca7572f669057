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

export interface AgentsArguments extends JournalArguments {
  readonly kind: "agents";
  /** Only those of this definition. */
  readonly name: string | undefined;
  readonly limit: number;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly limit: number;
  readonly json?: boolean;
}

const HELP = `
An agent is known when it has a memory or unfinished messages. Those that were busy last come first.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor agents
  aitor agents notes --limit 100
  aitor agents --json | jq -r '.[] | select(.queued > 10) | .id'
${EXIT_CODES}`;

export function declareAgents(command: Command, take: (parsed: AgentsArguments) => void): void {
  command
    .description("Lists the agents of a journal.")
    .argument("[name]", "only the agents of this name")
    .addOption(limitOption())
    .option("--json", "an array of objects; times are milliseconds since 1970");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((name: string | undefined, { limit, json = false, ...rest }: Options) => {
      take({ kind: "agents", name, limit, json, ...journalArguments(rest) });
    });
}

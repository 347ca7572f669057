import { type Command, Option } from "commander";
import type { UsageParts } from "../../engine/index.ts";
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

export interface UsageArguments extends JournalArguments {
  readonly kind: "usage";
  readonly by: keyof UsageParts;
  readonly limit: number;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly by: keyof UsageParts;
  readonly limit: number;
  readonly json?: boolean;
}

const HELP = `
Calls of runs under way count, and those of runs that failed, were cancelled, or are not kept any more. The dearest
come first. What is not known is not counted as 0: a + stands behind a cost that lacks calls whose price is not known,
and a ~ before tokens of which some are counted by estimate.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor usage
  aitor usage --by run --limit 100
  aitor usage --by model --json | jq 'map(.usage.cost) | add'
${EXIT_CODES}`;

export function declareUsage(command: Command, take: (parsed: UsageArguments) => void): void {
  command
    .description("What model calls used and cost, by agent, run or model.")
    .addOption(new Option("--by <part>", "what is told apart").choices(["agent", "run", "model"]).default("agent"))
    .addOption(limitOption())
    .option("--json", "an array of objects, of all; costs are US dollars");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action(({ by, limit, json = false, ...rest }: Options) => {
      take({ kind: "usage", by, limit, json, ...journalArguments(rest) });
    });
}

import { type Command, Option } from "commander";

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
import { LISTED_STATES, type ListedState } from "../text/run-state.ts";

export interface RunsArguments extends JournalArguments {
  readonly kind: "runs";
  readonly state: ListedState | undefined;
  readonly limit: number;
  readonly children: boolean;
  readonly json: boolean;
}

interface Options extends JournalOptions {
  readonly state?: ListedState;
  readonly limit: number;
  readonly children?: boolean;
  readonly json?: boolean;
}

const HELP = `
The newest come first. A run is interrupted where it is on record as running, and no process holds the journal:
aitor resume goes on with it.
${WHILE_HELD}
${ABOUT_JOURNAL}

Examples:
  aitor runs
  aitor runs --state unfinished --limit 100
  aitor runs --json | jq -r '.[] | select(.state == "interrupted") | .id'
${EXIT_CODES}`;

export function declareRuns(command: Command, take: (parsed: RunsArguments) => void): void {
  command
    .description("Lists the runs of a journal, and what they wait for.")
    .addOption(new Option("--state <state>", "only those in this state").choices(LISTED_STATES))
    .addOption(limitOption())
    .option("--children", "also runs that another one started as its steps")
    .option("--json", "an array of objects; times are milliseconds since 1970");
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action(({ state, limit, children = false, json = false, ...rest }: Options) => {
      take({ kind: "runs", state, limit, children, json, ...journalArguments(rest) });
    });
}

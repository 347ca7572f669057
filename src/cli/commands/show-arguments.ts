import { type Command, Option } from "commander";

import {
  ABOUT_RUNS,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  WHILE_HELD,
} from "./command-help.ts";

export interface ShowArguments extends JournalArguments {
  readonly kind: "show";
  readonly run: string;
  readonly step: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
  readonly mermaid: boolean;
}

interface Options extends JournalOptions {
  readonly step?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly mermaid?: boolean;
}

const HELP = `
Steps with their states and times, what the run waits for and how to answer it, errors with stacks and causes, the
output, and the charts of its flows in Mermaid. Of a planning agent's run also the plan, who did what and what it cost,
and the runs of its sub-agents with their ids, each of which can be shown.
--step of a step in which a reasoning agent asked a model also shows the prompt, made again from the record and compared
by its hash with what was sent, the reply, and each request; of a call, its arguments and its approval. No code is run.
${WHILE_HELD}
${ABOUT_RUNS}

Examples:
  aitor show 8c1f
  aitor show 8c1f --step fetch
  aitor show 8c1f --step 'react/#2/think'
  aitor show 8c1f --json | jq '.steps[] | select(.state == "failed") | .key'
  aitor show 8c1f --mermaid > run.mmd
${EXIT_CODES}`;

export function declareShow(command: Command, take: (parsed: ShowArguments) => void): void {
  command
    .description("Shows what is on record of a run.")
    .argument("<run>", "its id, its message's, or the beginning of one")
    .option("--step <key>", "one step in full, by its key or its name")
    .option("--all", "every step, also of a run with very many")
    .addOption(new Option("--json", "all that is known, as JSON; times are milliseconds").conflicts("mermaid"))
    .addOption(new Option("--mermaid", "the charts alone").conflicts("step"));
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((run: string, { step, all = false, json = false, mermaid = false, ...rest }: Options) => {
      take({ kind: "show", run, step, all, json, mermaid, ...journalArguments(rest) });
    });
}

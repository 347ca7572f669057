import { Argument, type Command, Option } from "commander";

import {
  ABOUT_JOURNAL,
  ABOUT_MODULES,
  addCommonOptions,
  type CommonArguments,
  commonArguments,
  type CommonOptions,
  EXIT_CODES,
  MODULE,
} from "./command-help.ts";

export interface RunArguments extends CommonArguments {
  readonly kind: "run";
  /** As it was given: `<file>` or `<file>#<export>`. */
  readonly target: string;
  readonly input: string | undefined;
  /** `-` for stdin. */
  readonly inputFile: string | undefined;
  /** `false`: in memory. */
  readonly journal: string | false | undefined;
  /** The run's, or the agent's. */
  readonly id: string | undefined;
  readonly json: boolean;
}

interface Options extends CommonOptions {
  readonly input?: string;
  readonly inputFile?: string;
  readonly journal?: string | boolean;
  readonly id?: string;
  readonly json?: boolean;
}

const HELP = `${ABOUT_MODULES} What it prints while it is loaded and run goes to stderr, as progress and errors do; stdout
carries the output alone, as JSON, and nothing where the output is undefined.
${ABOUT_JOURNAL}
The run is recorded there step by step, so that aitor resume can go on with it whatever ends this process. The file is
made where it is missing; one process at a time writes it. --no-journal keeps the run in memory.

Of a reasoning agent the input is the problem: a text, or { problem, answer, context, limits }, where answer is
{ schema }, the JSON Schema of an answer that is no text. stdout carries the answer: a text as it is, what else was
asked for as JSON. In a terminal the plan of a planning agent is shown as a list, with who works on what, and what it
costs; in a pipe there is a line for each thing that happens. What needs an approval says which command line gives it,
from another terminal. The exit code is 1 where there is no answer.

The first Ctrl-C cancels the run and waits until it has given back what it took; a second one ends the process at once.
SIGTERM and SIGHUP, and an error that nobody awaits, stop it and leave the run to aitor resume; without a journal they
cancel it.

Examples:
  aitor run flow.ts --input '{"url":"https://example.com"}'
  aitor run agent.ts --input '"Which folder holds the most code?"'
  aitor run agents.ts#Surveyor --id team-7 --input '{"problem":"Survey it.","limits":{"usd":0.5}}' --json
  aitor run flows.ts#digest --input-file input.json | jq .title
  echo '"hello"' | aitor run flow.ts --input-file - --no-journal
${EXIT_CODES}`;

export function declareRun(command: Command, take: (parsed: RunArguments) => void): void {
  command
    .description("Runs a flow, or another Runnable, and prints its output as JSON; or has an agent solve a problem.")
    .addArgument(new Argument(MODULE, "the file, and which of its exports to run"))
    .addOption(new Option("--input <json>", "the run's input, as JSON").conflicts("inputFile"))
    .option("--input-file <file>", "a file that holds it; - reads stdin")
    .option("--journal <file>", "where the run is recorded")
    .option("--no-journal", "records nothing: the run ends with the process")
    .option("--id <id>", "the run's id; without it, a random one. Of an agent its own; without it, default")
    .option("--json", "of an agent: all that is known of the outcome, as JSON, with plan, usage and cost");
  addCommonOptions(command)
    .addHelpText("after", HELP)
    .action((target: string, { input, inputFile, journal, id, json = false, ...common }: Options) => {
      if (id === "") command.error("error: the id is empty");
      const place = typeof journal === "string" || journal === false ? journal : undefined;
      take({ kind: "run", target, input, inputFile, journal: place, id, json, ...commonArguments(common) });
    });
}

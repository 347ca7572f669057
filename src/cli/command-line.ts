import { readFileSync } from "node:fs";

import { Argument, Command, type CommanderError, Option } from "commander";

import { UsageError } from "./errors.ts";

/** What the user asked for. */
export type ParsedCommand = { readonly kind: "help"; readonly text: string } | RunArguments | GraphArguments;

export interface RunArguments {
  readonly kind: "run";
  /** As it was given: `<file>` or `<file>#<export>`. */
  readonly target: string;
  readonly input: string | undefined;
  /** `-` for stdin. */
  readonly inputFile: string | undefined;
  readonly verbose: boolean;
  /** Whether what is said on stderr has colours; `undefined` where the terminal and the environment decide. */
  readonly color: boolean | undefined;
}

export interface GraphArguments {
  readonly kind: "graph";
  readonly target: string;
  readonly verbose: boolean;
  /** Whether what is said on stderr has colours; `undefined` where the terminal and the environment decide. */
  readonly color: boolean | undefined;
}

/** As commander gives them. */
interface RunOptions {
  readonly input?: string;
  readonly inputFile?: string;
  readonly verbose?: boolean;
  readonly color?: boolean;
}

const MODULE = "<module[#export]>";

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed: the run did, or the module could not be loaded
  2    wrong usage: the arguments must change
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP`;

const ENVIRONMENT = `

Environment variables (docs/configuration.md):
  AITOR_LOG         debug, info, warning, error or off: logs to stderr from this level on
  AITOR_LOG_FORMAT  pretty or json
  AITOR_THREADS     how many worker threads run thread tasks
  NO_COLOR          no colours, where it is not empty
  NODE_ENV          production: results on record are not frozen
  TERM              dumb: no cursor is moved`;

const ABOUT_MODULES = `
The module is a TypeScript or JavaScript file. Of its exports the one named after # is taken, else the default one,
else the only one that fits.`;

const RUN_HELP = `${ABOUT_MODULES} What it prints while it is loaded and run goes to stderr, as progress and errors do; stdout
carries the output alone, as JSON, and nothing where the output is undefined.

The first Ctrl-C cancels the run and waits until it has given back what it took; a second one ends it at once.

Examples:
  aitor run flow.ts --input '{"url":"https://example.com"}'
  aitor run flows.ts#digest --input-file input.json | jq .title
  echo '"hello"' | aitor run flow.ts --input-file -
${EXIT_CODES}`;

const GRAPH_HELP = `${ABOUT_MODULES}

Examples:
  aitor graph flow.ts
  aitor graph flows.ts#digest > digest.mmd
${EXIT_CODES}`;

/** @throws UsageError for arguments that make no command. */
export function parseCommandLine(args: readonly string[]): ParsedCommand {
  let parsed: ParsedCommand | undefined;
  let help = "";
  const program = configured(new Command("aitor"), (text) => (help += text))
    .description("Runs and draws Aitor flows, and anything else that an engine can run.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", EXIT_CODES + ENVIRONMENT);

  configured(program.command("run"), (text) => (help += text))
    .description("Runs a flow, or another Runnable, and prints its output as JSON.")
    .addArgument(new Argument(MODULE, "the file, and which of its exports to run"))
    .addOption(new Option("--input <json>", "the run's input, as JSON").conflicts("inputFile"))
    .option("--input-file <file>", "a file that holds it; - reads stdin")
    .option("--verbose", "print the stacks of errors")
    .option("--color", "colours, also in a pipe and where NO_COLOR is set")
    .option("--no-color", "no colours")
    .addHelpText("after", RUN_HELP)
    .action((target: string, { input, inputFile, verbose = false, color }: RunOptions) => {
      parsed = { kind: "run", target, input, inputFile, verbose, color };
    });

  configured(program.command("graph"), (text) => (help += text))
    .description("Prints a flow as a Mermaid flowchart.")
    .addArgument(new Argument(MODULE, "the file, and which of its exports to draw"))
    .option("--verbose", "print the stacks of errors")
    .option("--color", "colours, also in a pipe and where NO_COLOR is set")
    .option("--no-color", "no colours")
    .addHelpText("after", GRAPH_HELP)
    .action((target: string, { verbose = false, color }: RunOptions) => {
      parsed = { kind: "graph", target, verbose, color };
    });

  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if ((error as CommanderError).exitCode !== 0) throw error;
  }
  return parsed ?? { kind: "help", text: help };

  function configured(command: Command, print: (text: string) => void): Command {
    return command
      .helpOption("-h, --help", "print this help")
      .configureOutput({ writeOut: print, writeErr: () => {}, outputError: () => {} })
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : usageError(command, error, args);
      });
  }
}

function usageError(command: Command, error: CommanderError, args: readonly string[]): UsageError {
  const name = command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
  const [problem = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const nothingGiven = error.code === "commander.help";
  return new UsageError(nothingGiven ? "no command was given" : problem, {
    expected: `${name} ${command.usage()}`,
    got: ["aitor", ...args.map(quoted)].join(" "),
    fix: suggestion === undefined ? `see ${name} --help` : `${suggestion.slice(1, -1)} See ${name} --help`,
  });
}

/** An argument as it may be typed in a shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./#-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** The built command and its source lie equally deep in the package. */
function ownVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

import { typedArgument } from "../base/index.ts";
import { readFileSync } from "node:fs";

import { Command, type CommanderError } from "commander";

import { type AgentsArguments, declareAgents } from "./commands/agents-arguments.ts";
import { type AnswerArguments, declareAnswer } from "./commands/answer-arguments.ts";
import { type AskArguments, declareAsk, declareTell, type TellArguments } from "./commands/ask-arguments.ts";
import { type ChatArguments, declareChat } from "./commands/chat-arguments.ts";
import { type CancelArguments, declareCancel } from "./commands/cancel-arguments.ts";
import { ENVIRONMENT, EXIT_CODES } from "./commands/command-help.ts";
import { type DeadLettersArguments, declareDeadLetters } from "./commands/dead-letters-arguments.ts";
import { declareDoctor, type DoctorArguments } from "./commands/doctor-arguments.ts";
import { UsageError } from "./terminal/errors.ts";
import { declareGraph, type GraphArguments } from "./commands/graph-arguments.ts";
import {
  type BackupArguments,
  type CompactArguments,
  declareBackup,
  declareCompact,
} from "./commands/journal-arguments.ts";
import { declareMemory, type MemoryArguments } from "./commands/memory-arguments.ts";
import { declareResume, type ResumeArguments } from "./commands/resume-arguments.ts";
import { declareRun, type RunArguments } from "./commands/run-arguments.ts";
import { declareRuns, type RunsArguments } from "./commands/runs-arguments.ts";
import { declareShow, type ShowArguments } from "./commands/show-arguments.ts";
import { declareStats, type StatsArguments } from "./commands/stats-arguments.ts";
import { declareUsage, type UsageArguments } from "./commands/usage-arguments.ts";

/** What the user asked for. */
export type ParsedCommand =
  | { readonly kind: "help"; readonly text: string }
  | AgentsArguments
  | AnswerArguments
  | AskArguments
  | BackupArguments
  | CancelArguments
  | ChatArguments
  | CompactArguments
  | DeadLettersArguments
  | DoctorArguments
  | GraphArguments
  | MemoryArguments
  | ResumeArguments
  | RunArguments
  | RunsArguments
  | ShowArguments
  | StatsArguments
  | TellArguments
  | UsageArguments;

/** @throws UsageError for arguments that make no command. */
export function parseCommandLine(args: readonly string[]): ParsedCommand {
  let parsed: ParsedCommand | undefined;
  let help = "";
  const take = (command: ParsedCommand): void => void (parsed = command);
  const program = configured(new Command("aitor"))
    .description("Runs Aitor's flows and agents, and looks after what is on record.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpCommand(false)
    .addHelpText("after", EXIT_CODES + ENVIRONMENT);
  declareRun(configured(program.command("run")), take);
  declareResume(configured(program.command("resume")), take);
  declareRuns(configured(program.command("runs")), take);
  declareShow(configured(program.command("show")), take);
  declareAnswer(configured(program.command("answer")), take);
  declareCancel(configured(program.command("cancel")), take);
  declareStats(configured(program.command("stats")), take);
  declareUsage(configured(program.command("usage")), take);
  declareChat(configured(program.command("chat")), take);
  declareAsk(configured(program.command("ask")), take);
  declareTell(configured(program.command("tell")), take);
  declareAgents(configured(program.command("agents")), take);
  declareMemory(configured(program.command("memory")), take);
  declareDeadLetters(configured(program.command("dead-letters")), take);
  declareDoctor(configured(program.command("doctor")), take);
  const journal = configured(program.command("journal"))
    .description("Copies a journal, or makes it smaller.")
    .helpCommand(false)
    .addHelpText("after", EXIT_CODES);
  declareBackup(configured(journal.command("backup")), take);
  declareCompact(configured(journal.command("compact")), take);
  declareHelp(configured(journal.command("help")), journal);
  declareGraph(configured(program.command("graph")), take);
  declareHelp(configured(program.command("help")), program);

  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if ((error as CommanderError).exitCode !== 0) throw error;
  }
  return parsed ?? { kind: "help", text: help };

  function configured(command: Command): Command {
    return command
      .helpOption("-h, --help", "print this help")
      .configureOutput({ writeOut: (text) => (help += text), writeErr: () => {}, outputError: () => {} })
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : usageError(command, error, args);
      });
  }
}

/** @param of The command whose help it prints, or that of one below it. */
function declareHelp(command: Command, of: Command): void {
  command
    .description("print the help of a command")
    .argument("[command...]")
    .action((names: readonly string[]) => {
      let found: Command = of;
      for (const name of names) {
        const below = found.commands.find((each) => each.name() === name);
        if (below === undefined) found.error(`error: unknown command '${name}'`);
        found = below;
      }
      found.outputHelp();
    });
}

function usageError(command: Command, error: CommanderError, args: readonly string[]): UsageError {
  const name = nameOf(command);
  const [problem = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const nothingGiven = error.code === "commander.help";
  return new UsageError(nothingGiven ? "no command was given" : problem, {
    expected: `${name} ${command.usage()}`,
    got: ["aitor", ...args.map(typedArgument)].join(" "),
    fix: suggestion === undefined ? `see ${name} --help` : `${suggestion.slice(1, -1)} See ${name} --help`,
  });
}

/** With those of the commands above it. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** The built command and its source lie equally deep in the package. */
function ownVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

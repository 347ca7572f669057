import { type Command, InvalidArgumentError } from "commander";
import { type Duration, milliseconds } from "../../base/index.ts";
import {
  ABOUT_AGENTS,
  ABOUT_JOURNAL,
  addJournalOptions,
  AGENT,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
} from "./command-help.ts";

/** A message to an agent. */
export interface MessageArguments extends JournalArguments {
  /** A module, with or without an export, or the name of an agent. */
  readonly agent: string;
  readonly id: string;
  /** JSON; nothing where it comes from a file. */
  readonly message: string | undefined;
  /** `-` for stdin. */
  readonly messageFile: string | undefined;
  readonly messageId: string | undefined;
}

export interface AskArguments extends MessageArguments {
  readonly kind: "ask";
  readonly deadline: Duration | undefined;
}

export interface TellArguments extends MessageArguments {
  readonly kind: "tell";
  readonly delay: Duration | undefined;
}

interface Options extends JournalOptions {
  readonly messageFile?: string;
  readonly messageId?: string;
  readonly deadline?: Duration;
  readonly delay?: Duration;
}

const ASK_HELP = `${ABOUT_AGENTS}
Where another process holds the journal, that process handles the message, and this one waits for the reply. Where none
does, this process handles it, and what waits for the agent before it. The reply goes to stdout, as JSON.

Ctrl-C takes the message back. SIGTERM and SIGHUP, and an error that nobody awaits, stop this process, and leave the
message to be handled later.
${ABOUT_JOURNAL}

Examples:
  aitor ask notes.ts user-42 '"hello"'
  aitor ask agents.ts#Support case-7 '{"text":"Where is my order?"}' --deadline 30s
  echo '"hello"' | aitor ask notes user-42 --message-file -
${EXIT_CODES}`;

const TELL_HELP = `${ABOUT_AGENTS}
It ends when the message is durable, and prints its id. Where another process holds the journal, that process handles
it. Where none does it is recorded, and handled when a process that has the agent opens the journal.
${ABOUT_JOURNAL}

Examples:
  aitor tell notes user-42 '"hello"'
  aitor tell notes.ts user-42 '"good morning"' --delay 8h
${EXIT_CODES}`;

export function declareAsk(command: Command, take: (parsed: AskArguments) => void): void {
  addMessageArguments(command.description("Sends an agent a message, and prints its reply."))
    .option("--deadline <duration>", "time for the reply, such as 30s; then the message is taken back", duration)
    .addHelpText("after", ASK_HELP)
    .action((agent: string, id: string, message: string | undefined, { deadline, ...options }: Options) => {
      take({ kind: "ask", deadline, ...messageArguments(command, agent, id, message, options) });
    });
}

export function declareTell(command: Command, take: (parsed: TellArguments) => void): void {
  addMessageArguments(command.description("Sends an agent a message."))
    .option("--delay <duration>", "it is not handled before this has passed, such as 8h", duration)
    .addHelpText("after", TELL_HELP)
    .action((agent: string, id: string, message: string | undefined, { delay, ...options }: Options) => {
      take({ kind: "tell", delay, ...messageArguments(command, agent, id, message, options) });
    });
}

function addMessageArguments(command: Command): Command {
  command
    .argument(AGENT, "the module that defines it, or its name")
    .argument("<id>", "which one of them")
    .argument("[message]", "the message, as JSON")
    .option("--message-file <file>", "a file that holds it; - reads stdin")
    .option("--message-id <id>", "the message's id: one that was received before is not handled again");
  return addJournalOptions(command);
}

function messageArguments(
  command: Command,
  agent: string,
  id: string,
  message: string | undefined,
  { messageFile, messageId, ...rest }: Options,
): MessageArguments {
  if (message !== undefined && messageFile !== undefined)
    command.error("error: the message is given twice: as an argument, and as --message-file");
  if (id === "") command.error("error: the id of the agent is empty");
  if (messageId === "") command.error("error: the id of the message is empty");
  return { agent, id, message, messageFile, messageId, ...journalArguments(rest) };
}

/** @throws InvalidArgumentError for what is no duration. */
function duration(text: string): Duration {
  const given = /^\d+$/.test(text) ? Number(text) : (text as Duration);
  try {
    milliseconds(given, "it");
  } catch {
    throw new InvalidArgumentError("It is no duration such as 500ms, 30s, 5m, 8h, 2d.");
  }
  return given;
}

import { Argument, type Command } from "commander";
import {
  ABOUT_JOURNAL,
  ABOUT_MODULES,
  addJournalOptions,
  EXIT_CODES,
  type JournalArguments,
  journalArguments,
  type JournalOptions,
  MODULE,
} from "./command-help.ts";

export interface ChatArguments extends JournalArguments {
  readonly kind: "chat";
  /** As it was given: `<file>` or `<file>#<export>`. */
  readonly target: string;
  readonly id: string;
  /** What is said; nothing where a terminal or stdin says it. */
  readonly messages: readonly string[];
}

interface Options extends JournalOptions {
  readonly id: string;
  readonly message?: readonly string[];
}

const HELP = `${ABOUT_MODULES}
What fits is what defineReactAgent gives, a class that extends ReactAgent, or an agent.
The conversation is on record: the same id goes on with it, also with an answer under way when its process died.
${ABOUT_JOURNAL}

In a terminal the answer is shown as it is written, with the calls of tools; what needs an approval is asked in place.
A planning agent's plan is told in short lines, and what its sub-agents wait for is asked in place, too.
What is typed meanwhile is read at its next turn. Ctrl-C stops an answer; a second one leaves, and so does one at the
prompt.
  /tools /memory /cost /fork [id] /help /quit

In a pipe each line of stdin is a message. Answers go to stdout, all else to stderr; the exit code is 1 where a message
was not answered. What needs an approval waits for aitor answer.

Examples:
  aitor chat agent.ts
  aitor chat agents.ts#Analyst --id team-7
  aitor chat agent.ts --message "Which folder holds the most code?"
  cat questions.txt | aitor chat agent.ts --id batch-1 > answers.txt
${EXIT_CODES}`;

export function declareChat(command: Command, take: (parsed: ChatArguments) => void): void {
  command
    .description("A conversation with a reasoning agent.")
    .addArgument(new Argument(MODULE, "the file, and which of its exports to talk to"))
    .option("--id <id>", "which of its conversations", "default")
    .option(
      "--message <text>",
      "says this and ends; several are said one after the other",
      (text, before: string[] | undefined) => [...(before ?? []), text],
    );
  addJournalOptions(command)
    .addHelpText("after", HELP)
    .action((target: string, { id, message = [], ...rest }: Options) => {
      if (id === "") command.error("error: the id of the conversation is empty");
      if (message.some((text) => text.trim() === "")) command.error("error: a message is empty");
      take({ kind: "chat", target, id, messages: message, ...journalArguments(rest) });
    });
}

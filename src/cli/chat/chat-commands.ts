import { messageOf, visible } from "../../base/index.ts";
import { usageText } from "../text/chat-lines.ts";
import type { ChatSession } from "./chat-session.ts";
import type { ChatView } from "./chat-view.ts";
import { firstLine } from "../terminal/safe-text.ts";
import { countText } from "../text/moment-text.ts";

/** What a command may do. */
export interface ChatCommandPlace {
  readonly view: ChatView;
  readonly session: ChatSession;
  /** Goes on in a new conversation that begins with this one's memory. @returns What brings back the one before. */
  readonly fork: (id: string | undefined) => Promise<string>;
  readonly quit: () => void;
}

interface ChatCommand {
  readonly usage: string;
  readonly about: string;
  run(place: ChatCommandPlace, argument: string): Promise<void> | void;
}

/** Messages of the conversation that are shown. */
const SHOWN = 6;

const COMMANDS: Readonly<Record<string, ChatCommand>> = {
  tools: {
    usage: "/tools",
    about: "what the agent can do",
    run: ({ view, session }) => {
      const { schemas } = session.agent.tools;
      if (schemas.length === 0) view.note("it has no tools");
      for (const { name, description } of schemas) view.note(`${visible(name)}  ${visible(firstLine(description))}`);
    },
  },
  memory: {
    usage: "/memory",
    about: "what it remembers",
    run: async ({ view, session }) => {
      const memory = await session.agent.read();
      const { messages, toolExecutions, failedExecutions, summed, runs } = memory.stats;
      const failures = failedExecutions === 0 ? "" : `, ${failedExecutions} of them failed`;
      const sum = summed === 0 ? "" : `; ${countText(summed, "message")} summed up`;
      view.note(
        `${countText(messages, "message")}, ${countText(toolExecutions, "call")} of tools${failures}, ${countText(runs, "problem")}${sum}`,
      );
      if (messages > 0) view.note(memory.format({ part: "conversation", last: SHOWN }), "dim");
      const context = memory.format({ part: "context" });
      if (context !== "{}") view.note(`context: ${context}`, "dim");
    },
  },
  cost: {
    usage: "/cost",
    about: "what was used and spent",
    run: async ({ view, session }) => {
      const usage = await session.usage();
      if (session.last !== undefined) view.note(`the last answer: ${usageText(session.last.usage)}`);
      view.note(`this conversation: ${usageText(usage)}`);
    },
  },
  fork: {
    usage: "/fork [id]",
    about: "goes on in a new conversation with the same memory, and leaves this one as it is",
    run: async ({ view, session, fork }, id) => {
      if (session.busy) {
        view.note("it answers at the moment: fork when it is done, or stop it by Ctrl-C", "yellow");
        return;
      }
      view.note(await fork(id === "" ? undefined : id));
    },
  },
  help: {
    usage: "/help",
    about: "what can be said",
    run: ({ view }) => {
      const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length));
      view.note(
        [
          ...Object.values(COMMANDS).map(({ usage, about }) => `${usage.padEnd(width)}  ${about}`),
          "A message or an answer that begins with / is written with two. What is typed during an answer is read by it at its next turn.",
          "Ctrl-C stops an answer; a second one leaves, and so does one at the prompt, and Ctrl-D.",
        ].join("\n"),
      );
    },
  },
  quit: {
    usage: "/quit",
    about: "leaves; what is under way goes on when somebody comes back",
    run: ({ quit }) => quit(),
  },
};

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS).map((name) => `/${name}`);

/** Carries out a line; one that does not begin with `/` is told to be no command. */
export async function runChatCommand(line: string, place: ChatCommandPlace): Promise<void> {
  const [word = "", ...rest] = line.slice(1).trim().split(/\s+/);
  const command = line.startsWith("/") && Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command === undefined) {
    place.view.note(
      `there is no command ${visible(line.split(/\s/, 1)[0] as string)}; there are ${COMMAND_NAMES.join(" ")}`,
      "yellow",
    );
    return;
  }
  try {
    await command.run(place, rest.join(" "));
  } catch (error) {
    place.view.note(messageOf(error), "red");
  }
}

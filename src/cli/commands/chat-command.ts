import { createInterface } from "node:readline";
import { AitorHost, behaviourOf } from "../../agent/index.ts";
import { AitorError } from "../../base/index.ts";
import type { RunAbout } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { isPlanningAgent } from "../../planning/index.ts";
import { checkModelOf } from "../../reasoning/index.ts";
import { backgroundClock } from "../terminal/background-clock.ts";
import type { ChatArguments } from "./chat-arguments.ts";
import type { ChatPlace } from "../chat/chat-place.ts";
import { ChatSession } from "../chat/chat-session.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { isWithdrawal } from "../terminal/errors.ts";
import { hostedAgent } from "../watch/hosted-agent.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { findJournal, openOrMake } from "../load/journal-place.ts";
import { loadReactAgent } from "../load/load-react-agent.ts";
import { countText } from "../text/moment-text.ts";
import { PlainChat } from "../chat/plain-chat.ts";
import { talk } from "../chat/terminal-chat.ts";

const WHEN_LOCKED =
  "wait for it, send that process a message with aitor ask, or talk on another journal: --journal <file>";

export async function chatCommand(
  command: ChatArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const { target, id, messages } = command;
  const place = findJournal(command.journal);
  const { definition, name, origin, others } = await interruption.race(loadReactAgent(target));
  await using journal = await openOrMake(place, WHEN_LOCKED);
  const runs = await unfinished(journal, name, id);
  // What cannot work is said before anybody has typed anything, and before what is unfinished goes on.
  await interruption.race(checkModelOf(definition));
  await using host = new AitorHost({ journal, agents: others });
  await interruption.race(host.register(behaviourOf(definition)));
  const agent = hostedAgent(host, { definition }, id);
  const plans = isPlanningAgent(definition);
  const chat: ChatPlace = { agent, plans, definition, name, origin, host, place, runs, target, id };
  const { terminal } = output;
  if (terminal !== undefined && process.stdin.isTTY && messages.length === 0) {
    await talk(chat, terminal, output, interruption);
  } else await sayAll(chat, messages.length > 0 ? messages : lines(), output, interruption);
}

/** Runs of the conversation that have not ended, the oldest first. */
async function unfinished(journal: Journal, name: string, id: string): Promise<string[]> {
  const runs: string[] = [];
  for await (const { stream, about } of journal.heads({ kind: "run", ended: false })) {
    const { key } = about as RunAbout;
    if (key?.name === name && key.id === id) runs.push(stream);
  }
  return runs;
}

/** Says one message after the other, each when the one before it was answered. */
async function sayAll(
  { agent, plans, host, origin, place, runs }: ChatPlace,
  messages: Iterable<string> | AsyncIterable<string>,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  using view = new PlainChat(output, place.option, () => backgroundClock.monotonic(), plans);
  const session = new ChatSession({ agent, host, origin }, view);
  const asked = (async () => {
    session.attach(runs);
    await session.idle();
    for await (const text of messages) {
      if (interruption.signal.aborted) return;
      if (text.trim() === "") continue;
      await session.say(text);
      await session.idle();
    }
  })();
  try {
    await interruption.race(asked);
  } catch (error) {
    if (isWithdrawal(error)) await stop(session, error);
    session.leave();
    await host.shutdown({ deadline: 0 });
    throw error;
  }
  const { answered, failed } = session.counts;
  if (failed > 0) throw unansweredError(failed, answered + failed);
}

/** What came of what was under way is shown while the journal is there. */
async function stop(session: ChatSession, reason: unknown): Promise<void> {
  await session.cancel(reason);
  await session.idle();
}

async function* lines(): AsyncGenerator<string, void, undefined> {
  yield* createInterface({ input: process.stdin, crlfDelay: Infinity });
}

function unansweredError(failed: number, all: number): AitorError<"no-answer"> {
  return new AitorError({
    code: "no-answer",
    message: `${all === 1 ? "the message was" : `${failed} of ${countText(all, "message")} were`} not answered`,
    fix: "see above what came of it",
  });
}

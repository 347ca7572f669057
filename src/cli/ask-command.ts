import { setTimeout } from "node:timers/promises";
import { AitorError, milliseconds, rebuildError, visible } from "../base/index.ts";
import { AitorHost } from "../agent/index.ts";
import type { Receipt } from "../engine/index.ts";
import { sendCommand, writerOf } from "../sqlite/index.ts";
import type { AskArguments } from "./ask-arguments.ts";
import type { CommandOutput } from "./command-output.ts";
import { InterruptedError } from "./errors.ts";
import type { Interruption } from "./interruption.ts";
import { findJournal, type JournalPlace, openOrMake, openToRead } from "./journal-place.ts";
import { findAgent, type NamedAgent } from "./load-agent.ts";
import { ProcessHold } from "./process-hold.ts";
import { reportOf } from "./run-report.ts";
import { messageOf } from "./tell-command.ts";

/** Between two looks at the record of another process. */
const LOOK_MS = 50;

export async function askCommand(
  command: AskArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const place = findJournal(command.journal);
  const agent = await interruption.race(findAgent(command.agent));
  const message = await interruption.race(messageOf(command, agent, output));
  const reply =
    writerOf(place.file) === undefined
      ? await handledHere(command, place, agent, message, output, interruption)
      : await handledThere(command, place, agent, message, output, interruption);
  await output.resultJson(reply);
}

async function handledHere(
  { agent: named, id, deadline, messageId }: AskArguments,
  place: JournalPlace,
  { definition, origin, others }: NamedAgent,
  message: unknown,
  output: CommandOutput,
  interruption: Interruption,
): Promise<unknown> {
  if (definition === undefined) throw noCodeError(named);
  await using journal = await openOrMake(place);
  await using host = new AitorHost({ journal, agents: others });
  // What waits for an answer from another process holds no process by itself.
  using waiting = new ProcessHold();
  host.observe((event) => {
    if (event.type !== "message-suspended") return;
    waiting.hold();
    const { agent } = event;
    const [key = ""] = event.waitsFor;
    const how = `aitor answer '${event.run}' '${key}' --value JSON${place.option}`;
    const what = visible(event.waitsFor.join(", "));
    output.tell(`${visible(agent.name)} ${visible(agent.id)} waits for ${what}: ${visible(how)}\n`);
  });
  const { signal } = interruption;
  const taken = new AbortController();
  const interrupted = (): void => {
    const { reason } = signal as { reason: unknown };
    // A terminal's Ctrl-C takes the message back; whoever stops the process leaves it to be handled.
    if (reason instanceof InterruptedError && reason.signal !== "SIGINT") void host.shutdown({ deadline: 0 });
    else taken.abort(reason);
  };
  signal.addEventListener("abort", interrupted, { once: true });
  const opened = (await host.open(definition as never, id)) as { ask(...call: unknown[]): Promise<unknown> };
  try {
    const options = {
      signal: taken.signal,
      ...(messageId !== undefined && { id: messageId }),
      ...(origin && { origin }),
    };
    return await opened.ask(message, deadline === undefined ? options : { ...options, deadline });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** The other process handles it, and its record is looked at until there is an ending. */
async function handledThere(
  { id, deadline, messageId }: AskArguments,
  place: JournalPlace,
  { name }: NamedAgent,
  message: unknown,
  output: CommandOutput,
  interruption: Interruption,
): Promise<unknown> {
  const key = { name, id };
  const options = messageId === undefined ? {} : { id: messageId };
  const data = { key, message, options, asked: true };
  const send = sendCommand(place.file, { type: "send", data, id: crypto.randomUUID() }, { timeout: "5s" });
  const { run } = (await interruption.race(send)) as Receipt;
  output.tell(`${output.style("dim", `▸ ${visible(name)} ${visible(id)}  run ${visible(run)}`)}\n`);
  const until = deadline === undefined ? Infinity : Date.now() + milliseconds(deadline, "the deadline");
  try {
    return await interruption.race(ending(place, run, until));
  } catch (error) {
    const { reason } = interruption.signal as { reason?: unknown };
    const isWithdrawn = isLate(error) || (reason instanceof InterruptedError && reason.signal === "SIGINT");
    if (isWithdrawn) await sendCommand(place.file, { type: "cancel", data: { run }, id: crypto.randomUUID() }, {});
    throw error;
  }
}

async function ending(place: JournalPlace, run: string, until: number): Promise<unknown> {
  await using journal = await openToRead(place);
  for (;;) {
    for await (const { ended } of journal.heads({ stream: run })) {
      if (!ended) continue;
      const { error, output } = await reportOf(journal, run);
      if (error !== undefined) throw rebuildError(error);
      return output;
    }
    if (Date.now() >= until) throw lateError(run);
    await setTimeout(LOOK_MS, undefined, { ref: true });
  }
}

function isLate(error: unknown): boolean {
  return error instanceof AitorError && error.code === "ask-timeout";
}

function lateError(run: string): AitorError<"ask-timeout"> {
  return new AitorError({
    code: "ask-timeout",
    message: `there was no reply in time`,
    expected: "a reply within --deadline",
    got: `none by then; run "${run}" was taken back`,
    fix: "give it a longer --deadline, or use aitor tell and look at it later: aitor show",
  });
}

function noCodeError(named: string): AitorError<"agent-unknown"> {
  return new AitorError({
    code: "agent-unknown",
    message: `no process that has agent "${named}" holds the journal, and its code is not named`,
    expected: "the module that defines the agent, or a process that handles its messages",
    got: `"${named}", which is no module`,
    fix: "name the module: aitor ask <file.ts[#export]> <id> <message>; or record the message for later: aitor tell",
  });
}

import { setTimeout } from "node:timers/promises";
import { cancelledError, isAitorError, milliseconds, rebuildError, visible } from "../../base/index.ts";
import { AitorHost } from "../../agent/index.ts";
import {
  agentHaltedError,
  type EngineEvent,
  headOf,
  messageKeyOf,
  messageRun,
  type Receipt,
  type RunAbout,
  runReport,
} from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type SentCommand, sendCommand, writerOf } from "../../sqlite/index.ts";
import type { AskArguments } from "./ask-arguments.ts";
import { lateError, leftError, noCodeError } from "./ask-errors.ts";
import { throwAdvised } from "../load/ask-writer.ts";
import { cancelRun } from "./cancel-command.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { isWithdrawal } from "../terminal/errors.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { findJournal, type JournalPlace, openOrMake, openToRead } from "../load/journal-place.ts";
import { type AnyDefinition, findAgent, type NamedAgent } from "../load/load-agent.ts";
import { ProcessHold } from "../terminal/process-hold.ts";
import { reportOf } from "../text/run-report.ts";
import { answerLine, answersTo } from "../text/wait-text.ts";
import { RestingRuns } from "../watch/resting-runs.ts";
import { readMessage } from "./tell-command.ts";

/** Between two looks at the record of another process. */
const LOOK_MS = 50;
/** Between two looks at what its agent waits for. */
const LOOK_AROUND_MS = 500;
/** How long another process may take to receive the message until it is said that it is waited for. */
const TAKE_MS = 2_000;
/** How long there may be no other process before this one takes its place: one that is restarted is there again by then. */
const GONE_MS = 2_000;

export async function askCommand(
  command: AskArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const place = findJournal(command.journal);
  const agent = await interruption.race(findAgent(command.agent));
  const message = await interruption.race(readMessage(command, agent, output));
  const until =
    command.deadline === undefined ? Infinity : performance.now() + milliseconds(command.deadline, "the deadline");
  const { id, messageId = crypto.randomUUID() } = command;
  const call: Call = { place, id, messageId, agent, message, until, output, interruption };
  await output.resultJson(await replyTo(call, command.agent));
}

/** A message that is asked, wherever it is handled. */
interface Call {
  readonly place: JournalPlace;
  /** The agent's. */
  readonly id: string;
  /** One message, however often it is given to somebody. */
  readonly messageId: string;
  readonly agent: NamedAgent;
  readonly message: unknown;
  /** When it is taken back, in milliseconds of the clock that is never set. */
  readonly until: number;
  readonly output: CommandOutput;
  readonly interruption: Interruption;
}

/** Ctrl-C and the deadline take back what a process left that has ended, too: whoever takes its place may have no hold of it yet. */
async function replyTo(call: Call, named: string): Promise<unknown> {
  const { place, agent, id, messageId, output, interruption } = call;
  let isLeft = false;
  try {
    for (;;) {
      interruption.signal.throwIfAborted();
      if (writerOf(place.file) !== undefined) {
        const there = await handledThere(call);
        if (there !== undefined) return there.reply;
        isLeft = true;
        continue;
      }
      if (agent.definition === undefined)
        throw isLeft ? leftError(agent.name, id, messageId, named) : noCodeError(named);
      await using journal = await openOrMake(place).catch(unlessLocked);
      if (journal === undefined) {
        await setTimeout(LOOK_MS);
        continue;
      }
      if (isLeft) output.hint("▸ the process that had it has ended: it is handled here");
      return await handledHere(call, agent.definition, journal);
    }
  } catch (error) {
    if (isLeft && isTakenBack(call, error)) await takeBack(call);
    throw error;
  }
}

function isTakenBack({ interruption }: Call, error: unknown): boolean {
  const { reason } = interruption.signal as { reason?: unknown };
  return isAitorError(error, "ask-timeout") || isWithdrawal(reason);
}

async function takeBack({ place, agent: { name }, id, messageId }: Call): Promise<void> {
  const first = messageRun({ name, id }, messageId, 1);
  const found: string[] = [];
  await using journal = await openToRead(place);
  for await (const { stream } of journal.heads({ kind: "run", ended: false })) {
    if (stream === first || stream.startsWith(`${first}#`)) found.push(stream);
  }
  for (const run of found) await takeBackRun(place, run);
}

async function handledHere(call: Call, definition: AnyDefinition, journal: Journal): Promise<unknown> {
  const { id, messageId, message, until } = call;
  const { origin, others } = call.agent;
  const { signal } = call.interruption;
  signal.throwIfAborted();
  await using host = new AitorHost({ journal, agents: others });
  // What waits for an answer from another process holds no process by itself.
  using waiting = new ProcessHold();
  const resting = restingRuns(call, journal);
  host.observeRuns((event) => {
    if (event.type === "run-suspended") waiting.hold();
    resting.take(event);
  });
  const taken = new AbortController();
  const interrupted = (): void => {
    const { reason } = signal as { reason: unknown };
    if (isWithdrawal(reason)) taken.abort(reason);
    else void host.shutdown({ deadline: 0 });
  };
  signal.addEventListener("abort", interrupted, { once: true });
  try {
    const opened = (await host.open(definition as never, id)) as { ask(...call: unknown[]): Promise<unknown> };
    const options = { signal: taken.signal, id: messageId, ...(origin && { origin }) };
    const deadline = Math.max(0, until - performance.now());
    return await opened.ask(message, until === Infinity ? options : { ...options, deadline });
  } catch (error) {
    if (!signal.aborted) throw error;
    // What comes before it, or beside it, is not waited for.
    await host.shutdown({ deadline: 0 });
    throw signal.reason;
  }
}

function restingRuns({ place, output }: Call, journal: Journal): RestingRuns {
  return new RestingRuns(journal, ({ id: run, name, key }, { key: asked, kind }) => {
    const who = key === undefined ? name : `${key.name} ${key.id}`;
    const how = answerLine({ run, key: asked, option: place.option }, answersTo(kind));
    output.tell(`${visible(who)} waits for ${visible(asked)}: ${how}\n`);
  });
}

/**
 * The other process handles it, and its record is looked at until there is an ending.
 *
 * @returns Nothing where that process has ended before; the message may be on record.
 */
async function handledThere(call: Call): Promise<{ readonly reply: unknown } | undefined> {
  const { place, id, messageId, message, until, output, interruption } = call;
  const { name } = call.agent;
  const data = { key: { name, id }, message, options: { id: messageId }, asked: true };
  const command = { type: "send", data, id: crypto.randomUUID() };
  const withdrawal = new AbortController();
  const sending = received(call, command, withdrawal.signal);
  try {
    const receipt = await interruption.race(sending.catch((error: unknown) => notTaken(error, until)));
    if (receipt === undefined) return undefined;
    const { run } = receipt;
    output.hint(`▸ ${visible(name)} ${visible(id)}  run ${visible(run)}`);
    return await interruption.race(ending(call, run));
  } catch (error) {
    if (!isTakenBack(call, error)) throw error;
    withdrawal.abort();
    const receipt = await outcomeOf(place, command, sending);
    if (receipt !== undefined) await takeBackRun(place, receipt.run);
    throw error;
  }
}

/** A process that is busy, or stopped, is waited for; that is said once. */
async function received({ place, until, output }: Call, command: SentCommand, signal: AbortSignal): Promise<Receipt> {
  for (let isTold = false; ; isTold = true) {
    const timeout = Math.min(TAKE_MS, Math.max(0, until - performance.now()));
    try {
      return (await sendCommand(place.file, command, { timeout, signal })) as Receipt;
    } catch (error) {
      if (!isAitorError(error, "command-timeout") || signal.aborted || performance.now() >= until) throw error;
      if (isTold) continue;
      const { pid } = writerOf(place.file) ?? {};
      const who = pid === undefined ? "the process" : `process ${pid}`;
      output.hint(
        `▸ ${who} that holds the journal is busy or stopped: it is waited for; Ctrl-C takes the message back`,
      );
    }
  }
}

/** @returns Nothing where no process holds the journal any more. */
function notTaken(error: unknown, until: number): undefined {
  if (isAitorError(error, "journal-unattended")) return undefined;
  if (isAitorError(error, "command-timeout") && performance.now() >= until) throw lateError();
  return throwAdvised(error);
}

/** What became of a command that is taken back: nothing where the other process never had it. */
async function outcomeOf(
  place: JournalPlace,
  command: SentCommand,
  sending: Promise<Receipt>,
): Promise<Receipt | undefined> {
  try {
    return await sending;
  } catch (error) {
    if (!isAitorError(error, "command-timeout") || (error.data as { state: string }).state === "withdrawn") return;
    return (await sendCommand(place.file, command)) as Receipt;
  }
}

/** Not of a message that was there before, and whose sender does not wait for the reply: it is handled, whoever else asks for it. */
async function takeBackRun(place: JournalPlace, run: string): Promise<void> {
  if (await isAsked(place, run)) await cancelRun(place, run);
}

async function isAsked(place: JournalPlace, run: string): Promise<boolean> {
  await using journal = await openToRead(place);
  const { asked } = ((await headOf(journal, run))?.about ?? {}) as Partial<RunAbout>;
  return asked === true;
}

/** Another process was faster, and is given the message. */
function unlessLocked(error: unknown): undefined {
  if (!isAitorError(error, "journal-locked")) throw error;
}

/** @returns Nothing where no process holds the journal any more. */
async function ending(call: Call, run: string): Promise<{ readonly reply: unknown } | undefined> {
  const { place, until } = call;
  await using journal = await openToRead(place);
  const resting = restingRuns(call, journal);
  let seen = 0;
  let due = 0;
  for (let held = performance.now(); ;) {
    const head = await headOf(journal, run);
    if (head === undefined) throw cancelledError(`run "${run}"`, "its agent was deleted");
    if (head.last > seen) await checkGoesOn(journal, run, (seen = head.last));
    if (head.ended) {
      const report = await runReport(journal.read(run));
      // Deleted between the two looks.
      if (report === undefined && (await headOf(journal, run)) === undefined) continue;
      const { error, output } = report ?? (await reportOf(journal, run));
      if (error !== undefined) throw rebuildError(error);
      return { reply: output };
    }
    const now = performance.now();
    if (now >= due) {
      await lookAround(journal, run, resting);
      due = now + LOOK_AROUND_MS;
    }
    if (performance.now() >= until) throw lateError();
    if (writerOf(place.file) !== undefined) held = now;
    else if (now - held > GONE_MS) return undefined;
    await setTimeout(LOOK_MS);
  }
}

/**
 * What its agent waits for, in this run, below it or in a message before it, is told.
 *
 * @throws AitorError `agent-halted` where the message whose turn it is has stopped without an ending: this one's cannot come.
 */
async function lookAround(journal: Journal, run: string, resting: RestingRuns): Promise<void> {
  const box = run.slice(0, run.lastIndexOf("/") + 1);
  for await (const { stream, state, last } of journal.heads({ kind: "run", ended: false })) {
    if (!stream.startsWith(box)) continue;
    if (stream !== run && state !== "queued") await checkGoesOn(journal, stream, last);
    if (state === "suspended") await resting.look(stream);
  }
}

/** @throws AitorError `agent-halted` where the run has stopped without an ending. */
async function checkGoesOn(journal: Journal, run: string, last: number): Promise<void> {
  for await (const event of journal.read(run, last) as AsyncIterable<EngineEvent>) {
    const halt = event.type === "run-paused" ? event.data.error : undefined;
    const found = messageKeyOf(run);
    if (halt !== undefined && found !== undefined) {
      throw agentHaltedError(found.key, { run, error: rebuildError(halt) }, true);
    }
  }
}

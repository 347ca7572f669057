import { cancelledError, type Clock, isAitorError } from "../../base/index.ts";
import { expecting, type Head, type Journal } from "../../journal/index.ts";
import { signalAnswered, stepAnswered } from "./answers.ts";
import { EXPECTED, SEE_CAUSE } from "../record/conclusion.ts";
import type { Answer } from "../engine.ts";
import { recordAdvised } from "../record/errors.ts";
import type { EngineEvent, RunAbout, RunState } from "../record/events.ts";
import { messageKeyOf } from "../record/mailbox-name.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import type { Recordable } from "./run-context.ts";
import { runEvent } from "../record/run-event.ts";
import { notUnderWayError, runUnknownError } from "../record/run-errors.ts";
import { headOf } from "../record/run-head.ts";
import { entryOf, usageOwner } from "../record/usage-ledger.ts";
import type { UsageSums } from "../record/usage-sums.ts";
import { notWaitingError } from "../record/wait-errors.ts";
import { chosen } from "./waits.ts";

/*
 * What can be done to a run that is on record and not under way, without its code.
 */

/** What came of the cancel of a run that is not under way. */
export interface CancelledRun {
  /** What was recorded. */
  readonly event: EngineEvent;
  /** The definition's name. */
  readonly name: string;
  /** Its children, and the runs of messages whose replies it waits for, which are to be cancelled too. */
  readonly called: readonly string[];
}

/** @returns Nothing where it has ended. */
export async function cancelRecorded(
  journal: Journal,
  clock: Clock,
  id: string,
  reason: unknown,
): Promise<CancelledRun | undefined> {
  const head = await headOf(journal, id);
  if (head === undefined) throw runUnknownError(id);
  if (head.ended) return undefined;
  const error = recordAdvised(cancelledError(`run "${id}"`, reason), EXPECTED, SEE_CAUSE);
  const cancelled: Recordable = { type: "run-cancelled", key: "", data: { error, durationMs: 0 } };
  const recovered = head.state === "queued" ? undefined : await RecoveredRun.read(journal.read(id));
  let event: EngineEvent;
  try {
    event = await append(journal, clock, head, "cancelled", [cancelled], recovered?.usage.sums);
  } catch (error) {
    if (!isAitorError(error, "journal-conflict")) throw error;
    // Such as its beginning, which was recorded with the end of the message before it.
    return cancelRecorded(journal, clock, id, reason);
  }
  const called: string[] = [];
  const ids = new Set(recovered?.openCalls.take(id, "").map(([, called]) => called));
  for await (const { stream, about } of journal.heads({ kind: "run", ended: false })) {
    const { parent } = about as RunAbout;
    if (parent === id || ids.has(messageKeyOf(stream)?.message ?? "")) called.push(stream);
  }
  return { event, name: (head.about as RunAbout).name, called };
}

/** @param by The command that brings the answer: one that comes again is known by it. */
export async function answerRecorded(
  journal: Journal,
  clock: Clock,
  id: string,
  asked: string,
  answer: Answer,
  by: string | undefined,
): Promise<void> {
  if (by !== undefined && (await isDoneBy(journal, id, by))) return;
  // First, so that what somebody else records meanwhile keeps this from being recorded.
  const head = await headOf(journal, id);
  const recovered = await RecoveredRun.read(journal.read(id));
  if (recovered === undefined || head === undefined) throw runUnknownError(id);
  const answerable = recovered.ending === undefined ? recovered.answerable : [];
  const key = chosen(asked, answerable);
  if (key === undefined) throw notWaitingError(id, asked, answerable);
  const { deadline } = recovered.signals.get(key) ?? {};
  // What is late is late, whether or not a process was there to see it.
  if (deadline !== undefined && clock.now() > deadline.at) throw notWaitingError(id, asked, []);
  const events = recovered.signals.has(key)
    ? [signalAnswered(key, key, answer, by, false)]
    : stepAnswered(key, answer, by, false).events;
  await append(journal, clock, head, "running", events);
}

/** The head stays as it is: a run that waits goes on waiting. @param by The command that brings the event, likewise. */
export async function noteRecorded(
  journal: Journal,
  clock: Clock,
  id: string,
  type: string,
  data: unknown,
  by: string | undefined,
): Promise<void> {
  for (;;) {
    const head = await headOf(journal, id);
    if (head === undefined) throw runUnknownError(id);
    let isClosed = false;
    for await (const event of journal.read(id)) {
      const { by: broughtBy, closes } = (event.data ?? {}) as { readonly by?: unknown; readonly closes?: unknown };
      if (by !== undefined && broughtBy === by) return;
      isClosed ||= event.type === "loop-finished" && closes === true;
    }
    if (head.ended || head.state === "queued") throw notUnderWayError(id, head.state);
    if (isClosed) throw notUnderWayError(id, "ending");
    const event = runEvent(id, clock.now(), "", type, data);
    try {
      await journal.append([event], { expect: expecting(id, head.last) });
      return;
    } catch (error) {
      if (!isAitorError(error, "journal-conflict")) throw error;
    }
  }
}

/** Whether what this command brought is on record. */
export async function isDoneBy(journal: Journal, id: string, by: string): Promise<boolean> {
  for await (const { data } of journal.read(id)) if ((data as { by?: unknown } | undefined)?.by === by) return true;
  return false;
}

/** @returns The last event. */
async function append(
  journal: Journal,
  clock: Clock,
  { stream, last, about }: Head,
  state: RunState,
  events: readonly Recordable[],
  usage?: UsageSums,
): Promise<EngineEvent> {
  const { waitsFor: _, ...rest } = about as RunAbout;
  const at = clock.now();
  const ended = state === "cancelled";
  const entry = usage && entryOf(usageOwner(rest), at, usage);
  const own = events.map(({ type, key, data }) => runEvent(stream, at, key, type, data));
  const head = { stream, kind: "run", state, ended, about: { ...rest, ...(usage && { usage }) } };
  const heads = [...(entry?.heads ?? []), head];
  await journal.append([...(entry?.events ?? []), ...own], { expect: expecting(stream, last), heads });
  return own.at(-1) as EngineEvent;
}

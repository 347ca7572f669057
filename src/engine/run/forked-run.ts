import type { EventEnvelope, MessageKey, Runnable } from "../../base/index.ts";
import { type AppendOptions, expecting, type HeadChange, type Journal } from "../../journal/index.ts";
import type { EngineEvent, EventData, RunAbout, RunStart } from "../record/events.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import { runExistsError, runMismatchError, runUnknownError } from "../record/run-errors.ts";
import { unlessConflict } from "./run-records.ts";
import { hasBegunOnce } from "../record/sent-messages.ts";

/** What a fork is made of, with the forks of the children that it may ask for again. */
interface Copy {
  readonly events: EventEnvelope[];
  readonly heads: HeadChange[];
}

/** What a fork is to be. */
export interface RecordedFork {
  /** The id of the new run. */
  readonly as: string;
  /** The `seq` of a commit point. 0: nothing but the start is copied. @default the last one */
  readonly at?: number | undefined;
  /** It handles the same message for this key. @default it is a run of its own, with the message as its input */
  readonly to?: MessageKey | undefined;
  /** What other streams get in the same append. @default nothing */
  readonly beside?: RecordedBeside;
}

/** Its events have the `seq` of those that they are copies of, or 0: each keeps its place among the copied events of the run. */
interface RecordedBeside extends Pick<AppendOptions, "expect" | "heads"> {
  readonly events: readonly EventEnvelope[];
}

/**
 * Records a new run that begins with a copy of another one's record up to its last commit point. Of what came after
 * that, the starts of `once` steps are copied too, those in children included, and of messages to agents whose handling has
 * begun such a step: in the fork they are in doubt.
 *
 * @throws AitorError (rejects with) `run-unknown`, `run-mismatch`; `run-exists` where what is expected not to be there is.
 */
export async function recordFork(
  journal: Journal,
  runnable: Pick<Runnable<never>, "name">,
  id: string,
  { as, at, to, beside }: RecordedFork,
): Promise<void> {
  const events = await eventsOf(journal, id);
  const recovered = await RecoveredRun.read(events);
  if (recovered === undefined) throw runUnknownError(id);
  if (recovered.name !== runnable.name) throw runMismatchError(id, recovered.name, runnable.name);
  const copy: Copy = { events: [], heads: [] };
  await copyRun(journal, events, at ?? lastCommitPoint(events), { as, parent: undefined, to }, copy);
  const inOrder = [...copy.events, ...(beside?.events ?? [])].toSorted((one, other) => one.seq - other.seq);
  const heads = [...copy.heads, ...(beside?.heads ?? [])];
  await unlessConflict(
    () => journal.append(inOrder, { expect: expecting(as, 0, beside?.expect), heads }),
    () => runExistsError(as),
  );
}

/** @param upTo The `seq` of the last event that is copied, whatever it is. */
async function copyRun(
  journal: Journal,
  events: readonly EngineEvent[],
  upTo: number,
  { as, parent, to }: { as: string; parent: string | undefined; to?: MessageKey | undefined },
  copy: Copy,
): Promise<void> {
  const start = startOf(events, parent, to !== undefined);
  if (start === undefined) return;
  const { name } = start.data;
  const about: RunAbout = { name, ...(to && { key: to }), ...(parent !== undefined && { parent }) };
  copy.heads.push({ stream: as, kind: "run", state: "running", about });
  const moved = (event: EventEnvelope): EventEnvelope => ({ ...event, stream: as, run: as });
  if (to !== undefined) copy.events.push(...events.flatMap((event) => receiptFor(to, event)).map(moved));
  const copies: EventEnvelope[] = [];
  const children = new Map<string, string>();
  for (const event of events) {
    const { type, key, seq } = event;
    if (type === "step-started" && event.data.child !== undefined) children.set(key, event.data.child);
    if (seq <= upTo && (type === "step-finished" || type === "step-failed")) children.delete(key);
    if (seq <= upTo && type === "turn-finished") forgetWithin(children, `${key}/#${event.data.turn}/`);
    if (seq <= upTo && type === "loop-finished") forgetWithin(children, `${key}/`);
    if (type === "run-started" || type === "message-received") continue;
    if (seq <= upTo) copies.push(moved(event));
    else if (type === "step-started" && (await happensOnce(journal, event))) {
      // Cut off: the fork's code may ask for it, in whatever order, with whatever input, or not.
      const { input: _, ...started } = event.data;
      const data = { ...started, effect: "once" };
      const cutOff = { ...event, type: "step-abandoned", data: { why: "the run that this is a fork of began it" } };
      copies.push(moved({ ...event, data }), moved(cutOff));
    }
  }
  const forkedFrom = { run: start.run, seq: Math.max(start.seq, upTo), copied: copies.length };
  copy.events.push(moved({ ...start, data: { ...start.data, forkedFrom } }), ...copies);
  for (const [key, child] of children) {
    await copyRun(journal, await eventsOf(journal, child), 0, { as: `${as}/${key}`, parent: as }, copy);
  }
}

/** What was cut off in a turn that is over is not asked for again. */
function forgetWithin(children: Map<string, string>, path: string): void {
  for (const key of children.keys()) if (key.startsWith(path)) children.delete(key);
}

/** It must, or it is a message to an agent that has begun what must: sent anew, that would be done again. */
async function happensOnce(
  journal: Journal,
  { run, key, data }: EventEnvelope<"step-started", EventData<"step-started">>,
): Promise<boolean> {
  return data.effect === "once" || (await hasBegunOnce(journal, { run, key, name: data.name }));
}

/** The same message, sent to another key, at once and by nobody who waits for its reply. */
function receiptFor(to: MessageKey, event: EngineEvent): EngineEvent[] {
  if (event.type !== "message-received") return [];
  const { message, origin } = event.data;
  return [{ ...event, data: { to, ...(message !== undefined && { message }), ...(origin && { origin }) } }];
}

/** The start of the copy. A message that the original handled becomes its input. */
function startOf(
  events: readonly EngineEvent[],
  parent: string | undefined,
  isMessage: boolean,
): EventEnvelope<"run-started", RunStart> | undefined {
  let message: { readonly input?: unknown } = {};
  for (const event of events) {
    if (event.type === "message-received" && !isMessage) message = { input: event.data.message };
    if (event.type !== "run-started") continue;
    const { parent: _, ...start } = event.data;
    return { ...event, data: { ...start, ...message, ...(parent !== undefined && { parent }) } };
  }
  return undefined;
}

function lastCommitPoint(events: readonly EngineEvent[]): number {
  const last = events.findLast(({ type }) => type === "turn-finished" || type === "loop-finished");
  return last?.seq ?? 0;
}

async function eventsOf(journal: Journal, id: string): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of journal.read(id)) events.push(event as EngineEvent);
  return events;
}

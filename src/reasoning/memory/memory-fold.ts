import { type EventEnvelope, isRecord } from "../../base/index.ts";
import { TakenInPart } from "../../agent/index.ts";
import { type EngineEvent, rebuildFailure } from "../../engine/index.ts";
import {
  addTotals,
  addUsage,
  type Message,
  type ModelCalledEvent,
  NO_USAGE,
  type ToolCallPart,
  toolCallsOf,
  type UsageTotals,
  type UserMessage,
  recordedUserMessage,
  userMessage,
} from "../../llm/index.ts";
import { recordedResult, type ToolResult } from "../../tools/index.ts";
import type { MemoryCaps } from "./memory-limits.ts";
import type { OpenRun } from "./memory-parts.ts";
import { begunTurn, endedNote, endedResults, resultMessage, withAnswer } from "./open-turn.ts";
import { PROMPT_SHAPED } from "./prompt-shape.ts";
import type { ReactMemory } from "./react-memory.ts";
import { commandOf, type ReactTask, taskOf } from "./react-message.ts";
import { RecentList } from "./recent-list.ts";
import type { RecordedReasoningEvent } from "./recorded-event.ts";
import { observeStep, thoughtSteps } from "./trace-steps.ts";
import {
  ASKED,
  COMPACT,
  type CompactRecord,
  editOf,
  LOOP,
  placeInTurn,
  THINK,
  type ThinkRecord,
  type TurnState,
} from "./turn-record.ts";

/*
 * Memory as the fold of a reasoning agent's runs. It is total: events that it does not know change nothing.
 *
 * A turn's messages are put into the conversation when the turn ends, results in the order of their calls. Which of several
 * results came first, or how many processes it took to get them, does not show.
 */

type Memory = ReactMemory<Record<string, unknown>, unknown>;

type Folded = EngineEvent | ModelCalledEvent | RecordedReasoningEvent;

interface Rules extends MemoryCaps {
  readonly context: () => Memory["context"];
}

/** What a fold of a user's own makes of an event; what it throws leaves the fields as they were. */
export type FieldsFold = ((fields: unknown, event: EventEnvelope) => unknown) | undefined;

/** @param context That of a new agent. */
export function memoryFold(
  caps: MemoryCaps,
  fields: FieldsFold,
  context: () => unknown = () => ({}),
): (memory: Memory, event: EventEnvelope) => Memory {
  const rules = { ...caps, context: context as Rules["context"] };
  return (memory, event) => {
    const next = after(memory, event as Folded, rules);
    if (fields === undefined) return next;
    const own = ownFields(fields, next, event);
    return own === next.fields ? next : next.with({ fields: own });
  };
}

/** @throws TakenInPart: a fault of theirs keeps nothing else out of memory. */
function ownFields(apply: NonNullable<FieldsFold>, memory: Memory, event: EventEnvelope): unknown {
  try {
    return apply(memory.fields, event);
  } catch (thrown) {
    throw TakenInPart.of(thrown, memory.fields, (fields) => memory.with({ fields }));
  }
}

function after(memory: Memory, event: Folded, caps: Rules): Memory {
  switch (event.type) {
    case "message-received":
      return received(memory, event.run, event.data.message, caps);
    case "step-finished":
      return finished(memory, event, caps);
    case "step-failed": {
      const place = placeInTurn(event.key);
      if (place === undefined || place.call === 0) return memory;
      const { error, durationMs } = event.data;
      const result = recordedResult(place.name, { error: rebuildFailure(error), durationMs });
      return observed(memory, event, place.call, result, caps);
    }
    case "signal-received":
      return answered(memory, event.key, event.data.value ?? null);
    case "signal-refused":
    case "signal-failed":
      return answered(memory, event.key, null);
    case "turn-finished":
      return event.key === LOOP ? turned(memory, event.data.next as TurnState, event.run, caps) : memory;
    case "loop-finished":
      return event.key === LOOP ? turned(memory, undefined, event.run, caps) : memory;
    case "run-finished":
    case "run-failed":
    case "run-cancelled":
      return ended(memory, event.run, caps);
    default:
      return told(memory, event, caps);
  }
}

/** Events that steps record. */
function told(memory: Memory, event: Folded, caps: MemoryCaps): Memory {
  switch (event.type) {
    case "model-called":
      return metered(memory, event.run, (usage) => addUsage(usage, event.data));
    case "usage-added":
      return metered(memory, event.run, (usage) => addTotals(usage, event.data.usage));
    case PROMPT_SHAPED:
      return memory.with({ prompt: event.data });
    case "context-set":
      return isRecord(event.data) ? memory.with({ context: contextWith(memory, event.data) }) : memory;
    case "context-pruned": {
      const { from } = event.data;
      return from > memory.parts.shownFrom ? memory.with({ shownFrom: from }) : memory;
    }
    case "message-steered": {
      const { id, content } = event.data;
      const { steering, turn } = memory.parts;
      const message = recordedUserMessage(content, `${event.run}/steered ${id}`);
      if (steering.some((known) => known.id === message.id)) return memory;
      return withSteered(memory.with({ steering: [...steering, message] }), turn?.steered, caps);
    }
    default:
      return memory;
  }
}

/** What is undefined is on no record, and so changes nothing. */
function contextWith({ context }: Memory, values: Readonly<Record<string, unknown>>): Memory["context"] {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...context, ...Object.fromEntries(set) };
}

/** Counts for all of the memory, and for the run where that is the one that is open. */
function metered(memory: Memory, run: string, added: (usage: UsageTotals) => UsageTotals): Memory {
  const { usage, run: own } = memory.parts;
  return memory.with({ usage: added(usage), run: own?.id === run ? { ...own, usage: added(own.usage) } : own });
}

function received(memory: Memory, run: string, message: unknown, caps: Rules): Memory {
  const task = taskOf(message);
  return task === undefined ? commanded(memory, message, caps) : asked(memory, run, task, caps);
}

/** What its handler says that is asked stands in place of the message. */
function asked(memory: Memory, run: string, { problem, context }: ReactTask, caps: Rules): Memory {
  const message: UserMessage = recordedUserMessage(problem, `${run}/message`);
  const { messages, runs, run: before } = memory.parts;
  const isAgain = before?.id === run;
  const earlier = isAgain ? RecentList.of(messages.slice(0, -1), messages.dropped) : messages;
  const open: OpenRun = { id: run, asked: earlier.total, problem: message, usage: NO_USAGE, turns: 0 };
  const next = isRecord(context) ? memory.with({ context: contextWith(memory, context) }) : memory;
  return next.with({
    messages: within(earlier.append(message), 1, caps),
    run: isAgain ? { ...open, usage: before.usage } : open,
    runs: isAgain ? runs : runs + 1,
    turn: undefined,
  });
}

function commanded(memory: Memory, message: unknown, { context }: Rules): Memory {
  const command = commandOf(message);
  if (command === undefined) return memory;
  if ("set" in command) return memory.with({ context: contextWith(memory, command.set) });
  if ("tell" in command) return memory;
  const { messages, tools, trace } = memory.parts;
  const empty = messages.drop(messages.length);
  return memory.with({
    messages: empty,
    tools: tools.drop(tools.length),
    trace: trace.drop(trace.length),
    summary: undefined,
    shownFrom: empty.total,
    ...(command.clear === "all" && { context: context() }),
  });
}

function finished(memory: Memory, event: EngineEvent & { readonly type: "step-finished" }, caps: Rules): Memory {
  const { result } = event.data;
  if (event.key === ASKED) return asked(memory, event.run, result as ReactTask, caps);
  const place = placeInTurn(event.key);
  if (place === undefined) return memory;
  if (place.call > 0) return observed(memory, event, place.call, recordedResult(place.name, { result }), caps);
  if (place.name === THINK) return thought(memory, event.run, place.turn, result as ThinkRecord, caps);
  if (place.name !== COMPACT) return memory;
  const { text, from, to, missing } = result as CompactRecord;
  if (to <= memory.parts.shownFrom) return memory;
  const summary = { text, from, to, ...(missing !== undefined && { missing }), run: event.run };
  return memory.with({ summary, shownFrom: to });
}

function thought(memory: Memory, run: string, turn: number, record: ThinkRecord, caps: MemoryCaps): Memory {
  const trace = memory.parts.trace.append(...thoughtSteps(run, turn, record));
  const own = memory.parts.run;
  const counted = own?.id === run && turn > own.turns ? { ...own, turns: turn } : own;
  const { system = memory.parts.system } = record;
  const next = memory.with({
    turn: begunTurn(turn, record),
    run: counted,
    trace: trimmed(trace, caps.maxTraceSteps),
    system,
  });
  return withSteered(next, record.steered, caps);
}

/** What somebody said is a part of the conversation from the turn on that was shown it. */
export function withSteered(
  memory: Memory,
  shown: readonly string[] | undefined,
  caps: Pick<MemoryCaps, "maxMessages">,
): Memory {
  if (shown === undefined) return memory;
  const { steering, messages } = memory.parts;
  const { read = [], left = [] } = Object.groupBy(steering, ({ id }) => (shown.includes(id) ? "read" : "left"));
  if (read.length === 0) return memory;
  return memory.with({ messages: within(messages.append(...read), read.length, caps), steering: left });
}

/** @param answer `null` where there is none, or one that does not count. */
function answered(memory: Memory, key: string, answer: unknown): Memory {
  const { turn } = memory.parts;
  return turn === undefined ? memory : memory.with({ turn: withAnswer(turn, key, answer) });
}

function observed(
  memory: Memory,
  { run, at }: EventEnvelope,
  place: number,
  result: ToolResult,
  caps: MemoryCaps,
): Memory {
  const { turn, tools, trace } = memory.parts;
  const call: ToolCallPart | undefined = turn && toolCallsOf(turn.reply)[place - 1];
  if (turn === undefined || call === undefined || turn.results.has(place)) return memory;
  const { name } = call;
  const edited = editOf(turn.approvals?.[place]);
  const input = edited ?? call.input;
  const message = resultMessage(turn, call, place, result);
  const outcome = result.ok ? "ok" : result.error.code;
  const execution = { run, turn: turn.turn, tool: name, input, outcome, durationMs: result.durationMs, at };
  return memory.with({
    turn: { ...turn, results: new Map(turn.results).set(place, message) },
    tools: tools.appendWithin(execution, caps.maxToolExecutions),
    trace: trace.appendWithin(observeStep(run, turn.turn, name, result, edited), caps.maxTraceSteps),
  });
}

/** The turn's messages, then what the model is told, then what somebody said meanwhile. */
function turned(memory: Memory, state: TurnState | undefined, run: string, caps: MemoryCaps): Memory {
  const { turn, steering, messages } = memory.parts;
  const more: Message[] = turn === undefined ? [] : [turn.reply, ...endedResults(turn)];
  const note = state === undefined ? turn && endedNote(turn) : state.note;
  if (note !== undefined) more.push(userMessage(note, `${run}/note ${state?.turns ?? turn?.turn}`));
  more.push(...steering);
  if (more.length === 0) return memory;
  const kept = within(messages.append(...more), more.length, caps);
  return memory.with({ messages: kept, turn: undefined, steering: [] });
}

function ended(memory: Memory, run: string, caps: MemoryCaps): Memory {
  const { turn, steering } = memory.parts;
  const whole = turn === undefined && steering.length === 0 ? memory : turned(memory, undefined, run, caps);
  return whole.parts.run === undefined ? whole : whole.with({ run: undefined });
}

function trimmed<Item>(list: RecentList<Item>, most: number): RecentList<Item> {
  return list.length > most ? list.drop(list.length - most) : list;
}

/** Of the most messages, how many are left when the oldest go: not one by one, so that what is shown begins the same for long. */
const LEFT = 0.75;

/**
 * At most so many messages, cut where no call is parted from its result.
 *
 * @param last How many at the end are kept whatever the limit: those of the turn that just ended, with what was said behind it.
 */
function within(
  messages: RecentList<Message>,
  last: number,
  { maxMessages }: Pick<MemoryCaps, "maxMessages">,
): RecentList<Message> {
  if (messages.length <= maxMessages) return messages;
  const most = messages.length - last;
  let from = messages.length - Math.max(1, Math.floor(maxMessages * LEFT));
  while (from < most && messages.at(from)?.role === "tool") from++;
  return messages.drop(Math.min(from, most));
}

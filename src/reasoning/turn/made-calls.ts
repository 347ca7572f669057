import { type Message, type ToolCallPart, toolCallsOf } from "../../llm/index.ts";
import type { ToolResult } from "../../tools/index.ts";
import { editsNote } from "../memory/edits-note.ts";
import type { RecentList } from "../memory/recent-list.ts";
import { sameJson } from "../memory/same-json.ts";

/** A call of a turn, with what it came to. */
export interface MadeCall {
  readonly call: ToolCallPart;
  readonly result: ToolResult;
  /** It failed, and the model should have known better, or may try again. */
  readonly mistaken: boolean;
  /** What it was called with, where a person said so in place of the model. */
  readonly edited?: unknown;
}

/** Failures that are somebody's decision, and no mistake: the call was not made. */
const DECIDED: ReadonlySet<string> = new Set(["denied", "approval-required"]);

export function madeCall(call: ToolCallPart, result: ToolResult, edited: unknown): MadeCall {
  const made = { call, result, mistaken: !result.ok && !isDecided(result) };
  return edited === undefined || sameJson(edited, call.input) ? made : { ...made, edited };
}

/** Nothing where nobody changed any call that was made. */
export function toldEdits(made: readonly MadeCall[]): string | undefined {
  return editsNote(made.filter(({ result }) => !isDecided(result)));
}

function isDecided(result: ToolResult): boolean {
  return !result.ok && DECIDED.has(result.error.code);
}

/** The last call that was made; nothing where somebody said something since. @param isKept Whether replies without calls are passed over. */
function lastCall(messages: RecentList<Message>, isKept: boolean): ToolCallPart | undefined {
  let isMade = !isKept;
  for (let index = -1; ; index--) {
    const message = messages.at(index);
    if (message?.role === "tool") isMade = true;
    else if (message?.role === "assistant" && isMade) return toolCallsOf(message).at(-1);
    if (message === undefined || (message.role === "user" && !message.id.includes("/note "))) return undefined;
  }
}

/**
 * How many calls in a row were the same, the last of these included.
 *
 * @param before How many there were: 0 behind a reply without calls that did not leave their count as it was.
 * @param messages As they were before these calls; nothing where somebody said something since.
 */
export function sameCalls(
  before: number,
  messages: RecentList<Message> | undefined,
  made: readonly MadeCall[],
): number {
  let same = before;
  let previous = messages && lastCall(messages, before > 0);
  for (const { call } of made) {
    const isSame = previous !== undefined && previous.name === call.name && sameJson(previous.input, call.input);
    same = isSame ? Math.max(same, 1) + 1 : 1;
    previous = call;
  }
  return same;
}

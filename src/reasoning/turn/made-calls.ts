import { type Message, type ToolCallPart, toolCallsOf } from "../../llm/index.ts";
import type { ToolResult } from "../../tools/index.ts";
import { editsNote } from "../memory/edits-note.ts";
import type { RecentList } from "../memory/recent-list.ts";
import { sameJson } from "../memory/same-json.ts";

/** A call of a turn, with its result. */
export interface MadeCall {
  readonly call: ToolCallPart;
  readonly result: ToolResult;
  /** The call failed, and the model should have known better, or may try again. */
  readonly mistaken: boolean;
  /** The arguments that a person gave instead of the model's. */
  readonly edited?: unknown;
}

/** Failures that are somebody's decision and not a mistake: the call was not made. */
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
 * Returns how many calls in a row were the same, including the last of these.
 *
 * @param before The number before these calls: 0 after a reply without calls that did not leave their count as it was.
 * @param messages The messages before these calls; `undefined` if somebody said something since.
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

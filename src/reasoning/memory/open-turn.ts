import { isRecord } from "../../base/index.ts";
import { type ToolCallPart, toolCallsOf, type ToolMessage, toolMessage } from "../../llm/index.ts";
import type { ToolResult } from "../../tools/index.ts";
import type { OpenTurn } from "./memory-parts.ts";
import { editsNote } from "./edits-note.ts";
import { resultsOf } from "./react-memory.ts";
import { resultOutput } from "./result-output.ts";
import { sameJson } from "./same-json.ts";
import { isAnswer } from "./trace-steps.ts";
import { APPROVAL, editOf, placeInTurn, type ThinkRecord } from "./turn-record.ts";

/** A turn that has its reply, and no results yet. */
export function begunTurn(turn: number, record: ThinkRecord): OpenTurn {
  const { message: reply, steered, approvals } = record;
  const begun: OpenTurn = { turn, reply, answers: isAnswer(record), results: new Map(), ...(steered && { steered }) };
  if (approvals === undefined) return begun;
  return { ...begun, approvals: Object.fromEntries(Object.keys(approvals).map((place) => [place, null])) };
}

/** @param answer To the signal of that key; `null` where there is none, or one that does not count. */
export function withAnswer(turn: OpenTurn, key: string, answer: unknown): OpenTurn {
  const place = placeInTurn(key);
  if (place?.name !== APPROVAL || place.turn !== turn.turn) return turn;
  return { ...turn, approvals: { ...turn.approvals, [place.call]: answer } };
}

export function resultMessage(turn: OpenTurn, call: ToolCallPart, place: number, result: ToolResult): ToolMessage {
  const { id, name } = call;
  return toolMessage([{ id, name, output: resultOutput(result) }], `${turn.reply.id} ${place}`);
}

/** The results of a turn that has ended: also of calls that were not made, since that was before a person had approved them. */
export function endedResults(turn: OpenTurn): ToolMessage[] {
  const { approvals } = turn;
  if (approvals === undefined) return resultsOf(turn);
  const results = new Map(turn.results);
  for (const [index, call] of toolCallsOf(turn.reply).entries()) {
    const place = index + 1;
    if (results.has(place) || !isUnapproved(approvals[place])) continue;
    const message = `tool "${call.name}" was not called: the run ended before it was approved`;
    results.set(
      place,
      resultMessage(turn, call, place, { ok: false, error: { code: "denied", message }, durationMs: 0 }),
    );
  }
  return resultsOf({ ...turn, results });
}

/** What the next run's model has to know of a turn behind which this one's was not asked again. */
export function endedNote({ reply, results, approvals }: OpenTurn): string | undefined {
  if (approvals === undefined) return undefined;
  const made = toolCallsOf(reply).flatMap((call, index) => {
    const output = results.get(index + 1)?.parts[0]?.output;
    const edited = editOf(approvals[index + 1]);
    const isMade = output !== undefined && output.type !== "denied";
    return isMade && !sameJson(edited, call.input) ? [{ call, edited }] : [];
  });
  return editsNote(made);
}

function isUnapproved(answer: unknown): boolean {
  return answer === null || (isRecord(answer) && answer["reject"] !== undefined);
}

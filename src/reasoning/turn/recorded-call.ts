import type { EngineEvent } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { toolCallsOf } from "../../llm/index.ts";
import { APPROVAL, type ApprovalAsked, isThink, placeInTurn, type ThinkRecord } from "../memory/turn-record.ts";

/** A call that a model asked for, as it is on record. */
export interface RecordedCall {
  readonly tool: string;
  readonly turn: number;
  /** The position among the calls of its reply, from 1 on. */
  readonly place: number;
  /** The arguments as the model wrote them: a text if that was not JSON. */
  readonly args: unknown;
  /** Why the call was not made: a hook refused it, or it could not be made. */
  readonly refused?: string;
  /** Present for a call that a person had to approve. Times are milliseconds since 1970. */
  readonly approval?: {
    readonly asked: ApprovalAsked;
    readonly since?: number;
    readonly answeredAt?: number;
    /** The answer. Absent if nobody has answered, or if the wait failed. */
    readonly answer?: unknown;
    /** Why there is no answer. */
    readonly failed?: string;
  };
}

/** Returns the call that a step of a reasoning agent's run carries out. @returns `undefined` for other steps. */
export async function recordedCall(
  journal: Pick<Journal, "read">,
  run: string,
  key: string,
): Promise<RecordedCall | undefined> {
  const place = placeInTurn(key);
  if (place === undefined || place.call === 0) return undefined;
  const { turn, call } = place;
  let record: ThinkRecord | undefined;
  let wait: Omit<NonNullable<RecordedCall["approval"]>, "asked"> = {};
  for await (const event of journal.read(run) as AsyncIterable<EngineEvent>) {
    const at = placeInTurn(event.key);
    if (at?.turn !== turn) continue;
    if (event.type === "step-finished" && isThink(at)) record = event.data.result as ThinkRecord;
    if (at.name !== APPROVAL || at.call !== call) continue;
    if (event.type === "signal-awaited") wait = { since: event.at };
    if (event.type === "signal-received") wait = { ...wait, answeredAt: event.at, answer: event.data.value };
    if (event.type === "signal-refused") wait = { ...(wait.since !== undefined && { since: wait.since }) };
    if (event.type === "signal-failed") wait = { ...wait, answeredAt: event.at, failed: event.data.error.message };
  }
  const part = record && toolCallsOf(record.message)[call - 1];
  if (record === undefined || part === undefined) return undefined;
  const asked = record.approvals?.[call];
  const refused = record.refused?.[call];
  return {
    tool: part.name,
    turn,
    place: call,
    args: part.broken ?? part.input,
    ...(refused !== undefined && { refused: typeof refused === "string" ? refused : refused.message }),
    ...(asked !== undefined && { approval: { asked, ...wait } }),
  };
}

import { type BudgetState, isRecord } from "../../base/index.ts";
import type {
  AssistantMessage,
  FinishReason,
  ModelWarning,
  PromptRepair,
  RejectedAnswer,
  Usage,
} from "../../llm/index.ts";
import type { RecordedSpend } from "./recorded-spend.ts";
import type { ApprovalRequest, ToolFailure } from "../../tools/index.ts";

/*
 * What a turn leaves on record, and how its keys are read. The loop is called `react`; of its nth turn the model's reply is
 * the step `think`, and its kth call the step, or scope, of the tool's name under the key `n.k`: no id that a model makes up
 * is part of a key.
 */

export const LOOP = "react";
const PREFIX = `${LOOP}/#`;
/** The step before the loop that tells what is asked, where the message does not: its result is the task. */
export const ASKED = "react problem";

export const THINK = "think";
export const COMPACT = "compact";
/** With the key of a call; names of tools have no space. */
export const OBSERVE = "tool result";
export const APPROVAL = "tool approval";

/** The result of the step in which a model was asked. Never the prompt: its hash, and what was made legal in it. */
export interface ThinkRecord {
  readonly message: AssistantMessage;
  /** The text as the model wrote it, where an action was read in it that does not say the same: it was mended, or words stood around it. */
  readonly raw?: string;
  readonly model: string;
  readonly finishReason: FinishReason;
  readonly promptHash: string;
  readonly usage: Usage;
  /** US dollars; absent where it is not known. */
  readonly cost?: number;
  /** Of the run's budget, where that counts calls. */
  readonly spent?: RecordedSpend;
  readonly estimated?: true;
  readonly repairs?: readonly PromptRepair[];
  /** What its provider left out or understood otherwise. */
  readonly warnings?: readonly ModelWarning[];
  /** Answers of this step before that one which were not what was asked for. */
  readonly rejected?: readonly RejectedAnswer[];
  /** Tokens of what the system said, by estimate, where it is decided by them whether messages are summed up. */
  readonly system?: number;
  /** What somebody said before the model was asked, by the messages' ids: it was shown that, behind the conversation. */
  readonly steered?: readonly string[];
  /** Of a reply without calls: how many of the same calls in a row came before it. It leaves their count as it is. @default 0 */
  readonly same?: number;
  /** What was asked for, checked. */
  readonly object?: unknown;
  /** It only thought, and goes on. */
  readonly thinks?: true;
  /** Why the reply cannot be used, as the model is told. */
  readonly fault?: string;
  /** By the place of the call, from 1 on: what a person is asked. */
  readonly approvals?: Readonly<Record<string, ApprovalAsked>>;
  /** By the place of the call: why a hook does not let it be made; or what is wrong with arguments that are not kept. */
  readonly refused?: Readonly<Record<string, string | ToolFailure>>;
}

/** What a person is asked before a call is made. */
export interface ApprovalAsked extends ApprovalRequest {
  /** Of this very call; an answer names it. */
  readonly hash: string;
  /** Milliseconds since 1970; the answer counts before that. */
  readonly expires: number;
}

/** What a person gave in place of the model's arguments; nothing for other answers, and what is none. */
export function editOf(answer: unknown): unknown {
  return isRecord(answer) ? answer["edit"] : undefined;
}

/** The result of the step that sums up the oldest messages. */
export interface CompactRecord {
  readonly text: string;
  /** The places of the messages that it stands for, in the conversation as a whole: from … up to, not including. */
  readonly from: number;
  readonly to: number;
  /** What the model was told, where that is not Aitor's text. */
  readonly instructions?: string;
  /** Of these, how many it does not tell of. @default 0 */
  readonly missing?: number;
  readonly usage: Usage;
  readonly cost?: number;
  /** Of the run's budget, where that counts calls. */
  readonly spent?: RecordedSpend;
}

/** What a turn hands to the next. It does not grow. */
export interface TurnState {
  /** Turns that have ended. */
  readonly turns: number;
  /** Of these, how many in a row came to nothing. */
  readonly errors: number;
  /** Calls in a row that were the same, whatever was thought between. */
  readonly same: number;
  /** What the model is told before it is asked again. */
  readonly note?: string;
  /** What was shown was longer than the model reads: half of it is shown next. */
  readonly shrink?: boolean;
  /** As the model's last reply has it on record. */
  readonly system?: number;
  readonly budget?: BudgetState;
}

export interface PlaceInTurn {
  readonly turn: number;
  /** The step's name. */
  readonly name: string;
  /** Of a call; 0 for other steps. */
  readonly call: number;
}

/** Where in the loop a step is; nothing for steps elsewhere, and those inside of a tool. */
export function placeInTurn(key: string): PlaceInTurn | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  const slash = key.indexOf("/", PREFIX.length);
  if (slash === -1 || key.indexOf("/", slash + 1) !== -1) return undefined;
  const turn = Number(key.slice(PREFIX.length, slash));
  const bracket = key.indexOf("[", slash);
  if (bracket === -1) return { turn, name: key.slice(slash + 1), call: 0 };
  const dot = key.indexOf(".", bracket);
  if (dot === -1) return undefined;
  return { turn, name: key.slice(slash + 1, bracket), call: parseInt(key.slice(dot + 1), 10) || 0 };
}

/** Whether the step asks the model for its next reply: a tool's may have its name. */
export function isThink(place: PlaceInTurn | undefined): place is PlaceInTurn {
  return place?.name === THINK && place.call === 0;
}

/** Whether a step, or what else has a key, is in a turn, however deep. */
export function isInTurn(key: string): boolean {
  return key.startsWith(PREFIX);
}

/** The id of a turn's kth call: unique in its run. */
export function callId(turn: number, call: number): string {
  return `${turn}.${call}`;
}

/** What a key says of the call with this id, but for its approval: the name of its step, or what is in its scope. */
export function keyOfCall(key: string, id: string): string | undefined {
  const turn = `${PREFIX}${id.slice(0, id.indexOf("."))}/`;
  const at = key.startsWith(turn) ? key.indexOf(`[${id}]`, turn.length) : -1;
  if (at === -1) return undefined;
  const name = key.slice(turn.length, at) + key.slice(at + id.length + 2);
  return name === APPROVAL ? undefined : name;
}

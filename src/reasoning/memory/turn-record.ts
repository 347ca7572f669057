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
 * What a turn leaves on record, and how its keys are read. The loop is called `react`. In its nth turn, the model's reply is the
 * step `think`. The kth call is the step, or scope, with the tool's name, under the key `n.k`. No id that a model makes up is part
 * of a key.
 */

export const LOOP = "react";
const PREFIX = `${LOOP}/#`;
/** The step before the loop that records the problem if the message does not. Its result is the task. */
export const ASKED = "react problem";

export const THINK = "think";
export const COMPACT = "compact";
/** The step's name, used with the key of a call. Names of tools have no space. */
export const OBSERVE = "tool result";
export const APPROVAL = "tool approval";

/**
 * The result of the step in which a model was asked. It has the hash of the prompt and what was made legal in it, but never the
 * prompt.
 */
export interface ThinkRecord {
  readonly message: AssistantMessage;
  /**
   * The text as the model wrote it, if the action that was read in it does not say the same: it was mended, or words stood around
   * it.
   */
  readonly raw?: string;
  readonly model: string;
  readonly finishReason: FinishReason;
  readonly promptHash: string;
  readonly usage: Usage;
  /** US dollars. Absent if the cost is not known. */
  readonly cost?: number;
  /** What counts in the run's budget, if that counts calls. */
  readonly spent?: RecordedSpend;
  readonly estimated?: true;
  readonly repairs?: readonly PromptRepair[];
  /** What the model's provider left out or understood differently. */
  readonly warnings?: readonly ModelWarning[];
  /** Earlier answers in this step that were not what was asked for. */
  readonly rejected?: readonly RejectedAnswer[];
  /** The estimated tokens of the system prompt, if they decide whether messages are summed up. */
  readonly system?: number;
  /** The ids of messages that were steered in before the model was asked. It was shown them after the conversation. */
  readonly steered?: readonly string[];
  /**
   * In a reply without calls: how many of the same calls in a row came before it. The reply leaves their count as it is.
   *
   * @default 0
   */
  readonly same?: number;
  /** The value that was asked for, checked. */
  readonly object?: unknown;
  /** The model only thought, and the run goes on. */
  readonly thinks?: true;
  /** Why the reply cannot be used, as the model is told. */
  readonly fault?: string;
  /** What a person is asked, by the place of the call, from 1 on. */
  readonly approvals?: Readonly<Record<string, ApprovalAsked>>;
  /** By the place of the call: why a hook refuses it, or what is wrong with arguments that are not kept. */
  readonly refused?: Readonly<Record<string, string | ToolFailure>>;
}

/** The request to a person before a call is made. */
export interface ApprovalAsked extends ApprovalRequest {
  /** The hash of this very call. An answer names it. */
  readonly hash: string;
  /** Milliseconds since 1970. Only an answer before that counts. */
  readonly expires: number;
}

/**
 * Returns the arguments that a person gave instead of the model's, or `undefined` for other answers and for what is not an
 * answer.
 */
export function editOf(answer: unknown): unknown {
  return isRecord(answer) ? answer["edit"] : undefined;
}

/** The result of the step that sums up the oldest messages. */
export interface CompactRecord {
  readonly text: string;
  /**
   * The places of the messages that the summary stands for, in the conversation as a whole: from `from` up to `to`, not including
   * `to`.
   */
  readonly from: number;
  readonly to: number;
  /** The instructions that the model got, if they are not Aitor's text. */
  readonly instructions?: string;
  /** The number of these messages that the summary leaves out. @default 0 */
  readonly missing?: number;
  readonly usage: Usage;
  readonly cost?: number;
  /** What counts in the run's budget, if that counts calls. */
  readonly spent?: RecordedSpend;
}

/** What a turn passes on to the next one. It does not grow. */
export interface TurnState {
  /** The number of turns that have ended. */
  readonly turns: number;
  /** How many of these in a row came to nothing. */
  readonly errors: number;
  /** The number of calls in a row that were the same, whatever was thought in between. */
  readonly same: number;
  /** What the model is told before it is asked again. */
  readonly note?: string;
  /** The prompt was longer than the model can read. Half of it is shown next. */
  readonly shrink?: boolean;
  /** The figure of the same name in the record of the model's last reply. */
  readonly system?: number;
  readonly budget?: BudgetState;
}

export interface PlaceInTurn {
  readonly turn: number;
  /** The step's name. */
  readonly name: string;
  /** The position of the call; 0 for other steps. */
  readonly call: number;
}

/** Returns where in the loop a step is. @returns `undefined` for steps elsewhere, and for those inside a tool. */
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

/** Whether the step asks the model for its next reply. A tool's step may have the same name. */
export function isThink(place: PlaceInTurn | undefined): place is PlaceInTurn {
  return place?.name === THINK && place.call === 0;
}

/** Whether a key, of a step or of something else, is in a turn, however deep. */
export function isInTurn(key: string): boolean {
  return key.startsWith(PREFIX);
}

/** Returns the id of a turn's kth call, unique in its run. */
export function callId(turn: number, call: number): string {
  return `${turn}.${call}`;
}

/** Returns what a key says about the call with this id, except for its approval: the name of its step, or what is in its scope. */
export function keyOfCall(key: string, id: string): string | undefined {
  const turn = `${PREFIX}${id.slice(0, id.indexOf("."))}/`;
  const at = key.startsWith(turn) ? key.indexOf(`[${id}]`, turn.length) : -1;
  if (at === -1) return undefined;
  const name = key.slice(turn.length, at) + key.slice(at + id.length + 2);
  return name === APPROVAL ? undefined : name;
}

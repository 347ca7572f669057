import type { AssistantMessage, Message, ToolMessage, UsageTotals, UserMessage } from "../../llm/index.ts";
import type { PromptShape } from "./prompt-shape.ts";
import type { RecentList } from "./recent-list.ts";

/** A call of a tool that has an outcome. */
export interface ToolExecution {
  readonly run: string;
  readonly turn: number;
  readonly tool: string;
  /** What the tool was called with: as the model wrote it, or as changed by a person who approved it. */
  readonly input: unknown;
  /** `ok`, or the code of the failure. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A step of reasoning. */
export interface TraceStep {
  readonly type: "think" | "act" | "observe" | "answer";
  readonly run: string;
  readonly turn: number;
  /** What was thought, what was answered, or what went wrong. */
  readonly text?: string;
  readonly tool?: string;
  /** In `act`, the arguments as the model wrote them. In `observe`, the arguments that a person gave instead, if any. */
  readonly input?: unknown;
  /** In `observe`: `ok`, or the code of the failure. */
  readonly outcome?: string;
}

/** The summary of the oldest messages, which models are not shown any more. */
export interface MemorySummary {
  readonly text: string;
  /** The places of the messages that the summary stands for: from `from` up to `to`, not including `to`. */
  readonly from: number;
  readonly to: number;
  /**
   * The number of these messages that the summary leaves out, because they went or were left out before they were summed up.
   *
   * @default 0
   */
  readonly missing?: number;
  /** The run in which the summary was made. */
  readonly run: string;
}

/** The turn that has not ended yet. */
export interface OpenTurn {
  readonly turn: number;
  readonly reply: AssistantMessage;
  /** Whether the reply is the answer. */
  readonly answers: boolean;
  /** The results, by the place of the call, from 1 on. */
  readonly results: ReadonlyMap<number, ToolMessage>;
  /** The steering messages that the reply was shown. A resumed run may receive them later. */
  readonly steered?: readonly string[];
  /** The answers about calls that a person has to approve, by the place of the call; `null` before the answer. */
  readonly approvals?: Readonly<Record<string, unknown>>;
}

/** The run in which a message is being handled. */
export interface OpenRun {
  readonly id: string;
  /** The place of the problem in the conversation. */
  readonly asked: number;
  /** The problem. It is shown to the end, whatever is left out. */
  readonly problem: UserMessage;
  readonly usage: UsageTotals;
  readonly turns: number;
}

/** The parts of a memory. What is left out of a new one is empty. */
export interface MemoryParts<Context, Fields> {
  readonly messages: RecentList<Message>;
  readonly tools: RecentList<ToolExecution>;
  readonly trace: RecentList<TraceStep>;
  readonly context: Context;
  readonly fields: Fields;
  readonly summary: MemorySummary | undefined;
  /** The place of the first message that models are shown. */
  readonly shownFrom: number;
  readonly usage: UsageTotals;
  readonly runs: number;
  readonly run: OpenRun | undefined;
  readonly turn: OpenTurn | undefined;
  /** Steering messages that no question has shown yet. */
  readonly steering: readonly UserMessage[];
  /** What the last prompt was made of besides the messages, if that is on record. */
  readonly prompt?: PromptShape | undefined;
  /** The estimated tokens of the last system prompt, if they are on record. The first turn of a run decides by them. */
  readonly system?: number | undefined;
}

export interface MemoryStats {
  readonly messages: number;
  /** The number of messages that are not kept any more. */
  readonly droppedMessages: number;
  readonly toolExecutions: number;
  readonly failedExecutions: number;
  readonly traceSteps: number;
  /** The number of problems that were handled. */
  readonly runs: number;
  /** The number of messages that the summary covers. */
  readonly summed: number;
  readonly usage: UsageTotals;
}

import type { AssistantMessage, Message, ToolMessage, UsageTotals, UserMessage } from "../../llm/index.ts";
import type { PromptShape } from "./prompt-shape.ts";
import type { RecentList } from "./recent-list.ts";

/** A call of a tool that has an outcome. */
export interface ToolExecution {
  readonly run: string;
  readonly turn: number;
  readonly tool: string;
  /** What it was called with: as the model wrote it, or as a person who approved it changed it. */
  readonly input: unknown;
  /** `ok`, or the code of its failure. */
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
  /** What was thought, answered, or went wrong. */
  readonly text?: string;
  readonly tool?: string;
  /** Of what is to be done, as the model wrote it; of what was observed, where a person changed it. */
  readonly input?: unknown;
  /** Of what was observed: `ok`, or the code of the failure. */
  readonly outcome?: string;
}

/** What stands for the oldest messages, which models are not shown any more. */
export interface MemorySummary {
  readonly text: string;
  /** The places of the messages that it stands for: from … up to, not including. */
  readonly from: number;
  readonly to: number;
  /** Of these, how many it does not tell of: they went, or were left out, before they were summed up. @default 0 */
  readonly missing?: number;
  /** Who summed up, and where. */
  readonly run: string;
}

/** The turn that has not ended yet. */
export interface OpenTurn {
  readonly turn: number;
  readonly reply: AssistantMessage;
  /** Whether the reply is the answer. */
  readonly answers: boolean;
  /** By place of the call, from 1 on. */
  readonly results: ReadonlyMap<number, ToolMessage>;
  /** What it was shown of what somebody had said: a resumed run may be told of that later. */
  readonly steered?: readonly string[];
  /** By place of the calls that a person has to approve: what was answered, `null` before. */
  readonly approvals?: Readonly<Record<string, unknown>>;
}

/** The run that a message is being handled in. */
export interface OpenRun {
  readonly id: string;
  /** The place of what was asked, in the conversation. */
  readonly asked: number;
  /** What was asked: it is shown to the end, whatever is left out. */
  readonly problem: UserMessage;
  readonly usage: UsageTotals;
  readonly turns: number;
}

/** The parts of a memory; what is left out of a new one is empty. */
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
  /** What the last prompt was made of beside the messages, where that is on record. */
  readonly prompt?: PromptShape | undefined;
  /** Tokens of what the system said last, by estimate, where that is on record: the first turn of a run decides by them. */
  readonly system?: number | undefined;
}

export interface MemoryStats {
  readonly messages: number;
  /** Of all there were, those that are not kept any more. */
  readonly droppedMessages: number;
  readonly toolExecutions: number;
  readonly failedExecutions: number;
  readonly traceSteps: number;
  /** Problems that were handled. */
  readonly runs: number;
  /** Messages that a summary tells of. */
  readonly summed: number;
  readonly usage: UsageTotals;
}

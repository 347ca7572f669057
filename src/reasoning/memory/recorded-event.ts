import type { EventEnvelope } from "../../base/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import type { PromptShape } from "./prompt-shape.ts";

/** The events that the journal keeps of a reasoning agent's run, besides the engine's events and `model-called`. */
export type RecordedReasoningEvent =
  | EventEnvelope<"prompt-shaped", PromptShape>
  | EventEnvelope<"context-pruned", ContextPruned>
  /** Recorded by a tool: the changes to the memory's `context`. */
  | EventEnvelope<"context-set", Readonly<Record<string, unknown>>>
  | EventEnvelope<"message-steered", MessageSteered>
  | EventEnvelope<"usage-added", UsageAdded>;

/** The oldest messages are not shown any more. */
export interface ContextPruned {
  /** The place of the first message that is shown. */
  readonly from: number;
}

/** A message sent into a run that is under way. */
export interface MessageSteered {
  /** Unique in its run. */
  readonly id: string;
  readonly content: string;
}

/** What a run below used, including everything below that run. */
export interface UsageAdded {
  readonly usage: UsageTotals;
  readonly steps?: number;
  /** The agent that was at work in that run. */
  readonly agent?: string;
  readonly run?: string;
}

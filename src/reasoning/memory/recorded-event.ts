import type { EventEnvelope } from "../../base/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import type { PromptShape } from "./prompt-shape.ts";

/** What the journal keeps of a reasoning agent's run beside the engine's events and `model-called`. */
export type RecordedReasoningEvent =
  | EventEnvelope<"prompt-shaped", PromptShape>
  | EventEnvelope<"context-pruned", ContextPruned>
  /** By a tool: what becomes other in the memory's `context`. */
  | EventEnvelope<"context-set", Readonly<Record<string, unknown>>>
  | EventEnvelope<"message-steered", MessageSteered>
  | EventEnvelope<"usage-added", UsageAdded>;

/** The oldest messages are not shown any more. */
export interface ContextPruned {
  /** The place of the first message that is shown. */
  readonly from: number;
}

/** A message into a run that is under way. */
export interface MessageSteered {
  /** Unique in its run. */
  readonly id: string;
  readonly content: string;
}

/** What a run below used, with all that is below it. */
export interface UsageAdded {
  readonly usage: UsageTotals;
  readonly steps?: number;
  /** Who was at work in that run. */
  readonly agent?: string;
  readonly run?: string;
}

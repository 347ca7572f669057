import type { Budget, StepContext } from "../../base/index.ts";
import { type LLMManager, textOf } from "../../llm/index.ts";
import type { MemoryParts } from "../memory/memory-parts.ts";
import { type MessageRange, summaryPrompt } from "../memory/summary-prompt.ts";
import type { CompactRecord } from "../memory/turn-record.ts";

/** How the oldest messages are summed up. The summing model gets them in full, but only the type and name of files. */
export interface CompactionOptions {
  /** The name of the model that writes the summary. @default the model that reasons */
  readonly model?: string;
  /** The instructions for that model. @default a text of Aitor's */
  readonly instructions?: string;
}

/** Asks a model for a summary of the messages from one place up to another. An existing summary becomes a part of it. */
export async function compact(
  parts: MemoryParts<unknown, unknown>,
  range: MessageRange,
  options: CompactionOptions,
  asking: {
    readonly llm: LLMManager;
    readonly model: string | undefined;
    readonly budget: Budget | undefined;
    readonly step: StepContext;
  },
): Promise<CompactRecord> {
  const { llm, budget, step } = asking;
  const { from, to } = range;
  const { summary } = parts;
  const { instructions } = options;
  const model = options.model ?? asking.model;
  const reply = await llm.generate({
    messages: [summaryPrompt(parts, range, instructions)],
    ...(model !== undefined && { model }),
    ...(budget !== undefined && { budget }),
    abortSignal: step.abortSignal,
    interrupted: step.interrupted,
    onCall: (call) => step.record("model-called", call),
  });
  const { usage, cost } = reply;
  const said = reply.finishReason === "filtered" ? "" : textOf(reply.message).trim();
  // What went since the last summary, and what nothing was said of.
  const gone = summary === undefined ? 0 : (summary.missing ?? 0) + Math.max(0, from - summary.to);
  const missing = gone + (said === "" ? to - from : 0);
  return {
    // A model that says nothing takes nothing away: what was summed up before still stands.
    text: said === "" ? (summary?.text ?? "") : said,
    from: summary === undefined ? from : summary.from,
    to,
    ...(instructions !== undefined && { instructions }),
    ...(missing > 0 && { missing }),
    usage,
    ...(cost !== undefined && { cost }),
  };
}

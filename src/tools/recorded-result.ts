import { thrownFailure } from "./thrown-failure.ts";
import type { ToolResult } from "./tool-result.ts";

/** What is on record of a call's step: its result, or its failure as a `StepError`. */
export type RecordedOutcome = { readonly result: unknown } | { readonly error: unknown; readonly durationMs: number };

/** The result that a call on record gave, live or read back; nothing for what no call gives. */
export function recordedResult(tool: string, outcome: RecordedOutcome): ToolResult | undefined {
  if ("error" in outcome) {
    return { ok: false, error: thrownFailure(tool, outcome.error), durationMs: outcome.durationMs };
  }
  const { result } = outcome;
  if (typeof result !== "object" || result === null || !("ok" in result)) return undefined;
  if (result.ok === true) return "value" in result ? (result as ToolResult) : undefined;
  return result.ok === false && "error" in result ? (result as ToolResult) : undefined;
}

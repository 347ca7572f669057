import { thrownFailure } from "./thrown-failure.ts";
import type { ToolResult } from "./tool-result.ts";

/** What is on record of a call's step: its result, or its failure as a `StepError`. */
export type RecordedOutcome = { readonly result: unknown } | { readonly error: unknown; readonly durationMs: number };

/**
 * The result that a call on record gave, live or read back. Where it was in doubt and somebody said what it gave, the record
 * holds no result of a call but the value itself.
 */
export function recordedResult(tool: string, outcome: RecordedOutcome): ToolResult {
  if ("error" in outcome) {
    return { ok: false, error: thrownFailure(tool, outcome.error), durationMs: outcome.durationMs };
  }
  const { result } = outcome;
  return isResult(result) ? result : { ok: true, value: result ?? null, durationMs: 0 };
}

function isResult(value: unknown): value is ToolResult {
  if (typeof value !== "object" || value === null || !("ok" in value) || !("durationMs" in value)) return false;
  return (value.ok === true && "value" in value) || (value.ok === false && "error" in value);
}

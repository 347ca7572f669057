import { type Amounts, type ErrorRecord, recordError, type Schema, type Spend, validate } from "../../base/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import type { TraceStep } from "../memory/memory-parts.ts";

/**
 * How a run ended: with an answer; at a limit; stopped by a condition or a person; or because something failed that the model
 * could not mend.
 */
export type ReactStatus = "answered" | "limited" | "stopped" | "failed";

/** Why a run ended. */
export type ReactReason =
  | "answer"
  | "steps"
  | "tokens"
  | "usd"
  | "time"
  | "deadline"
  /** Too many turns in a row came to nothing. */
  | "errors"
  /** The same call was made again and again, also after a warning. */
  | "repetition"
  /** The predicate `stopWhen` ended the run. */
  | "predicate"
  | "aborted"
  /** No model answered. */
  | "model"
  /** What the model must be shown is longer than it can read, even without the oldest messages. */
  | "context"
  /**
   * A hook or other code of the agent's own threw; or the caller's schema refuses an answer that was given before the caller
   * asked.
   */
  | "code";

/** The recorded end of a run. A JSON value that does not grow with the run. */
export interface ReactOutcome {
  /** The run's id, for `fork`, `replay` and `aitor show`. */
  readonly run: string;
  readonly status: ReactStatus;
  readonly reason: ReactReason;
  /** The answer, if there is one: a text, or a value of the shape that was asked for. */
  readonly answer?: unknown;
  /** What the model said last, if there is no answer. */
  readonly partial?: string;
  /** The number of turns. */
  readonly steps: number;
  readonly usage: UsageTotals;
  /** The cost in US dollars. Absent if the price of a call is not known. */
  readonly cost?: number;
  /**
   * Present if another agent asked, within its own budget: what counts there. Calls that were cut off count as they were
   * reserved; `estimated` is how much of the total is such an estimate.
   */
  readonly spent?: Amounts & { readonly estimated?: Amounts };
  readonly error?: ErrorRecord;
}

/** Returns what a run used and what counts besides, for the caller's budget. Dollars are those that are known. */
export function spentBy({ steps, usage, spent }: ReactOutcome): Spend {
  const { inputTokens, outputTokens, cost } = usage;
  return {
    steps,
    tokens: Math.max(inputTokens + outputTokens, spent?.tokens ?? 0),
    usd: Math.max(cost, spent?.usd ?? 0),
  };
}

/** The result of `solve`, however the run ended. */
export interface ReactResult<Answer = string> extends Omit<ReactOutcome, "answer"> {
  readonly answer?: Answer;
  /** The steps that were thought, done and observed. */
  readonly trace: readonly TraceStep[];
}

/** Replaces the answer by what the schema makes of it. An answer that the schema refuses counts as none. */
export async function typedResult(result: ReactResult<unknown>, schema: Schema): Promise<ReactResult<unknown>> {
  const { answer, ...rest } = result;
  if (result.status !== "answered") return result;
  try {
    return { ...rest, answer: await validate(schema, answer, "the answer") };
  } catch (error) {
    const partial = typeof answer === "string" ? answer : JSON.stringify(answer);
    return { ...rest, status: "failed", reason: "code", partial, error: recordError(error) };
  }
}

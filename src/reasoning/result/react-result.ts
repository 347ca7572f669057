import { type Amounts, type ErrorRecord, recordError, type Schema, type Spend, validate } from "../../base/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import type { TraceStep } from "../memory/memory-parts.ts";

/**
 * How a run ended: with an answer; at a limit; stopped by a condition or a person; or because something failed that the
 * model could not mend.
 */
export type ReactStatus = "answered" | "limited" | "stopped" | "failed";

/** Why it ended. */
export type ReactReason =
  | "answer"
  | "steps"
  | "tokens"
  | "usd"
  | "time"
  | "deadline"
  /** Too many turns in a row came to nothing. */
  | "errors"
  /** The same call again and again, also after a warning. */
  | "repetition"
  /** The predicate `stopWhen`. */
  | "predicate"
  | "aborted"
  /** No model answered. */
  | "model"
  /** What the model has to be shown is longer than it reads, also without the oldest messages. */
  | "context"
  /** A hook threw, or code of the agent's own; or the asker's schema refuses an answer that was given before it was asked. */
  | "code";

/** What is on record of a run's end. A JSON value that does not grow with the run. */
export interface ReactOutcome {
  /** The run, for `fork`, `replay` and `aitor show`. */
  readonly run: string;
  readonly status: ReactStatus;
  readonly reason: ReactReason;
  /** Where there is one: a text, or what was asked for. */
  readonly answer?: unknown;
  /** Without an answer, what the model said last. */
  readonly partial?: string;
  /** Turns. */
  readonly steps: number;
  readonly usage: UsageTotals;
  /** US dollars; absent where the price of a call is not known. */
  readonly cost?: number;
  /**
   * Where it was asked within another agent's budget: what counts there, calls that were cut off as they were reserved, and how much
   * of it is such an estimate.
   */
  readonly spent?: Amounts & { readonly estimated?: Amounts };
  readonly error?: ErrorRecord;
}

/** What it used, and what counts besides: what its asker's budget has to be told. Dollars are those that are known. */
export function spentBy({ steps, usage, spent }: ReactOutcome): Spend {
  const { inputTokens, outputTokens, cost } = usage;
  return {
    steps,
    tokens: Math.max(inputTokens + outputTokens, spent?.tokens ?? 0),
    usd: Math.max(cost, spent?.usd ?? 0),
  };
}

/** What `solve` gives, however the run ended. */
export interface ReactResult<Answer = string> extends Omit<ReactOutcome, "answer"> {
  readonly answer?: Answer;
  /** What was thought, done and observed. */
  readonly trace: readonly TraceStep[];
}

/** What the schema makes of the answer; an answer that it refuses is none. */
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

import { activeLog, messageOf } from "../base/index.ts";
import type { Attempt, AttemptEnd } from "./attempt.ts";
import type { Candidate } from "./candidate.ts";
import type { Failure } from "./failure.ts";
import type { Message } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import { estimateInput, tokenCounter } from "./token-estimate.ts";
import type { Usage } from "./usage.ts";

interface CountedUsage {
  readonly usage: Usage;
  readonly estimated: boolean;
}

/** What it used: as its provider says, or nothing where it was turned away. Not known where it was cut off. */
export function toldUsage({ finish, firstTokenAt }: Attempt, end: AttemptEnd): CountedUsage | undefined {
  if (finish !== undefined) return { usage: finish.usage ?? {}, estimated: false };
  const cutOff = end.outcome === "aborted" || (end.outcome === "failed" && CUT.includes(end.failure.kind));
  if (firstTokenAt === undefined && !cutOff) return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false };
  return undefined;
}

/** By estimate: all that was sent, and what came. */
export async function estimatedUsage({ answer }: Attempt, messages: readonly Message[]): Promise<CountedUsage> {
  const inputTokens = estimateInput(await tokenCounter(), messages, undefined, undefined);
  return { usage: { inputTokens, outputTokens: Math.ceil(answer.written / 4) }, estimated: true };
}

/** Failures after which the provider may have read the prompt, and counts that. */
const CUT: readonly Failure["kind"][] = ["timeout", "interrupted"];

/** The price data is no reason for a call to fail. */
export async function costOf({ model }: Candidate, usage: Usage, at: number): Promise<number | undefined> {
  try {
    return (await model.facts()).cost?.(usage);
  } catch (error) {
    activeLog()?.write("warning", "llm", at, `what "${model.name}" costs cannot be told: ${messageOf(error)}`, {});
    return undefined;
  }
}

export function toldFailure({ kind, message, status }: Failure): NonNullable<ModelCall["failure"]> {
  return { kind, message, ...(status !== undefined && { status }) };
}

import { activeLog, messageOf } from "../base/index.ts";
import type { Attempt, AttemptEnd } from "./attempt.ts";
import type { Candidate } from "./candidate.ts";
import type { Failure } from "./failure.ts";
import type { Message } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import { estimateInput, tokenCounter } from "./token-estimate.ts";
import type { Usage } from "./usage.ts";

/** What it used: as its provider says, nothing where it was turned away, by estimate where it was cut off. */
export async function usageOf(
  { finish, answer, firstTokenAt }: Attempt,
  end: AttemptEnd,
  messages: readonly Message[],
): Promise<{ usage: Usage; estimated: boolean }> {
  if (finish !== undefined) return { usage: finish.usage ?? {}, estimated: false };
  const cutOff = end.outcome === "aborted" || (end.outcome === "failed" && CUT.includes(end.failure.kind));
  if (firstTokenAt === undefined && !cutOff) return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false };
  const count = await tokenCounter();
  return {
    usage: {
      inputTokens: estimateInput(count, messages, undefined, undefined),
      outputTokens: Math.ceil(answer.written / 4),
    },
    estimated: true,
  };
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

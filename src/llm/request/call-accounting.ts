import { activeLog, type Draft, loggedError, messageOf, recordError } from "../../base/index.ts";
import type { Attempt, AttemptEnd } from "./attempt.ts";
import type { Failure } from "../format/failure.ts";
import type { Model } from "../model/model.ts";
import type { ModelCall } from "../format/model-call.ts";
import type { ModelFacts } from "../format/price.ts";
import type { RequestPrompt } from "./provider-request.ts";
import { estimateInput, tokenCounter } from "../format/token-estimate.ts";
import type { Usage } from "../format/usage.ts";

export interface CountedUsage {
  readonly usage: Usage;
  readonly estimated: boolean;
}

/** What it used: as its provider says, or nothing where it was turned away. Not known where it was cut off. */
export function toldUsage({ finish, firstTokenAt, accepted }: Attempt, end: AttemptEnd): CountedUsage | undefined {
  if (finish !== undefined) return { usage: finish.usage ?? {}, estimated: false };
  const cutOff =
    end.outcome === "aborted" || (end.outcome === "failed" && (accepted ? CUT_LATER : CUT).includes(end.failure.kind));
  if (firstTokenAt === undefined && !cutOff) return { usage: { inputTokens: 0, outputTokens: 0 }, estimated: false };
  return undefined;
}

/** By estimate: all that was sent, and what came. */
export async function estimatedUsage({ answer }: Attempt, prompt: RequestPrompt): Promise<CountedUsage> {
  const inputTokens = await promptTokens(prompt);
  return { usage: { inputTokens, outputTokens: Math.ceil(answer.written / 4) }, estimated: true };
}

/** Tokens of a prompt, by estimate. */
export async function promptTokens({ messages, tools, output }: RequestPrompt): Promise<number> {
  return estimateInput(await tokenCounter(), messages, tools, output?.jsonSchema);
}

/** Failures after which the provider may have read the prompt, and counts that. */
const CUT: readonly Failure["kind"][] = ["timeout", "interrupted"];
/** The same, once a response has begun: an error that the provider tells is no part of this. */
const CUT_LATER: readonly Failure["kind"][] = [...CUT, "network", "bad-reply"];

/** What a model costs. The price data is no reason for a call to fail. */
export async function factsOf(model: Model, at: number): Promise<Pick<ModelFacts, "cost">> {
  try {
    return await model.facts();
  } catch (error) {
    const message = `what "${model.name}" costs cannot be told: ${messageOf(error)}`;
    activeLog()?.write("warning", "llm", at, message, { error: loggedError(recordError(error)) });
    return { cost: undefined };
  }
}

/** Puts into a call what is known of it besides: one is made for each call of each run, without a copy. */
export function completed(
  call: Draft<ModelCall>,
  { answeredBy, responseId, finish, firstTokenAt }: Attempt,
  end: AttemptEnd,
  startedAt: number,
  estimated: boolean,
  cost: number | undefined,
): ModelCall {
  if (answeredBy !== undefined) call.answeredBy = answeredBy;
  if (responseId !== undefined) call.response = responseId;
  if (finish !== undefined) call.finishReason = finish.reason;
  if (end.outcome === "failed") call.failure = toldFailure(end.failure);
  if (firstTokenAt !== undefined) call.firstTokenMs = firstTokenAt - startedAt;
  if (estimated) call.estimated = true;
  if (cost !== undefined) call.cost = cost;
  return call;
}

function toldFailure({ kind, message, status }: Failure): NonNullable<ModelCall["failure"]> {
  return { kind, message, ...(status !== undefined && { status }) };
}

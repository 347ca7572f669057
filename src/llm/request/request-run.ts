import { callSafely, type Clock, type Draft, logFailure, type RetryPolicy } from "../../base/index.ts";
import { Candidate } from "../model/candidate.ts";
import { Candidates } from "../model/candidates.ts";
import { Deadline } from "./deadline.ts";
import { type Message, toolCallsOf, userMessage } from "../format/message.ts";
import type { Model } from "../model/model.ts";
import type { ModelEvent, ModelReply } from "../format/model-events.ts";
import { ModelRequest } from "./model-request.ts";
import type { Answered } from "./request-context.ts";
import { type Output, readOutput } from "../output/output.ts";
import { repairInstructions } from "../output/output-instructions.ts";
import { partialObject } from "../output/partial-object.ts";
import type { BlobSource, RequestPrompt } from "./provider-request.ts";
import { RequestLedger } from "./request-ledger.ts";
import { abortedError, outputInvalidError } from "./request-errors.ts";
import { mergeSettings, type ModelSettings } from "../format/settings.ts";
import { SpendPlan } from "./spend-plan.ts";
import { NEVER, unlessAborted } from "../model/wait.ts";
import type { ModelRequestOptions } from "./request-options.ts";
import type { UsageMeter } from "../format/usage-meter.ts";

/** What holds for all requests of a manager. */
export interface RequestPolicy {
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  /** Milliseconds for waits. */
  readonly time: number;
  readonly patience: number;
  readonly settings: ModelSettings | undefined;
  readonly blobs: BlobSource | undefined;
}

/**
 * From a request to its reply: rounds of answers, until what was asked for has come.
 *
 * @param reader Told what happens, as `onEvent` of the request is.
 */
export function answerRequest(
  options: ModelRequestOptions,
  models: readonly Model[],
  output: Output | undefined,
  policy: RequestPolicy,
  meter: UsageMeter,
  reader: ((event: ModelEvent) => void) | undefined,
): Promise<ModelReply> {
  const { budget, tools, settings, onCall, messages, abortSignal } = options;
  const { clock, retry, patience, time, blobs } = policy;
  const emit = tellingBoth(options.onEvent, reader, clock);
  const list = models.map(
    (model) => new Candidate(model, mergeSettings(policy.settings, model.settings, settings), retry),
  );
  const prompt: Draft<RequestPrompt> = { messages };
  if (tools !== undefined) prompt.tools = tools;
  if (output !== undefined) prompt.output = output.spec;
  if (output?.mode !== undefined) prompt.outputMode = output.mode;
  const request = (signal: AbortSignal, plan: SpendPlan | undefined): ModelRequest =>
    new ModelRequest({
      clock,
      candidates: new Candidates(list, clock, patience, time),
      budget,
      plan,
      signal,
      blobs,
      emit,
      onCall: (call) => {
        meter.add(call);
        if (onCall !== undefined) callSafely(onCall, call, (thrown) => listenerFailed(clock, thrown));
      },
    });
  if (budget !== undefined || output !== undefined) {
    return answerWithin({ options, list, prompt, output, clock, emit }, request);
  }
  const plain = request(abortSignal ?? NEVER, undefined);
  return plain.answer(prompt, undefined).then((answered) => finished(reply(plain, answered), emit));
}

/** As far as a budget goes, and as an object where one is asked for. */
async function answerWithin(
  {
    options,
    list,
    prompt,
    output,
    clock,
    emit,
  }: {
    readonly options: ModelRequestOptions;
    readonly list: readonly Candidate[];
    readonly prompt: RequestPrompt;
    readonly output: Output | undefined;
    readonly clock: Clock;
    readonly emit: ((event: ModelEvent) => void) | undefined;
  },
  requested: (signal: AbortSignal, plan: SpendPlan | undefined) => ModelRequest,
): Promise<ModelReply> {
  const { budget, interrupted = 0 } = options;
  const limit = new Deadline(options.abortSignal, budget, clock);
  try {
    const plan = budget && (await planned(SpendPlan.make(budget, list, prompt, interrupted), list, limit.signal));
    const request = requested(limit.signal, plan);
    const made =
      output === undefined
        ? reply(request, await request.answer(prompt, undefined))
        : await structured(request, prompt, output, plan, emit);
    return finished(made, emit);
  } finally {
    limit.end();
  }
}

/** Models that did not say yet what they are have to be made for a plan. */
async function planned(
  making: Promise<SpendPlan>,
  list: readonly Candidate[],
  signal: AbortSignal,
): Promise<SpendPlan> {
  if (list.every(({ model }) => model.described)) return making;
  try {
    return await unlessAborted(making, signal);
  } catch (error) {
    throw signal.aborted && error === signal.reason ? abortedError(error, new RequestLedger().failure()) : error;
  }
}

async function structured(
  request: ModelRequest,
  prompt: RequestPrompt,
  output: Output,
  plan: SpendPlan | undefined,
  emit: ((event: ModelEvent) => void) | undefined,
): Promise<ModelReply> {
  const reader = emit && (() => partialObject((object) => emit({ type: "object-delta", object })));
  let messages: readonly Message[] = prompt.messages;
  for (let round = 0; ; round++) {
    const answered = await request.answer({ ...prompt, messages }, reader);
    const { message, answer, finishReason } = answered;
    // The model goes on after its tools; what it is to answer with comes then.
    if (toolCallsOf(message).length > 0) return reply(request, answered);
    const reading = await readOutput(answer.text, finishReason, output);
    if ("object" in reading) {
      emit?.({ type: "object-delta", object: reading.object });
      return { ...reply(request, answered), object: reading.object };
    }
    const { issues } = reading;
    if (round === output.repairs) throw outputInvalidError(round, issues, answer.text, request.ledger.failure(message));
    emit?.({ type: "output-invalid", round: round + 1, issues });
    (request.ledger.rejected ??= []).push({ message, issues });
    request.startOver();
    messages = [...messages, message, userMessage(repairInstructions(issues))];
    plan?.sends(messages);
  }
}

function reply(request: ModelRequest, answered: Answered): ModelReply {
  const { cost, calls, usage, warnings, rejected } = request.ledger;
  const made: Draft<ModelReply> = {
    message: answered.message,
    finishReason: answered.finishReason,
    usage,
    model: answered.model,
    calls,
    repairs: answered.repairs,
    warnings,
    promptHash: answered.hash,
  };
  if (cost !== undefined) made.cost = cost;
  if (rejected !== undefined) made.rejected = rejected;
  if (calls.some(({ estimated }) => estimated)) made.estimated = true;
  return made;
}

function finished(reply: ModelReply, emit: ((event: ModelEvent) => void) | undefined): ModelReply {
  emit?.({ type: "finished", reply });
  return reply;
}

function tellingBoth(
  onEvent: ModelRequestOptions["onEvent"],
  reader: ((event: ModelEvent) => void) | undefined,
  clock: Clock,
): ((event: ModelEvent) => void) | undefined {
  if (onEvent === undefined) return reader;
  const failed = (thrown: unknown): void => listenerFailed(clock, thrown);
  return (event) => {
    callSafely(onEvent, event, failed);
    reader?.(event);
  };
}

/** What a listener of a request throws is nobody's failure but its own. */
function listenerFailed(clock: Clock, thrown: unknown): void {
  logFailure("llm", clock.now(), "a listener of a request failed", thrown);
}

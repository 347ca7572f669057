import type { Budget, Clock } from "../../base/index.ts";
import type { AssistantMessage } from "../format/message.ts";
import type { ModelCall } from "../format/model-call.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { PromptRepair } from "../format/prompt.ts";
import type { FinishReason } from "../format/provider.ts";
import type { Candidates } from "../model/candidates.ts";
import type { Answer } from "../output/answer.ts";
import type { BlobSource } from "./provider-request.ts";
import type { SpendPlan } from "./spend-plan.ts";

export interface RequestContext {
  readonly clock: Clock;
  readonly candidates: Candidates;
  readonly budget: Budget | undefined;
  readonly plan: SpendPlan | undefined;
  readonly signal: AbortSignal;
  readonly blobs: BlobSource | undefined;
  readonly emit: ((event: ModelEvent) => void) | undefined;
  /** Once for each request to a provider; it must not throw. */
  readonly onCall: (call: ModelCall) => void;
}

/** What a model answered, before it is checked. */
export interface Answered {
  readonly answer: Answer;
  readonly message: AssistantMessage;
  readonly finishReason: FinishReason;
  readonly model: string;
  readonly hash: string;
  readonly repairs: readonly PromptRepair[];
}

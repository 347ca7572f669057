import type { FailureKind } from "./failure.ts";
import type { AssistantMessage, ToolCallPart } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import type { PromptRepair } from "./prompt.ts";
import type { FinishReason } from "./provider.ts";
import type { Usage } from "./usage.ts";

/** Everything that happens while a model answers. Events are ephemeral: what is complete is in the reply. */
export type ModelEvent =
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  /** A piece of a call's input, which is JSON. */
  | { readonly type: "tool-call-delta"; readonly id: string; readonly name: string; readonly text: string }
  /** The model calls a tool. The call is complete. */
  | { readonly type: "tool-called"; readonly call: ToolCallPart }
  /** The part of the requested object that is known so far. */
  | { readonly type: "object-delta"; readonly object: unknown }
  /** Everything shown so far is invalid. `message` replaces it, and the rest follows. */
  | { readonly type: "reset"; readonly message: AssistantMessage; readonly why: "retried" | "failed-over" | "repaired" }
  /** A setting was left out, or the provider interpreted something differently. */
  | { readonly type: "warning"; readonly model: string; readonly message: string; readonly setting?: string }
  /** The request failed and is tried again with the same model. */
  | {
      readonly type: "retried";
      readonly model: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: FailureKind;
      readonly message: string;
    }
  /** The request failed, or the model cannot be asked now: another model answers. */
  | {
      readonly type: "failed-over";
      readonly from: string;
      readonly to: string;
      readonly failure: string;
      readonly message: string;
    }
  /** The answer is not the requested object. The model is shown what is wrong. */
  | { readonly type: "output-invalid"; readonly round: number; readonly issues: string }
  | { readonly type: "finished"; readonly reply: ModelReply };

/** A model's answer. A JSON value. */
export interface ModelReply {
  readonly message: AssistantMessage;
  readonly finishReason: FinishReason;
  /** The usage of all requests that the answer took. A figure is absent if it is not known of each request. */
  readonly usage: Usage;
  /** The cost of all requests that the answer took, in US dollars; absent if not known. */
  readonly cost?: number;
  /** Set if some of the usage is an estimate. */
  readonly estimated?: true;
  /** The manager's name for the model that answered. */
  readonly model: string;
  /** Each request to a provider. */
  readonly calls: readonly ModelCall[];
  /** The changes to the history that made it legal. */
  readonly repairs: readonly PromptRepair[];
  readonly warnings: readonly ModelWarning[];
  /** The hash of messages, tools and output. */
  readonly promptHash: string;
  /** The object requested with `output`, checked, without secrets. */
  readonly object?: unknown;
  /** Earlier answers that did not match the requested `output`; absent if there are none. */
  readonly rejected?: readonly RejectedAnswer[];
}

/** An answer that did not match the requested output. The model was shown what is wrong with it. */
export interface RejectedAnswer {
  readonly message: AssistantMessage;
  /** What is wrong with it, without secrets. */
  readonly issues: string;
}

export interface ModelWarning {
  readonly model: string;
  readonly message: string;
  readonly setting?: string;
}

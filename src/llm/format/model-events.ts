import type { FailureKind } from "./failure.ts";
import type { AssistantMessage, ToolCallPart } from "./message.ts";
import type { ModelCall } from "./model-call.ts";
import type { PromptRepair } from "./prompt.ts";
import type { FinishReason } from "./provider.ts";
import type { Usage } from "./usage.ts";

/** Everything that happens while a model answers. Ephemeral: what is complete is in the reply. */
export type ModelEvent =
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  /** A piece of a call's input, which is JSON. */
  | { readonly type: "tool-call-delta"; readonly id: string; readonly name: string; readonly text: string }
  /** The model calls a tool: the call is whole. */
  | { readonly type: "tool-called"; readonly call: ToolCallPart }
  /** What is known of the object that was asked for, so far. */
  | { readonly type: "object-delta"; readonly object: unknown }
  /** What was shown so far does not hold: this replaces it, and the rest follows. */
  | { readonly type: "reset"; readonly message: AssistantMessage; readonly why: "retried" | "failed-over" | "repaired" }
  /** A setting was left out, or the provider understood something otherwise. */
  | { readonly type: "warning"; readonly model: string; readonly message: string; readonly setting?: string }
  /** It failed, and is tried again with the same model. */
  | {
      readonly type: "retried";
      readonly model: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: FailureKind;
      readonly message: string;
    }
  /** It failed, or cannot be asked now: another model answers. */
  | {
      readonly type: "failed-over";
      readonly from: string;
      readonly to: string;
      readonly failure: string;
      readonly message: string;
    }
  /** What came is not the object that was asked for: the model is shown what is wrong. */
  | { readonly type: "output-invalid"; readonly round: number; readonly issues: string }
  | { readonly type: "finished"; readonly reply: ModelReply };

/** A model's answer. A JSON value. */
export interface ModelReply {
  readonly message: AssistantMessage;
  readonly finishReason: FinishReason;
  /** Of all requests that it took; a figure is absent where it is not known of each. */
  readonly usage: Usage;
  /** US dollars, of all requests that it took; absent where it is not known. */
  readonly cost?: number;
  /** Some of it was counted by estimate. */
  readonly estimated?: true;
  /** Which model answered, as the manager calls it. */
  readonly model: string;
  /** Each request to a provider. */
  readonly calls: readonly ModelCall[];
  /** What was changed in the history to make it legal. */
  readonly repairs: readonly PromptRepair[];
  readonly warnings: readonly ModelWarning[];
  /** Of messages, tools and output. */
  readonly promptHash: string;
  /** What was asked for with `output`, checked, without secrets. */
  readonly object?: unknown;
  /** The answers before this one that were not what was asked for with `output`; absent where there are none. */
  readonly rejected?: readonly RejectedAnswer[];
}

/** An answer that is not what was asked for: the model was shown what is wrong with it. */
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

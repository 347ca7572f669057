import type { EventEnvelope } from "../../base/index.ts";
import type { FailureKind } from "./failure.ts";
import type { FinishReason } from "./provider.ts";
import type { Usage } from "./usage.ts";

/**
 * One request to a provider, answered or not: what it was, what it used and what it cost. A JSON value, for the journal. A
 * model step has one for each attempt.
 */
export interface ModelCall {
  /** The unique id of the call. */
  readonly id: string;
  /** The same for all attempts at one answer. */
  readonly request: string;
  /** The manager's name for the model. */
  readonly model: string;
  readonly provider: string;
  /** The model that answered, under its provider's name for it. */
  readonly answeredBy?: string;
  /** The provider's id of the response. */
  readonly response?: string;
  /** The label of the key, never the key itself. */
  readonly key: string;
  /** 1 for the first of this request. */
  readonly attempt: number;
  readonly outcome: "answered" | "failed" | "aborted";
  readonly finishReason?: FinishReason;
  /** Why the request failed. */
  readonly failure?: { readonly kind: FailureKind; readonly message: string; readonly status?: number };
  /** When the request was made, in milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds of waiting before the request: for a key, for the budget, after a failure. */
  readonly waitedMs: number;
  /** Milliseconds until the first token. */
  readonly firstTokenMs?: number;
  readonly durationMs: number;
  readonly usage: Usage;
  /** Set if the usage is an estimate, because the request was cut off or its provider gave no figures. */
  readonly estimated?: true;
  /** In US dollars; absent if not known. */
  readonly cost?: number;
  /** The hash of what was sent. */
  readonly promptHash: string;
}

/** The record of a request to a provider in the journal. Other events of models are only for subscribers. */
export type ModelCalledEvent = EventEnvelope<"model-called", ModelCall>;

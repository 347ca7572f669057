import type { EventEnvelope } from "../../base/index.ts";
import type { FailureKind } from "./failure.ts";
import type { FinishReason } from "./provider.ts";
import type { Usage } from "./usage.ts";

/**
 * One request to a provider, answered or not: what it was, what it used and cost. A JSON value, for the journal. A model
 * step has as many as it took attempts.
 */
export interface ModelCall {
  /** Unique. */
  readonly id: string;
  /** The same for all attempts at one answer. */
  readonly request: string;
  /** As the manager calls it. */
  readonly model: string;
  readonly provider: string;
  /** The model that answered, as its provider calls it. */
  readonly answeredBy?: string;
  /** The provider's id of the response. */
  readonly response?: string;
  /** Which key, never the key. */
  readonly key: string;
  /** 1 for the first of this request. */
  readonly attempt: number;
  readonly outcome: "answered" | "failed" | "aborted";
  readonly finishReason?: FinishReason;
  /** Why it failed. */
  readonly failure?: { readonly kind: FailureKind; readonly message: string; readonly status?: number };
  /** Milliseconds since 1970 when the request was made. */
  readonly at: number;
  /** Milliseconds that it waited before that: for a key, for the budget, after a failure. */
  readonly waitedMs: number;
  /** Milliseconds until the first token. */
  readonly firstTokenMs?: number;
  readonly durationMs: number;
  readonly usage: Usage;
  /** The usage was counted by estimate: it was cut off, or its provider did not tell. */
  readonly estimated?: true;
  /** US dollars; absent where it is not known. */
  readonly cost?: number;
  /** Of what was sent. */
  readonly promptHash: string;
}

/** What the journal keeps of a request to a provider. Other events of models are for subscribers only. */
export type ModelCalledEvent = EventEnvelope<"model-called", ModelCall>;

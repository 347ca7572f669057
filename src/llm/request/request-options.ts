import type { Budget, Clock, Duration, RetryOptions } from "../../base/index.ts";
import type { BreakerOptions } from "../model/breaker.ts";
import type { Message } from "../format/message.ts";
import type { ModelCall } from "../format/model-call.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { ModelSource } from "../providers/model-source.ts";
import type { OutputOptions } from "../output/output.ts";
import type { ToolSpec } from "../format/provider.ts";
import type { BlobSource } from "./provider-request.ts";
import type { ModelSettings } from "../format/settings.ts";

export interface LLMManagerOptions {
  /** The first is asked first. */
  readonly models?: readonly ModelSource[];
  /** The name of the model that is asked where a request names none. @default the first */
  readonly default?: string;
  /** Names of the models that are asked next, in this order. @default the other models, in their order */
  readonly failover?: readonly string[] | false;
  /**
   * For how long a model that failed or rests is waited for while another could be asked at once. One whose places are
   * only all taken is waited for without limit.
   *
   * @default "5s"
   */
  readonly patience?: Duration;
  /** For each model. @default `{ attempts: 3, initialDelay: "250ms", maxDelay: "30s", time: "2m" }` */
  readonly retry?: RequestRetry | number;
  /** @default on, see `BreakerOptions` */
  readonly breaker?: BreakerOptions | false;
  /** Requests at the same time under one key of one model, and so connections. @default 16 */
  readonly concurrency?: number;
  /** What holds for all models. */
  readonly settings?: ModelSettings;
  /** Where files in messages are, such as `journal.blobs`. @default none: files come as base64 or URLs */
  readonly blobs?: BlobSource;
  /** @default the system's */
  readonly clock?: Clock;
}

export interface RequestRetry extends RetryOptions {
  /** For all waits of one request together: for what failed or is left alone, not for a place in the queue. @default "2m" */
  readonly time?: Duration;
}

export interface ModelRequestOptions<Output = unknown> {
  /** Never changed; the same array with more at its end costs only what is new. */
  readonly messages: readonly Message[];
  /** @default the manager's default; the others follow as failover */
  readonly model?: string;
  /** Never changed; the same array each time costs least. */
  readonly tools?: readonly ToolSpec[];
  /** The agent's and the call's; `mergeSettings` puts levels together. */
  readonly settings?: ModelSettings;
  /** What is to come back instead of text. With tools, it is checked once the model calls none. */
  readonly output?: OutputOptions<Output>;
  readonly budget?: Budget;
  /** Ends it at once; what came so far is in the error. */
  readonly abortSignal?: AbortSignal;
  /** Told what happens, as it happens: as `stream` tells it, without waiting for a reader. What it throws is logged. */
  readonly onEvent?: (event: ModelEvent) => void;
  /** How often it was asked before and cut off: the budget counts each of these at what was reserved. @default 0 */
  readonly interrupted?: number;
  /** Called once for each request to a provider, with what it used and cost, also when it failed. What it throws is logged. */
  readonly onCall?: (call: ModelCall) => void;
}

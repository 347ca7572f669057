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

/** Options of `LLMManager`. */
export interface LLMManagerOptions {
  /** The models. The first one is asked first. */
  readonly models?: readonly ModelSource[];
  /** The name of the model for requests that name none. @default the first */
  readonly default?: string;
  /** The names of the models to ask next, in this order. @default the other models, in their order */
  readonly failover?: readonly string[] | false;
  /**
   * How long to wait for a model that failed or rests, while another model could be asked at once. If a model's places are
   * merely all taken, the wait has no limit.
   *
   * @default "5s"
   */
  readonly patience?: Duration;
  /** The retry policy for each model. @default `{ attempts: 3, initialDelay: "250ms", maxDelay: "30s", time: "2m" }` */
  readonly retry?: RequestRetry | number;
  /** The circuit breaker, or `false` for none. @default on, see `BreakerOptions` */
  readonly breaker?: BreakerOptions | false;
  /** The number of simultaneous requests, and so connections, under one key of one model. @default 16 */
  readonly concurrency?: number;
  /** Settings for all models. */
  readonly settings?: ModelSettings;
  /** Where the files in messages are stored, such as `journal.blobs`. @default none: files come as base64 or URLs */
  readonly blobs?: BlobSource;
  /** The clock. @default the system's */
  readonly clock?: Clock;
}

/** The retry policy of requests. */
export interface RequestRetry extends RetryOptions {
  /**
   * The limit for all waits of one request together. It counts waits after failures and for models that are left alone, not
   * waits for a place in the queue. @default "2m"
   */
  readonly time?: Duration;
}

/** Options of one request. */
export interface ModelRequestOptions<Output = unknown> {
  /** The history. It is never changed. Passing the same array with more at its end costs only what is new. */
  readonly messages: readonly Message[];
  /** The model to ask. @default the manager's default; the others follow as failover */
  readonly model?: string;
  /** The tools that the model may call. The array is never changed. Passing the same array each time costs least. */
  readonly tools?: readonly ToolSpec[];
  /** Settings of the agent and the call; `mergeSettings` merges several levels. */
  readonly settings?: ModelSettings;
  /** The object to return instead of text. With tools, the answer is checked once the model calls none. */
  readonly output?: OutputOptions<Output>;
  readonly budget?: Budget;
  /** Ends the request at once. The error contains what came so far. */
  readonly abortSignal?: AbortSignal;
  /** Receives each event as it happens, as `stream` yields it, without waiting for a reader. What it throws is logged. */
  readonly onEvent?: (event: ModelEvent) => void;
  /** How often the request was made before and cut off. The budget counts each of these at the reserved amount. @default 0 */
  readonly interrupted?: number;
  /** Called once for each request to a provider, failed ones included, with its usage and cost. What it throws is logged. */
  readonly onCall?: (call: ModelCall) => void;
}

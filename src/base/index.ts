export type { BlobRef } from "./blob.ts";
export { systemClock } from "./clock.ts";
export type { Clock, Timer } from "./clock.ts";
export { milliseconds } from "./duration.ts";
export type { Duration } from "./duration.ts";
export { environment } from "./environment.ts";
export type { Environment } from "./environment.ts";
export { rebuildError, recordError } from "./error-record.ts";
export type { ErrorRecord } from "./error-record.ts";
export { AitorError, cancelledError, describe, isAitorError, messageOf } from "./errors.ts";
export type { AitorErrorOptions, BaseErrorCode } from "./errors.ts";
export type { EventEnvelope } from "./event.ts";
export { checkJson, hashJson } from "./json.ts";
export { atLeast, invalidOption, nonEmpty } from "./options.ts";
export { retryPolicy } from "./retry.ts";
export type { RetryOptions, RetryPolicy } from "./retry.ts";
export type {
  Branch,
  BranchOutcomes,
  BranchResults,
  Effect,
  Progress,
  Run,
  Runnable,
  StepContext,
  StepName,
  StepOptions,
  Turn,
} from "./run.ts";
export { isSchema, validate } from "./schema.ts";
export type { Schema } from "./schema.ts";

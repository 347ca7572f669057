export type { AgentRef, Receiver } from "./agent-ref.ts";
export type { BlobRef } from "./blob.ts";
export { Budget } from "./budget.ts";
export { LEAST_USD, MEASURES, rounded } from "./budget-amounts.ts";
export type { Amounts, Measure, Spend } from "./budget-amounts.ts";
export { BUDGET_LIMITS, caps } from "./budget-limits.ts";
export type { BudgetLimits, BudgetOptions, BudgetState, Reservation } from "./budget-limits.ts";
export { isBudgetExceeded } from "./budget-error.ts";
export type { BudgetExcess } from "./budget-error.ts";
export { callSafely } from "./call-safely.ts";
export { checkedRunnable } from "./checked-runnable.ts";
export { clipped } from "./clipped.ts";
export { clockOf, LONGEST_TIMEOUT, systemClock } from "./clock.ts";
export type { Clock, Timer, TimerOptions } from "./clock.ts";
/** @internal */
export type { Draft } from "./draft.ts";
export { milliseconds } from "./duration.ts";
export type { Duration } from "./duration.ts";
export { environment } from "./environment.ts";
export { rebuildError, recordError } from "./error-record.ts";
export type { ErrorRecord } from "./error-record.ts";
export {
  AitorError,
  cancelledError,
  describe,
  errorAtCaller,
  fullMessageOf,
  isAitorError,
  isError,
  messageOf,
  stackless,
  thrownProperty,
} from "./errors.ts";
export type { AitorErrorOptions, BaseErrorCode } from "./errors.ts";
export type { EventEnvelope } from "./event.ts";
export type { HeadChange } from "./head-change.ts";
export { firstFault } from "./json-fault.ts";
export { checkJson, hashJson, pathText } from "./json.ts";
export { isRecord } from "./is-record.ts";
export type { CommitPoint, Keeper, KeptChange, KeptRun } from "./keeper.ts";
export type { Log } from "./log.ts";
export type { LogFormat, LogLevel, LogRecord, LogSink } from "./log-record.ts";
export { loggedError } from "./logged-error.ts";
export type { LoggedError } from "./logged-error.ts";
export { activeLog, configureLogging, logAsTheEnvironmentSays, logFailure } from "./logging.ts";
export type { LoggingOptions } from "./logging.ts";
export type { MailboxOptions } from "./mailbox-options.ts";
export type { AskStepOptions, TellStepOptions } from "./message-options.ts";
export { mermaidLabel } from "./mermaid-label.ts";
export {
  abortSignal,
  atLeast,
  flag,
  invalidOption,
  invalidOptionGot,
  listOf,
  nonEmpty,
  oneOf,
  onlyOptions,
  optionsOf,
} from "./options.ts";
export { loaded, nextTurn, nextTurnIsAwaited } from "./next-turn.ts";
export { isPromiseLike } from "./promise-like.ts";
export { randomUuid } from "./random-uuid.ts";
export { redact, redactGrowingJson, redactJson, redacts, streamRedaction } from "./redactor.ts";
export type { StreamRedaction } from "./redactor.ts";
export { retryPolicy } from "./retry.ts";
export type { RetryOptions, RetryPolicy } from "./retry.ts";
export type {
  Branch,
  BranchOutcomes,
  BranchResults,
  ChildOptions,
  MessageKey,
  Progress,
  Run,
  Runnable,
  ScopeOptions,
  SignalOptions,
  StepContext,
  StepName,
  Turn,
} from "./run.ts";
export { defaultRunner, provideRunner } from "./runner.ts";
export type { Runner } from "./runner.ts";
export { isSchema, schemaResult, validate } from "./schema.ts";
export type { Schema } from "./schema.ts";
export { stepInDoubtError } from "./step-in-doubt.ts";
export { isSecret, Secret } from "./secret.ts";
export { type Effect, type StepOptions, stepSettings } from "./step-options.ts";
export { isWorkWaiting, turnOf, waitsForTurn, workWaits } from "./attempt-waits.ts";
export { callInThread } from "./thread-call.ts";
export { checkModule, provideThreadPool } from "./thread-pool.ts";
export type { ThreadErrorCode, ThreadPool, ThreadRunOptions } from "./thread-pool.ts";
export { typedArgument } from "./typed-argument.ts";
export { visible, visibleJson, visibleLines } from "./visible-text.ts";
export { workerEntry } from "./worker-entry.ts";
